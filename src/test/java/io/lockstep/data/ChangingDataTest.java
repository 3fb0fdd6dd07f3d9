package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lockstep.config.ConfigReader;
import io.lockstep.config.LockstepConfig;
import io.lockstep.error.DataException;
import io.lockstep.testing.HookedFileSystem;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that vanish, grow or change while they are read: refused, never trained on as if nothing had been. */
class ChangingDataTest {
    @TempDir
    private Path dir;

    @BeforeEach
    void register() {
        HookedFileSystem.register(TestSpark.session().sparkContext().hadoopConfiguration());
    }

    @AfterEach
    void reset() {
        HookedFileSystem.reset();
    }

    private static String rows(String format, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> format.equals("csv")
                        ? i + "," + i % 5 + "," + (i % 2 == 0 ? "yes" : "no")
                        : "{\"a\":" + i + ",\"b\":" + i % 5 + ",\"y\":\"" + (i % 2 == 0 ? "yes" : "no") + "\"}")
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private Path folder(String format) throws IOException {
        Path folder = Files.createDirectories(dir.resolve("data"));
        String header = format.equals("csv") ? "a,b,y\n" : "";
        Files.writeString(folder.resolve("1." + format), header + rows(format, 0, 60));
        Files.writeString(folder.resolve("2." + format), header + rows(format, 60, 120));
        return folder;
    }

    private TrainingData prepare(Path folder, String format) {
        LockstepConfig config = ConfigReader.read(
                "task: classification\ndata: { train: 'hooked://" + folder + "', label: y, format: " + format + " }\n",
                "c.yaml",
                List.of());
        return TrainingData.prepare(TestSpark.session(), config);
    }

    /** How often files are opened to be read when nothing happens to them. */
    private int openings(Path folder, String format) {
        AtomicInteger count = new AtomicInteger();
        HookedFileSystem.when(path -> count.incrementAndGet());
        prepare(folder, format).close();
        HookedFileSystem.reset();
        return count.get();
    }

    private interface Change {
        void to(Path folder) throws IOException;
    }

    /** Makes the change before each opening in turn; how many preparations were refused. */
    private int refusals(String format, Change change) throws IOException {
        int openings = openings(folder(format), format);
        int refused = 0;
        for (int k = 1; k <= openings; k++) {
            Path folder = folder(format);
            AtomicInteger count = new AtomicInteger();
            int chosen = k;
            HookedFileSystem.when(path -> {
                if (count.incrementAndGet() == chosen) {
                    change.to(folder);
                }
            });
            Throwable thrown = catchThrowable(() -> prepare(folder, format).close());
            HookedFileSystem.reset();
            if (thrown != null) {
                assertThat(thrown).as("at opening %d of %d", k, openings).isInstanceOf(DataException.class);
                assertThat(thrown.getMessage()).doesNotContain("Exception", "SQLSTATE", "org.apache");
                refused++;
            }
        }
        assertThat(openings).isGreaterThan(2);
        return openings - refused;
    }

    @ParameterizedTest
    @ValueSource(strings = {"csv", "json"})
    void aFileThatVanishesOrChangesAtAnyMomentIsRefused(String format) throws IOException {
        assertThat(refusals(format, folder -> Files.deleteIfExists(folder.resolve("2." + format))))
                .isZero();
        assertThat(refusals(
                        format,
                        folder -> Files.writeString(
                                folder.resolve("2." + format), rows(format, 200, 210), StandardOpenOption.APPEND)))
                .isZero();
        assertThat(refusals(format, folder -> {
                    Path file = folder.resolve("2." + format);
                    Files.writeString(file, Files.readString(file).replace("yes", "no"));
                }))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"csv", "json"})
    void aFileThatComesLaterIsNoneOfThisTraining(String format) throws IOException {
        Path folder = folder(format);
        long before;
        try (TrainingData data = prepare(folder, format)) {
            before = data.fingerprint(DataRole.TRAIN);
        }
        AtomicInteger count = new AtomicInteger();
        int openings = openings(folder, format);
        HookedFileSystem.when(path -> {
            if (count.incrementAndGet() == openings) {
                Files.writeString(folder.resolve("3." + format), rows(format, 300, 400));
            }
        });
        try (TrainingData data = prepare(folder, format)) {
            assertThat(folder.resolve("3." + format)).exists();
            assertThat(data.fingerprint(DataRole.TRAIN)).isEqualTo(before);
        }
    }

    @Test
    void rowsThatWereLostAreReadAgainOnlyIfTheyAreTheSame() throws IOException {
        Path folder = folder("json");
        try (TrainingData data = prepare(folder, "json")) {
            lose();
            data.set(DataRole.TRAIN).restore();
        }
        // anew, for what was shuffled to restore them would be taken again
        try (TrainingData data = prepare(folder, "json")) {
            lose();
            Path file = folder.resolve("1.json");
            Files.writeString(file, Files.readString(file).replace("\"a\":8,", "\"a\":9,"));
            assertThatThrownBy(() -> data.set(DataRole.TRAIN).restore())
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("are not what they were");
        }
        try (TrainingData data = prepare(folder, "json")) {
            lose();
            Files.delete(folder.resolve("1.json"));
            Throwable thrown = catchThrowable(() -> data.set(DataRole.TRAIN).restore());
            assertThat(Faults.of(thrown).orElseThrow()).isInstanceOf(DataException.class);
        }
    }

    /** By whatever job needs them, without being asked to. */
    @Test
    void rowsThatSparkRebuildsItselfAreTakenOnlyIfTheyAreTheSame() throws IOException {
        Path folder = folder("json");
        try (TrainingData data = prepare(folder, "json")) {
            lose();
            read(data);
        }
        for (String change : List.of("\"a\":9,", "\"a\":8,\"b\":3,\"y\":\"yes\"}\n{\"a\":8,")) {
            folder("json");
            try (TrainingData data = prepare(folder, "json")) {
                lose();
                Path file = folder.resolve("1.json");
                Files.writeString(file, Files.readString(file).replace("\"a\":8,", change));
                for (int attempt = 1; attempt <= 2; attempt++) {
                    Throwable thrown = catchThrowable(() -> read(data));
                    assertThat(Faults.of(thrown).orElseThrow())
                            .isInstanceOf(DataException.class)
                            .hasMessageContaining("are not what they were");
                }
            }
        }
    }

    private static void read(TrainingData data) {
        data.set(DataRole.TRAIN).raw(2).foreach(task -> task.forEachBlock(100, (range, block, examples, rows) -> {}));
    }

    /** What Spark has stored of all sets, as if its executor were gone. */
    private static void lose() {
        TestSpark.context()
                .getPersistentRDDs()
                .keySet()
                .forEach(id -> SparkEnv.get().blockManager().master().removeRdd(id, true));
    }
}
