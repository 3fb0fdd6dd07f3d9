package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.error.ConfigException;
import io.lockstep.testing.TestSpark;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiskSpaceTest {
    private static ExecutorSpace executor(String id, String host, long disk) {
        return new ExecutorSpace(id, host, 1L << 30, "/scratch", disk);
    }

    @Test
    void aTableIsOnDiskTwiceAtATimeBesideWhatIsStillToBeMapped() {
        // 9 floats; as shuffled with a hash of 8 bytes
        ExampleSize dense = ExampleSize.dense(8, 1);
        assertThat(DiskSpace.needed(dense, 1000, 0)).isEqualTo(1000 * (36 + 8 + 36));
        assertThat(DiskSpace.needed(dense, 10, 1000)).isEqualTo(10 * (36 + 8 + 36) + 1000 * 36);
        // a count, 2.5 indexes and as many numbers, a target and a weight; as mapped with its place of 8 bytes
        ExampleSize sparse = ExampleSize.sparse(20_000, 2, 2.5);
        assertThat(DiskSpace.needed(sparse, 1000, 0)).isEqualTo(1000 * (32 + 8 + 32));
        assertThat(DiskSpace.needed(sparse, 10, 1000)).isEqualTo(10 * (32 + 8 + 32) + 1000 * (32 + 8));
    }

    @Test
    void aDiskThatIsTooSmallIsNamedWithTheNeed() {
        assertThatThrownBy(() ->
                        DiskSpace.require(List.of(executor("1", "a", 3_000_000_000L)), 8_000_000_000L, "data.train"))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "data.train: putting the rows in order and mapping them takes about 8.0 GB of disk on a, and"
                                + " /scratch has 3.0 GB free. Name a folder on a larger disk in spark.local.dir"
                                + " (SPARK_LOCAL_DIRS), take more machines, or fewer rows or columns.");
    }

    @Test
    void executorsShareTheRowsAndThoseOfAMachineItsDisk() {
        List<ExecutorSpace> apart = List.of(executor("1", "a", 5), executor("2", "b", 5));
        assertThat(DiskSpace.shortage(apart, 10)).isEmpty();
        assertThat(DiskSpace.shortage(apart, 11)).isPresent();
        List<ExecutorSpace> together = List.of(executor("1", "a", 9), executor("2", "a", 9), executor("3", "b", 9));
        assertThat(DiskSpace.shortage(together, 13)).isEmpty();
        assertThat(DiskSpace.shortage(together, 14))
                .hasValueSatisfying(words -> assertThat(words).contains("of disk on a"));
    }

    @Test
    void thisMachineHasSomeOfEverything() {
        List<ExecutorSpace> found = ExecutorSpace.of(TestSpark.context(), 4);
        assertThat(found).singleElement().satisfies(here -> {
            assertThat(here.heap()).isEqualTo(Runtime.getRuntime().maxMemory());
            assertThat(here.disk()).isPositive();
        });
        assertThatCode(() -> DiskSpace.require(found, 1, "data.train")).doesNotThrowAnyException();
    }
}
