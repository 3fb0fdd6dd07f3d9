package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Too little memory is told in words, with its size and what to do. */
class MemoryTest {
    @TempDir
    Path directory;

    private String train(String heap, int code, int units) throws IOException, InterruptedException {
        StringBuilder table = new StringBuilder("a,y\n");
        for (int i = 0; i < 64; i++) {
            table.append(i).append(',').append(i % 7).append('\n');
        }
        Path data = Files.writeString(directory.resolve("table.csv"), table);
        Path config = Files.writeString(
                directory.resolve("c.yaml"), """
                task: regression
                data: { train: %s, label: y }
                network: [{ dense: %d }, { dense: %d }]
                training: { epochs: 1, batch_size: 16, early_stopping: null, optimizer: { name: sgd } }
                checkpoint: null
                output: %s
                """.formatted(data, units, units, directory.resolve("model")));
        try (ChildJvm child = ChildJvm.withHeap(
                heap, directory.resolve("child"), "train", config.toString(), "--master", "local[2]")) {
            assertThat(child.exitCode()).as(child.printed()).isEqualTo(code);
            return child.printed();
        }
    }

    @Test
    void aHeapThatSparkDoesNotBeginWithIsRefused() throws Exception {
        assertThat(train("300m", 2, 4))
                .containsPattern(
                        "lockstep: the heap of the driver has [0-9.]+ MB, and Spark begins at 471.9 MB\\. Give it"
                                + " 1g or more \\(LOCKSTEP_HEAP=1g\\)\\.")
                .doesNotContain("internal fault", "Exception");
    }

    /** θ is 121 MB: the four that every training has fit into the heap, the others do not. */
    @Test
    void memoryThatRunsOutIsToldWithTheHeapAndWhatToDo() throws Exception {
        assertThat(train("520m", 1, 5500))
                .containsPattern(
                        "lockstep: memory ran out in the driver \\(Java heap space\\), whose heap is 5[0-9.]+ MB\\."
                                + " Give it more \\(LOCKSTEP_HEAP=4g\\)")
                .doesNotContain("internal fault", "interrupted", "\tat ");
    }

    @ParameterizedTest
    @CsvSource({"spark://h:1,on an executor", "yarn,on an executor", "local[2],in the driver", "local,in the driver"})
    void aTaskRunsOutOfTheHeapOfTheExecutorWhereThereIsOne(String master, String where) {
        Exception lost = new SparkException("Job aborted: ExecutorLostFailure Reason: Command exited with code 52");
        Exception thrown = new SparkException("Job aborted", new OutOfMemoryError("Java heap space"));
        assertThat(MemoryFault.in(lost, master).orElseThrow()).startsWith("memory ran out " + where);
        assertThat(MemoryFault.in(new IllegalStateException(thrown), master).orElseThrow())
                .startsWith("memory ran out " + where + " (Java heap space)");
        assertThat(MemoryFault.in(new OutOfMemoryError("Metaspace"), master).orElseThrow())
                .startsWith("memory ran out in the driver (Metaspace)");
        Optional<String> other = MemoryFault.in(new SparkException("Job aborted", new IOException("no route")), master);
        assertThat(other).isEmpty();
    }
}
