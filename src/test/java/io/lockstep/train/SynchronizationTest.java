package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class SynchronizationTest {
    private static final SparkConf DYNAMIC = new SparkConf(false).set("spark.dynamicAllocation.enabled", "true");

    @Test
    void dynamicAllocationKeepsBarrierStagesAway() {
        assertThat(Synchronization.obstacleToBarrier(false, DYNAMIC))
                .hasValueSatisfying(reason -> assertThat(reason).contains("spark.dynamicAllocation"));
        assertThat(Synchronization.obstacleToBarrier(false, new SparkConf(false)))
                .isEmpty();
    }

    @Test
    void oneJvmHasNoExecutorsToAllocate() {
        assertThat(Synchronization.obstacleToBarrier(true, DYNAMIC)).isEqualTo(Optional.empty());
    }
}
