package io.lockstep.eval;

import io.lockstep.math.ReductionTree;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What is kept of examples that are too many to be kept each: sums by bins, for each ranking, added in the shard tree. */
abstract class BinnedRanks implements Ranks {
    private static final long serialVersionUID = 1L;

    private WeightBins[] open;
    private final transient ReductionTree<WeightBins[]> tree = tree();
    private List<ReductionTree.Node<WeightBins[]>> nodes = List.of();

    BinnedRanks(int rankings) {
        this.open = bins(rankings);
    }

    private static WeightBins[] bins(int rankings) {
        WeightBins[] bins = new WeightBins[rankings];
        Arrays.setAll(bins, r -> new WeightBins());
        return bins;
    }

    private static ReductionTree<WeightBins[]> tree() {
        return new ReductionTree<>((left, right) -> {
            for (int r = 0; r < left.length; r++) {
                left[r].addAll(right[r]);
            }
            return left;
        });
    }

    /** Of each ranking, the bins of this shard. */
    final WeightBins[] open() {
        return open;
    }

    @Override
    public final void endBlock(int block) {
        // bins of each block would be too many
    }

    @Override
    public final void endShard(int shard) {
        tree.addLeaf(shard, open);
        open = bins(open.length);
    }

    @Override
    public final void end() {
        nodes = tree.nodes();
        open = new WeightBins[0];
    }

    /** The bins of all shards, by ranking; the parts are used up. Empty where there are none. */
    static Optional<WeightBins[]> merge(List<BinnedRanks> parts) {
        if (parts.stream().allMatch(part -> part.nodes.isEmpty())) {
            return Optional.empty();
        }
        ReductionTree<WeightBins[]> all = tree();
        parts.forEach(part -> part.nodes.forEach(all::addNode));
        return Optional.of(all.root());
    }
}
