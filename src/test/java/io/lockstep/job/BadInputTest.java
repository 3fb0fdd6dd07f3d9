package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad data: one message that tells what is wrong and where, exit code 3, and nothing left behind. */
class BadInputTest {
    private static final int CONFIG = 2;
    private static final int DATA = 3;

    @TempDir
    private Path dir;

    private Path write(String name, String... lines) throws IOException {
        return Files.writeString(dir.resolve(name), String.join("\n", lines) + "\n");
    }

    /** A file of forty sound rows, a=0…39, b=a/4, y=yes or no, after which come {@code more}. */
    private Path table(String name, String... more) throws IOException {
        return write(
                name,
                Stream.concat(
                                Stream.concat(
                                        Stream.of("a,b,y"),
                                        IntStream.range(0, 40)
                                                .mapToObj(i -> i + "," + i / 4.0 + "," + (i % 2 == 0 ? "yes" : "no"))),
                                Arrays.stream(more))
                        .toArray(String[]::new));
    }

    private Path config(String task, Path train, String... data) throws IOException {
        List<String> lines = new ArrayList<>(
                List.of("task: " + task, "output: " + dir.resolve("models/m"), "training: { epochs: 1 }", "data:"));
        lines.add("  train: " + train);
        for (String line : data) {
            lines.add("  " + line);
        }
        return write("c.yaml", lines.toArray(String[]::new));
    }

    private CapturedRun train(String task, Path train, String... data) throws IOException {
        return CapturedRun.of("train", config(task, train, data).toString());
    }

    private CapturedRun classify(Path train, String... data) throws IOException {
        return train(
                "classification",
                train,
                Stream.concat(Stream.of("label: y"), Arrays.stream(data)).toArray(String[]::new));
    }

    /** The message, in one line and without the dialect of libraries; nothing but the empty parent of the output is left. */
    private void refused(CapturedRun run, int code, String... sentences) throws IOException {
        assertThat(run.err()).startsWith("lockstep: ").contains(sentences);
        assertThat(run.err().strip().lines()).hasSize(1);
        assertThat(run.err())
                .doesNotContainPattern(
                        "Exception|SQLSTATE|Job aborted|\\[[A-Z_.]{6,}\\]|\\.\\.$|\\bnull\\b|internal fault");
        assertThat(run.code()).isEqualTo(code);
        if (Files.exists(dir.resolve("models"))) {
            try (Stream<Path> left = Files.list(dir.resolve("models"))) {
                assertThat(left).isEmpty();
            }
        }
    }

    @Test
    void aMissingFileIsNamed() throws IOException {
        refused(classify(dir.resolve("none.csv")), DATA, "data.train: no file file:" + dir.resolve("none.csv") + ".");
        refused(
                classify(table("t.csv"), "dev: " + dir.resolve("none*.csv")),
                DATA,
                "data.dev: no file file:" + dir.resolve("none*.csv") + ".");
    }

    @Test
    void aFileWithoutRowsIsNamed() throws IOException {
        Path empty = Files.createFile(dir.resolve("empty.csv"));
        refused(classify(empty), DATA, "data.train: " + empty + " is empty.");
        Path header = write("header.csv", "a,b,y");
        refused(classify(header), DATA, "data.train: " + header + " has a header but no rows.");
        refused(train("regression", header, "label: y"), DATA, "has a header but no rows.");
        refused(
                classify(table("t.csv"), "test: " + header),
                DATA,
                "data.test: " + header + " has a header but no rows.");
        Path folder = Files.createDirectory(dir.resolve("folder.csv"));
        refused(classify(folder), DATA, "data.train: no file in the folder " + folder + ".");
    }

    @Test
    void aFormatThatCannotBeToldIsAskedFor() throws IOException {
        refused(
                classify(table("t.txt")),
                CONFIG,
                "data.train: the format of " + dir.resolve("t.txt") + " cannot be told from its name.",
                "data.format, one of csv, parquet, orc, json, libsvm, idx, image.");
    }

    @Test
    void anUnknownColumnIsNamedWithThoseThatThereAre() throws IOException {
        Path table = table("t.csv");
        String known = "in the data. It has: a, b, y.";
        refused(
                train("classification", table, "label: Y"),
                DATA,
                "data.label: no column \"Y\" " + known + " Did you mean \"y\"?");
        refused(classify(table, "features: [a, c]"), DATA, "data.features: no column \"c\" " + known);
        refused(classify(table, "features: { exclude: [c] }"), DATA, "data.features.exclude: no column \"c\" " + known);
        refused(classify(table, "key: id"), DATA, "data.key: no column \"id\" " + known);
        refused(classify(table, "categorical: [c]"), DATA, "data.categorical: no column \"c\" " + known);
        refused(
                classify(table, "dev: " + write("dev.csv", "a,y", "1,yes")),
                DATA,
                "data.dev: ",
                "no column \"b\" in the data. It has: a, y.");
    }

    @Test
    void aMissingLabelIsShownWithItsRow() throws IOException {
        refused(
                classify(table("t.csv", "40,1.5,")),
                DATA,
                "label column \"y\": expected a class, found none in row {a=40, b=1.5, y=(missing)} of t.csv");
        refused(
                train("regression", table("t.csv", ",1.5,yes"), "label: a", "features: [b]"),
                DATA,
                "label column \"a\": expected a value, found none in row {a=(missing), b=1.5, y=yes} of t.csv");
    }

    @Test
    void aLabelOfOneClassIsRefused() throws IOException {
        Path table = write("t.csv", "a,y", "1,yes", "2,yes", "3,yes", "4,yes", "5,yes", "6,yes");
        refused(
                classify(table),
                DATA,
                "label column \"y\": expected at least two classes, found only \"yes\" among the training rows.");
    }

    @Test
    void cellsThatAreNoFiniteNumbersAreShownWithTheirRow() throws IOException {
        String expected = "column \"b\": expected a finite number of at most 3.4e38, found ";
        refused(
                classify(table("t.csv", "40,NaN,yes")),
                DATA,
                "column \"b\": expected a value, found NaN, which is none (data.missing: error; with impute it would be"
                        + " filled in), in row {a=40, b=NaN, y=yes} of t.csv");
        refused(classify(table("t.csv", "40,-Inf,yes")), DATA, expected + "\"-Infinity\" in row {a=40,");
        refused(classify(table("t.csv", "40,1e39,yes")), DATA, expected + "\"1.0E39\" in row {a=40,");
        refused(
                classify(table("t.csv", "40,n/a,yes")),
                DATA,
                "column \"b\": 1 of ",
                " cells are not numbers, e.g. \"n/a\" in row {a=40, b=n/a, y=yes} of t.csv",
                "data.options.nullValue");
        refused(
                classify(table("t.csv", "40,,yes")),
                DATA,
                "column \"b\": expected a value, found none (data.missing: error; with impute it would be filled in),",
                "in row {a=40, b=(missing), y=yes} of t.csv");
        refused(
                classify(table("t.csv"), "dev: " + write("dev.csv", "a,b,y", "1,2,yes", "1,x,no")),
                DATA,
                expected + "\"x\" in row {a=1, b=x, y=no} of dev.csv");
    }

    @Test
    void aRegressionOnTextIsRefused() throws IOException {
        refused(
                train("regression", table("t.csv"), "label: y"),
                DATA,
                "label column \"y\": a regression expects finite numbers of at most 3.4e38, found \"");
        refused(
                train("regression", table("t.csv", "40,n/a,yes"), "label: b"),
                DATA,
                "label column \"b\": a regression expects finite numbers",
                "found \"n/a\" in row {a=40, b=n/a, y=yes} of t.csv");
        refused(
                train("regression", table("t.csv"), "label: a", "features: [b]", "target: log"),
                DATA,
                "label column \"a\": data.target: log expects numbers greater than 0, found 0.0 in row {a=0,");
    }

    @Test
    void aClassThatTrainingNeverSawIsRefused() throws IOException {
        Path other = write("other.csv", "a,b,y", "1,2,yes", "3,4,perhaps");
        refused(
                classify(table("t.csv"), "test: " + other),
                DATA,
                "label column \"y\": found class \"perhaps\", which the training rows never had;",
                "in row {a=3, b=4, y=perhaps} of other.csv");
        // one row of a class is dealt to one set only; some of these ten are not dealt to train
        List<String> lonely =
                IntStream.range(0, 10).mapToObj(i -> i + ",1,k" + i).toList();
        refused(
                classify(table("t.csv", lonely.toArray(String[]::new)), "split: { train: 0.4, dev: 0.6 }"),
                DATA,
                "label column \"y\": class \"k",
                "is among the rows of dev but not among those of train");
    }

    @Test
    void aContinuousLabelIsNoClassification() throws IOException {
        Random random = new Random(1);
        Path table = write(
                "t.csv",
                Stream.concat(Stream.of("a,y"), IntStream.range(0, 100).mapToObj(i -> i + "," + random.nextGaussian()))
                        .toArray(String[]::new));
        refused(
                classify(table),
                DATA,
                "label column \"y\": ",
                " training rows are too many for classes, e.g. \"",
                "If it is a number to predict, set task: regression.");
    }

    @Test
    void columnsOfNoUseAreRefusedWithTheWayToExcludeThem() throws IOException {
        Path dates = write("t.csv", "d,a,y", "2024-01-01,1,yes", "2024-01-02,2,no", "2024-01-03,3,no");
        refused(
                classify(dates),
                DATA,
                "column \"d\": expected numbers, text or vectors, found dates. If each day is a category, name the column"
                        + " in data.categorical; else exclude it: data.features: { exclude: [d] }.");
        Path names = write(
                "names.csv",
                Stream.concat(
                                Stream.of("id,a,y"),
                                IntStream.range(0, 16_000).mapToObj(i -> "p" + i + "," + i % 7 + "," + i % 2))
                        .toArray(String[]::new));
        refused(
                classify(names),
                DATA,
                "column \"id\": more than 10000 different texts; is it an identifier or free text?"
                        + " Exclude it: data.features: { exclude: [id] }.");
    }

    @Test
    void aLabelOfDatesIsRefused() throws IOException {
        Path dates = write("t.csv", "d,a", "2024-01-01,1", "2024-01-02,2", "2024-01-03,3");
        String expected = "label column \"d\": a %s expects %s, found date.";
        refused(
                train("classification", dates, "label: d"),
                DATA,
                expected.formatted("classification", "text or numbers"));
        refused(train("regression", dates, "label: d"), DATA, expected.formatted("regression", "numbers"));
    }

    @Test
    void filesThatOrderTheirColumnsDifferentlyAreRefused() throws IOException {
        Path folder = Files.createDirectory(dir.resolve("many"));
        Files.move(table("t.csv"), folder.resolve("1.csv"));
        write("many/2.csv", "b,a,y", "40,1.5,yes");
        refused(
                train("classification", folder, "label: y", "format: csv"),
                DATA,
                "2.csv: its header does not name the columns of the files beside it in their order.");
    }

    @Test
    void aLineWithAHoleIsRefused() throws IOException {
        refused(
                classify(table("t.csv", "40,1.5")),
                DATA,
                "t.csv: a line does not fit the columns: [40,1.5,(missing)]. Is a cell missing or one too many?",
                "data.options.mode: DROPMALFORMED");
        refused(classify(table("t.csv", "40,1,5,yes")), DATA, "t.csv: a line does not fit the columns: [40,");
        Path first = write("first.csv", "a,b,y", "1,2", "3,4,yes");
        refused(classify(first), DATA, "first.csv: a line does not fit the columns: [1,2,(missing)].");
        Path json = write("t.json", "{\"a\":1,\"y\":\"yes\"}", "{\"a\":2,\"y\":");
        refused(classify(json), DATA, "data.train: " + json + " cannot be read as json: ");
    }

    @Test
    void filesThatAreNotWholeAreRefused() throws IOException {
        Path parquet = write("t.parquet", "this is no parquet file, whatever its name says");
        refused(
                classify(parquet),
                DATA,
                "data.train: " + parquet + " cannot be read as parquet: ",
                "is not a Parquet file",
                "Is the file whole, and is this its format (data.format)?");
        Path orc = write("t.orc", "this is no orc file, whatever its name says");
        refused(classify(orc), DATA, "data.train: " + orc + " cannot be read as orc: ");
        Path gzip = dir.resolve("t.csv.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(gzip))) {
            out.write(Files.readAllBytes(table("t.csv")));
        }
        byte[] whole = Files.readAllBytes(gzip);
        Files.write(gzip, Arrays.copyOf(whole, whole.length / 2));
        refused(classify(gzip), DATA, "t.csv.gz", "cannot be read", "Is the file whole");
        Path svm = write("t.libsvm", "1 1:0.5 2:1", "0 2:abc");
        refused(train("classification", svm, "label: label"), DATA, "t.libsvm", "cannot be read", "abc");
    }

    @Test
    void idxFilesAreCheckedAgainstTheirHeads() throws IOException {
        Path images = dir.resolve("t-images-idx3-ubyte");
        Path labels = dir.resolve("t-labels-idx1-ubyte");
        byte[] head = {0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 2};
        Files.write(images, Arrays.copyOf(head, head.length + 8));
        refused(
                classify(images),
                DATA,
                "no file file:" + labels + ", where the labels of the images should be.",
                "data.options.labels");
        Files.write(labels, new byte[] {0, 0, 8, 1, 0, 0, 0, 3, 1, 0, 1});
        refused(classify(images), DATA, "labels-idx1-ubyte: expected 4 labels, one for each image, found 3.");
        Files.write(labels, new byte[] {0, 0, 8, 1, 0, 0, 0, 4, 1, 0, 1, 0});
        Files.write(images, Arrays.copyOf(head, head.length + 5));
        refused(classify(images), DATA, "t-images-idx3-ubyte: expected 4 items of 2 bytes, the file ends before.");
        Files.write(images, Arrays.copyOf(head, 9));
        refused(classify(images), DATA, "t-images-idx3-ubyte: expected an idx file, it ends within its head.");
        head[2] = 13;
        Files.write(images, head);
        refused(classify(images), DATA, "expected an idx file of unsigned bytes (type 8), found type 13.");
        Files.writeString(images, "pixels,label\n");
        refused(classify(images), DATA, "expected an idx file (its first two bytes are zero), found something else.");
    }
}
