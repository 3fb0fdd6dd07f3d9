package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.data.ShardRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BatchPlanTest {

    /** Edges (B above n, S above n, B below S, all equal, primes) and 300 more, seeded. */
    static List<BatchPlan> plans() {
        List<BatchPlan> plans = new ArrayList<>(List.of(
                new BatchPlan(1, 1, 1),
                new BatchPlan(1, 100, 8),
                new BatchPlan(5, 512, 2),
                new BatchPlan(5, 3, 8),
                new BatchPlan(100, 3, 16),
                new BatchPlan(64, 64, 64),
                new BatchPlan(97, 13, 1),
                new BatchPlan(1009, 31, 16),
                new BatchPlan(1000, 1, 4)));
        Random random = new Random(1);
        for (int i = 0; i < 300; i++) {
            plans.add(new BatchPlan(1 + random.nextInt(700), 1 + random.nextInt(900), 1 << random.nextInt(11)));
        }
        return plans;
    }

    @Test
    void eachExampleComesExactlyOnceInAnEpoch() {
        for (BatchPlan plan : plans()) {
            for (int shard = 0; shard < plan.shards(); shard++) {
                assertThat(plan.start(shard, 0)).as("%s, shard %d", plan, shard).isZero();
                for (int step = 0; step < plan.steps(); step++) {
                    assertThat(plan.start(shard, step + 1))
                            .as("%s, shard %d", plan, shard)
                            .isGreaterThanOrEqualTo(plan.start(shard, step));
                }
                assertThat(plan.start(shard, plan.steps()))
                        .as("%s, shard %d ends with its last row", plan, shard)
                        .isEqualTo(ShardRange.of(shard, plan.shards(), plan.examples())
                                .rows());
            }
        }
    }

    @Test
    void eachBatchIsWholeButTheLast() {
        for (BatchPlan plan : plans()) {
            long sum = 0;
            for (int step = 0; step < plan.steps(); step++) {
                long rows = 0;
                int most = 0;
                int fewest = Integer.MAX_VALUE;
                for (int shard = 0; shard < plan.shards(); shard++) {
                    int slice = plan.start(shard, step + 1) - plan.start(shard, step);
                    rows += slice;
                    most = Math.max(most, slice);
                    fewest = Math.min(fewest, slice);
                }
                sum += rows;
                if (step < plan.steps() - 1) {
                    assertThat(rows).as("%s, step %d", plan, step).isEqualTo(plan.batchSize());
                } else {
                    assertThat(rows).as("%s, the last step", plan).isBetween(1L, plan.batchSize());
                }
                assertThat(most - fewest).as("%s: slices are even", plan).isLessThanOrEqualTo(1);
                assertThat(plan.mostRows()).as("%s: buffers suffice", plan).isGreaterThanOrEqualTo(most);
            }
            assertThat(sum).as("%s", plan).isEqualTo(plan.examples());
        }
    }

    @Test
    void manyExamplesDoNotOverflow() {
        BatchPlan plan = new BatchPlan(3_000_000_000L, 2_000_000_000, 2);
        assertThat(plan.steps()).isEqualTo(2);
        assertThat(plan.start(0, 2)).isEqualTo(1_500_000_000);
        assertThat(plan.start(1, 2)).isEqualTo(1_500_000_000);
    }

    @Test
    void aFullBatchOfMoreThanAnIntIsOneStep() {
        BatchPlan plan = new BatchPlan(5_000_000_000L, 5_000_000_000L, 4);
        assertThat(plan.steps()).isEqualTo(1);
        assertThat(plan.rows(0)).isEqualTo(5_000_000_000L);
        assertThat(plan.start(3, 0)).isZero();
        assertThat(plan.start(3, 1)).isEqualTo(1_250_000_000);
        assertThat(plan.mostRows()).isEqualTo(1_250_000_000);
    }

    static List<int[]> impossible() {
        return List.of(new int[] {0, 1, 1}, new int[] {1, 0, 1}, new int[] {1, 1, 0});
    }

    @ParameterizedTest
    @MethodSource("impossible")
    void aPlanWithoutExamplesBatchesOrShardsIsRefused(int[] plan) {
        assertThatThrownBy(() -> new BatchPlan(plan[0], plan[1], plan[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no batches of %d from %d examples in %d shards", plan[1], plan[0], plan[2]);
    }
}
