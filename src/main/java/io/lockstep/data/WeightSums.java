package io.lockstep.data;

import io.lockstep.math.ReductionTree;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * How many examples a weighted set has of each class, and what they weigh: summed shard by shard in the canonical order and
 * over shards in the order of their tree, so that they are the same to the bit on any cluster.
 */
final class WeightSums implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int BLOCK_ROWS = 2048;

    private final long[] counts;
    private final double[] weights;

    private WeightSums(int classes) {
        this.counts = new long[classes];
        this.weights = new double[classes];
    }

    /**
     * The sums of a set.
     *
     * @param classes 1 where the target is no class
     */
    static WeightSums of(ShardedSet set, int tasks, int classes) {
        List<ReductionTree.Node<WeightSums>> nodes =
                Jobs.named(set.context(), "weights and classes of the training rows", () -> set.raw(tasks)
                        .mapPartitions(new Task(set.layout(), classes))
                        .collect());
        ReductionTree<WeightSums> tree = new ReductionTree<>(WeightSums::merge);
        nodes.forEach(tree::addNode);
        return tree.root();
    }

    /** m_k. */
    long count(int index) {
        return counts[index];
    }

    /** Σ w over the examples of class k. */
    double weight(int index) {
        return weights[index];
    }

    private void add(int index, float weight) {
        counts[index]++;
        weights[index] += weight;
    }

    private WeightSums merge(WeightSums other) {
        for (int k = 0; k < counts.length; k++) {
            counts[k] += other.counts[k];
            weights[k] += other.weights[k];
        }
        return this;
    }

    /** A task's shards. */
    private static final class Task implements FlatMapFunction<Iterator<StoredShards>, ReductionTree.Node<WeightSums>> {
        private static final long serialVersionUID = 1L;

        private final RowLayout layout;
        private final int classes;

        Task(RowLayout layout, int classes) {
            this.layout = layout;
            this.classes = classes;
        }

        private int index(float target) {
            return classes == 1 ? 0 : (int) target;
        }

        @Override
        public Iterator<ReductionTree.Node<WeightSums>> call(Iterator<StoredShards> tasks) {
            List<ReductionTree.Node<WeightSums>> nodes = new ArrayList<>();
            while (tasks.hasNext()) {
                StoredShards task = tasks.next();
                Map<Integer, WeightSums> byShard = new TreeMap<>();
                task.shards().forEach(range -> byShard.put(range.shard(), new WeightSums(classes)));
                if (layout.isSparse()) {
                    task.forEachSparseBlock(BLOCK_ROWS, (range, block, examples) -> {
                        WeightSums sums = byShard.get(range.shard());
                        for (int j = 0; j < examples.rows(); j++) {
                            sums.add(index(examples.tail(j, 0)), examples.tail(j, layout.targets()));
                        }
                    });
                } else {
                    task.forEachBlock(BLOCK_ROWS, (range, block, examples, rows) -> {
                        WeightSums sums = byShard.get(range.shard());
                        int stride = layout.stride();
                        for (int j = 0; j < rows; j++) {
                            sums.add(index(examples[j * stride + layout.features()]), examples[(j + 1) * stride - 1]);
                        }
                    });
                }
                ReductionTree<WeightSums> tree = new ReductionTree<>(WeightSums::merge);
                byShard.forEach(tree::addLeaf);
                nodes.addAll(tree.nodes());
            }
            return nodes.iterator();
        }
    }
}
