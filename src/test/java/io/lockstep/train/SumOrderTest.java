package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.math.ReductionTree;
import io.lockstep.math.Runs;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Additions first within executors, then across them, are those of one tree over all shards. */
class SumOrderTest {

    /** The sum of leaves [from, to) by the definition of the complete binary tree, as a text with its brackets. */
    private static String tree(int from, int size, int leaves) {
        if (size == 1) {
            return Integer.toString(from);
        }
        int half = size / 2;
        String left = tree(from, half, leaves);
        return from + half < leaves ? "(" + left + "+" + tree(from + half, half, leaves) + ")" : left;
    }

    private static void add(SumOrder order, List<String> values) {
        for (int k = 0; k < order.additions(); k++) {
            values.set(order.left(k), "(" + values.get(order.left(k)) + "+" + values.get(order.right(k)) + ")");
        }
    }

    @Test
    void theOrderIsThatOfOneTreeHoweverShardsAreSpread() {
        Random random = new Random(3);
        for (int round = 0; round < 400; round++) {
            int shards = 1 + random.nextInt(40);
            int tasks = 1 + random.nextInt(shards);
            int executors = 1 + random.nextInt(tasks);
            List<ReductionTree.Node<Integer>> places = new ArrayList<>();
            List<String> sums = new ArrayList<>();
            for (int e = 0; e < executors; e++) {
                List<ReductionTree.Node<Integer>> nodes = new ArrayList<>();
                List<String> values = new ArrayList<>();
                for (int t = Runs.start(tasks, e, executors); t < Runs.start(tasks, e + 1, executors); t++) {
                    // a task's own sums, by the tree itself
                    ReductionTree<String> own = new ReductionTree<>((left, right) -> "(" + left + "+" + right + ")");
                    for (int s = Runs.start(shards, t, tasks); s < Runs.start(shards, t + 1, tasks); s++) {
                        own.addLeaf(s, Integer.toString(s));
                    }
                    own.nodes().forEach(node -> {
                        nodes.add(new ReductionTree.Node<>(node.level(), node.index(), 0));
                        values.add(node.value());
                    });
                }
                SumOrder within = SumOrder.ofRun(nodes);
                add(within, values);
                for (ReductionTree.Node<Integer> sum : within.sums()) {
                    places.add(sum);
                    sums.add(values.get(sum.value()));
                }
                assertThat(within.sums().stream()
                                .map(sum -> sum.level() + "/" + sum.index())
                                .toList())
                        .as("what another executor expects of this one")
                        .isEqualTo(SumOrder.subtrees(
                                        Runs.start(shards, Runs.start(tasks, e, executors), tasks),
                                        Runs.start(shards, Runs.start(tasks, e + 1, executors), tasks))
                                .stream()
                                .map(sum -> sum.level() + "/" + sum.index())
                                .toList());
            }
            add(SumOrder.toRoot(places), sums);
            int size = Integer.highestOneBit(2 * shards - 1);
            assertThat(sums.get(0))
                    .as("%d shards on %d tasks of %d executors", shards, tasks, executors)
                    .isEqualTo(tree(0, size, shards));
        }
    }
}
