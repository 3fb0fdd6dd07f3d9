package io.lockstep.data;

import io.lockstep.math.ReductionTree;
import io.lockstep.model.TargetTransform;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * Normalization statistics: one distributed pass over the training examples, in fixed blocks of the canonical order that
 * are merged in a fixed tree, so that μ and σ are the same to the bit on any cluster.
 */
public final class Statistics {
    /** Examples of a block. Part of what makes an old seed give an old model. */
    private static final int BLOCK_ROWS = 2048;
    /** Of dense examples with very many features a block has fewer. */
    private static final int BLOCK_FLOATS = 8 << 20;

    private Statistics() {}

    /**
     * The moments of the features, of the targets behind them, and last of the weight, where there is one. Examples count
     * alike whatever they weigh.
     *
     * @param target whether the targets' moments are those of their logarithm
     */
    public static Moments of(ShardedSet set, int tasks, TargetTransform.Kind target) {
        List<ReductionTree.Node<Moments>> nodes =
                Jobs.named(set.context(), "statistics of the training rows", () -> set.raw(tasks)
                        .mapPartitions(new Task(set.layout(), target))
                        .collect());
        ReductionTree<Moments> tree = new ReductionTree<>(Moments::merge);
        nodes.forEach(tree::addNode);
        return tree.root();
    }

    /** The moments of a task's shards, shard by shard. */
    private static final class Task implements FlatMapFunction<Iterator<StoredShards>, ReductionTree.Node<Moments>> {
        private static final long serialVersionUID = 1L;

        private final RowLayout layout;
        private final TargetTransform.Kind target;

        Task(RowLayout layout, TargetTransform.Kind target) {
            this.layout = layout;
            this.target = target;
        }

        @Override
        public Iterator<ReductionTree.Node<Moments>> call(Iterator<StoredShards> tasks) {
            List<ReductionTree.Node<Moments>> nodes = new ArrayList<>();
            while (tasks.hasNext()) {
                nodes.addAll(moments(tasks.next()));
            }
            return nodes.iterator();
        }

        private List<ReductionTree.Node<Moments>> moments(StoredShards task) {
            ReductionTree<Moments> shards = new ReductionTree<>(Moments::merge);
            ShardMoments current = new ShardMoments();
            if (layout.isSparse()) {
                task.forEachSparseBlock(BLOCK_ROWS, (range, block, examples) -> {
                    logarithms(examples);
                    add(shards, current, range, block, Moments.of(examples, layout));
                });
            } else {
                int most = Math.max(1, Math.min(BLOCK_ROWS, BLOCK_FLOATS / layout.stride()));
                task.forEachBlock(
                        most,
                        (range, block, examples, rows) ->
                                add(shards, current, range, block, blockMoments(examples, rows)));
            }
            if (current.blocks > 0) {
                shards.addLeaf(current.shard, current.take());
            }
            return shards.nodes();
        }

        private static void add(
                ReductionTree<Moments> shards, ShardMoments current, ShardRange range, int block, Moments moments) {
            if (block == 0 && current.blocks > 0) {
                shards.addLeaf(current.shard, current.take());
            }
            current.shard = range.shard();
            current.add(block, moments);
        }

        private void logarithms(SparseRows examples) {
            for (int j = 0; target == TargetTransform.Kind.LOG && j < examples.rows(); j++) {
                for (int t = 0; t < layout.targets(); t++) {
                    examples.setTail(j, t, (float) Math.log(examples.tail(j, t)));
                }
            }
        }

        private Moments blockMoments(float[] examples, int rows) {
            if (target == TargetTransform.Kind.LOG) {
                for (int j = 0; j < rows; j++) {
                    int from = j * layout.stride() + layout.features();
                    for (int i = from; i < from + layout.targets(); i++) {
                        examples[i] = (float) Math.log(examples[i]);
                    }
                }
            }
            return Moments.of(examples, layout.stride(), rows);
        }
    }

    /** The tree over the blocks of the shard that a task is at. */
    private static final class ShardMoments {
        private ReductionTree<Moments> tree = new ReductionTree<>(Moments::merge);
        private int shard;
        private int blocks;

        void add(int block, Moments moments) {
            tree.addLeaf(block, moments);
            blocks++;
        }

        Moments take() {
            Moments moments = tree.root();
            tree = new ReductionTree<>(Moments::merge);
            blocks = 0;
            return moments;
        }
    }
}
