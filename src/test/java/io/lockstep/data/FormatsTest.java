package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.config.LockstepConfig;
import io.lockstep.error.DataException;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FormatsTest {
    private static final String[] CSV = {"a,b,y", "1,0.5,0", "2,1.5,1", "3,-2.5,0", "4,1e3,1", "5,0,1"};

    @TempDir
    private Path dir;

    private static LockstepConfig config(String path, String... more) {
        return Sets.config(
                "classification",
                Stream.concat(Stream.of("train: " + path, "split: { train: 1 }"), Stream.of(more))
                        .toArray(String[]::new));
    }

    private List<List<Float>> rows(String path, String... more) {
        return Sets.trainRows(config(dir.resolve(path).toString(), more));
    }

    private Path zip(Path file) throws IOException {
        Path zipped = file.resolveSibling(file.getFileName() + ".gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            out.write(Files.readAllBytes(file));
        }
        return zipped;
    }

    @Test
    void aTableIsTheSameInEveryFormat() throws IOException {
        Path csv = Sets.write(dir.resolve("t.csv"), CSV);
        zip(csv);
        String[] tsv = Stream.of(CSV).map(line -> line.replace(',', '\t')).toArray(String[]::new);
        Sets.write(dir.resolve("t.tsv"), tsv);
        Sets.write(dir.resolve("folder/1.csv"), CSV[0], CSV[1], CSV[2]);
        Sets.write(dir.resolve("folder/2.csv"), CSV[0], CSV[3], CSV[4], CSV[5]);
        Files.createFile(dir.resolve("folder/_SUCCESS"));
        Sets.write(dir.resolve("tabs/1.tsv"), tsv[0], tsv[1], tsv[2]);
        Sets.write(dir.resolve("tabs/2.tsv"), tsv[0], tsv[3], tsv[4], tsv[5]);
        Sets.write(
                dir.resolve("t.jsonl"),
                "{\"a\":1,\"b\":0.5,\"y\":0}",
                "{\"a\":2,\"b\":1.5,\"y\":1}",
                "{\"a\":3,\"b\":-2.5,\"y\":0}",
                "{\"a\":4,\"b\":1e3,\"y\":1}",
                "{\"a\":5,\"b\":0,\"y\":1}");
        Sets.write(
                dir.resolve("semicolons.data"),
                Stream.of(CSV).map(line -> line.replace(',', ';')).toArray(String[]::new));
        Dataset<Row> table = TestSpark.session()
                .read()
                .option("header", "true")
                .option("inferSchema", "true")
                .csv(csv.toString());
        table.repartition(2).write().parquet(dir.resolve("t.parquet").toString());
        table.coalesce(1).write().orc(dir.resolve("t.orc").toString());
        List<List<Float>> expected = rows("t.csv", "label: y");
        assertThat(expected)
                .containsExactlyInAnyOrder(
                        Sets.list(1, 0.5f, 0),
                        Sets.list(2, 1.5f, 1),
                        Sets.list(3, -2.5f, 0),
                        Sets.list(4, 1000, 1),
                        Sets.list(5, 0, 1));
        for (String path :
                new String[] {"t.csv.gz", "t.tsv", "folder", "folder/*.csv", "tabs", "t.jsonl", "t.parquet", "t.orc"}) {
            assertThat(rows(path, "label: y")).as(path).isEqualTo(expected);
        }
        assertThat(rows("semicolons.data", "label: y", "format: csv", "options: { sep: ; }"))
                .isEqualTo(expected);
    }

    @Test
    void libsvmVectorsAreAsLongAsTheTrainingFiles() {
        Sets.write(dir.resolve("t.libsvm"), "1 1:0.5 4:2", "0 2:1", "1 3:-1");
        Sets.write(dir.resolve("test.svm"), "0 1:7", "1 2:8");
        try (TrainingData data = Sets.prepare(
                config(dir.resolve("t.libsvm").toString(), "format: libsvm", "test: " + dir.resolve("test.svm")))) {
            assertThat(data.features().width()).isEqualTo(4);
            assertThat(Sets.stored(data.set(DataRole.TRAIN), 1))
                    .containsExactlyInAnyOrder(
                            Sets.list(0.5f, 0, 0, 2, 1), Sets.list(0, 1, 0, 0, 0), Sets.list(0, 0, -1, 0, 1));
            assertThat(Sets.stored(data.set(DataRole.TEST), 1))
                    .as("its last two features are missing in all rows")
                    .containsExactlyInAnyOrder(Sets.list(7, 0, 0, 0, 0), Sets.list(0, 8, 0, 0, 1));
        }
    }

    private void idx(String name, int[] dimensions, int... values) throws IOException {
        List<Integer> bytes = new ArrayList<>(List.of(0, 0, 8, dimensions.length));
        for (int dimension : dimensions) {
            bytes.addAll(List.of(dimension >>> 24, (dimension >>> 16) & 255, (dimension >>> 8) & 255, dimension & 255));
        }
        for (int value : values) {
            bytes.add(value);
        }
        byte[] raw = new byte[bytes.size()];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = bytes.get(i).byteValue();
        }
        Files.write(dir.resolve(name), raw);
    }

    /** Local files that know which of them are open. */
    public static final class WatchedFiles extends RawLocalFileSystem {
        private static final Set<FSDataInputStream> OPEN = ConcurrentHashMap.newKeySet();
        private static final AtomicInteger OPENED = new AtomicInteger();

        @Override
        public URI getUri() {
            return URI.create("watched:///");
        }

        @Override
        public FSDataInputStream open(org.apache.hadoop.fs.Path file, int bufferSize) throws IOException {
            FSDataInputStream in = new FSDataInputStream(super.open(file, bufferSize)) {
                @Override
                public void close() throws IOException {
                    super.close();
                    OPEN.remove(this);
                }
            };
            OPEN.add(in);
            OPENED.incrementAndGet();
            return in;
        }
    }

    @Test
    void idxFilesAreClosedWhereverReadingThemFails() throws IOException {
        Configuration hadoop = TestSpark.context().hadoopConfiguration();
        hadoop.setClass("fs.watched.impl", WatchedFiles.class, FileSystem.class);
        idx("a-images-idx3-ubyte", new int[] {4, 1, 1}, 1, 2, 3, 4);
        idx("a-labels-idx1-ubyte", new int[] {4}, 1); // the file ends before its first task's rows do
        Files.write(dir.resolve("other"), new byte[] {1, 2, 3, 4});
        Files.write(dir.resolve("short"), new byte[] {0, 0, 8});
        Files.write(dir.resolve("torn.gz"), new byte[] {0x1F, (byte) 0x8B, 8});
        for (String bad : List.of("other", "short", "torn.gz")) {
            int before = WatchedFiles.OPENED.get();
            assertThatThrownBy(() -> IdxFile.open("watched://" + dir.resolve(bad), hadoop))
                    .isInstanceOf(DataException.class);
            assertThat(WatchedFiles.OPENED).hasValue(before + 1);
            assertThat(WatchedFiles.OPEN).as(bad).isEmpty();
        }
        Dataset<Row> table =
                IdxTable.read(TestSpark.session(), "watched://" + dir.resolve("a-images-idx3-ubyte"), "", "y");
        int before = WatchedFiles.OPENED.get();
        assertThatThrownBy(table::collectAsList).hasStackTraceContaining("expected 4 items of 1 bytes");
        assertThat(WatchedFiles.OPENED).hasValueGreaterThan(before);
        // a job fails with its first task, while others still run
        while (TestSpark.context().statusTracker().getActiveStageIds().length > 0) {
            Thread.onSpinWait();
        }
        assertThat(WatchedFiles.OPEN).as("both files of a task").isEmpty();
    }

    @Test
    void idxImagesComeWithTheirLabels() throws IOException {
        // five images of 1 × 2 pixels, more than there are tasks
        int[] pixels = {0, 255, 1, 2, 3, 4, 200, 100, 5, 6};
        idx("s-images-idx3-ubyte", new int[] {5, 1, 2}, pixels);
        idx("s-labels-idx1-ubyte", new int[] {5}, 7, 3, 7, 3, 200);
        zip(dir.resolve("s-images-idx3-ubyte"));
        zip(dir.resolve("s-labels-idx1-ubyte"));
        idx("pictures", new int[] {5, 1, 2}, pixels);
        List<List<Float>> expected = List.of(
                Sets.list(0, 255, 1),
                Sets.list(1, 2, 0),
                Sets.list(3, 4, 1),
                Sets.list(200, 100, 0),
                Sets.list(5, 6, 2));
        List<List<Float>> plain = rows("s-images-idx3-ubyte", "label: y");
        assertThat(plain).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(rows("s-images-idx3-ubyte.gz", "label: y")).isEqualTo(plain);
        assertThat(rows(
                        "pictures",
                        "format: idx",
                        "options: { labels: " + dir.resolve("s-labels-idx1-ubyte.gz") + " }"))
                .as("the label's column is called label unless the config names it")
                .containsExactlyInAnyOrderElementsOf(expected);
        try (TrainingData data =
                Sets.prepare(config(dir.resolve("s-images-idx3-ubyte").toString(), "label: y"))) {
            assertThat(data.classes()).containsExactly("3", "7", "200");
            assertThat(data.features().slotNames()).containsExactly("pixels[0]", "pixels[1]");
        }
    }
}
