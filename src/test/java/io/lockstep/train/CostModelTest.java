package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CostModelTest {
    private static final int PARAMETERS = 1_000_000;

    private static CostModel model(int shards, double bytesPerSecond) {
        return new CostModel(
                PARAMETERS, shards, 100, 0.010, 1e-10, 2e-10, 3e-10, 0.020, 0.001, 0.100, bytesPerSecond, 0.0005);
    }

    @Test
    void aStepOfTwoExecutorsIsTheSumOfItsParts() {
        CostModel.Step step = model(2, 1e9).step(2, 1);
        assertThat(step.tasks()).isEqualTo(2);
        assertThat(step.compute()).isEqualTo(0.010);
        // half of θ each: added up, stepped; half of it out and half back, 2 MB each way at 1 GB/s, coded at both ends;
        // two messages; and a hundredth of an epoch's end, when θ and twice as much state go home
        double barrier = 0.5e6 * 1e-10 + 0.5e6 * 2e-10 + 2 * (2e6 / 1e9 + 2 * 0.5e6 * 3e-10 + 0.0005);
        barrier += (3 * 4e6 / 1e9 + 2 * 3e6 * 3e-10) / 100;
        assertThat(step.barrier()).isCloseTo(0.010 + barrier, within(1e-12));
        // θ coded at both ends and sent over two hops of a broadcast; two results of 4 MB, coded, read and added; the
        // job
        double driver = 0.020
                + 2 * 1e6 * 3e-10
                + 2 * 4e6 / 1e9
                + 1e6 * 3e-10
                + 1e6 * 2e-10
                + 2 * (0.001 + 4e6 / 1e9 + 1e6 * (3e-10 + 1e-10));
        assertThat(step.driver()).isCloseTo(0.010 + driver, within(1e-12));
    }

    @Test
    void aSingleExecutorExchangesNothingOverTheNetwork() {
        assertThat(model(8, 1e3).step(1, 4).barrier()).isLessThan(0.1);
        assertThat(model(8, 1e3).step(2, 4).barrier()).isGreaterThan(1000);
    }

    @Test
    void noMoreTasksWorkThanThereAreShards() {
        assertThat(model(8, 1e9).step(512, 4).tasks()).isEqualTo(8);
        assertThat(model(8, 1e9).step(512, 4).compute())
                .isEqualTo(model(8, 1e9).step(2, 4).compute());
    }

    @Test
    void theThickestTaskDecides() {
        // 8 shards on 3 tasks: three of them, and two additions
        assertThat(model(8, 1e9).step(3, 1).compute()).isCloseTo(0.030 + 2 * 1e6 * 1e-10, within(1e-12));
    }

    @Test
    void manyTasksAreCombinedBeforeTheyReachTheDriver() {
        double direct = model(1024, 1e9).step(32, 1).driver();
        double combined = model(1024, 1e9).step(256, 1).driver();
        // 256 results of 4 MB each would take a second; 16 of 16 do not
        assertThat(combined - model(1024, 1e9).step(256, 1).compute()).isLessThan(0.6);
        assertThat(direct).isGreaterThan(combined);
    }
}
