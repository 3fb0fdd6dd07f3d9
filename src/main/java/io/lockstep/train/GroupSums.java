package io.lockstep.train;

import io.lockstep.math.ReductionTree;
import io.lockstep.math.Runs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The gradient sums of a step as the tasks of one executor see them, and the order in which to add them. First the tasks'
 * sums are added up as far as the executor's run of shards goes; what is left of each executor has a place, and the
 * places are added in the order of the shard tree, for the pieces of θ that this executor owns.
 */
final class GroupSums {
    private final RankTable table;
    private final int self;
    private final SumOrder within;
    private final SumOrder across;
    private final int[] firstPlace;
    private final int[] firstNode;
    /** This executor's sums, as the tasks hand them in. */
    private final GradientSum[] nodes;

    private final float[][] arrays;
    private final int[] shifts;
    private final double[][] losses;
    private final long[][] examples;

    /**
     * The sums of executor {@code self}.
     *
     * @param parameters length of θ
     */
    GroupSums(RankTable table, int self, int shards, int parameters, Pieces pieces) {
        this.table = table;
        this.self = self;
        int executors = table.executors().size();
        this.firstNode = new int[table.firstRank(self + 1) - table.firstRank(self) + 1];
        List<ReductionTree.Node<Integer>> own = new ArrayList<>();
        for (int rank = table.firstRank(self); rank < table.firstRank(self + 1); rank++) {
            own.addAll(SumOrder.subtrees(
                    Runs.start(shards, rank, table.ranks()), Runs.start(shards, rank + 1, table.ranks())));
            firstNode[rank - table.firstRank(self) + 1] = own.size();
        }
        this.within = SumOrder.ofRun(own);
        this.nodes = new GradientSum[own.size()];

        this.firstPlace = new int[executors + 1];
        List<ReductionTree.Node<Integer>> all = new ArrayList<>();
        for (int e = 0; e < executors; e++) {
            all.addAll(SumOrder.subtrees(
                    Runs.start(shards, table.firstRank(e), table.ranks()),
                    Runs.start(shards, table.firstRank(e + 1), table.ranks())));
            firstPlace[e + 1] = all.size();
        }
        this.across = SumOrder.toRoot(all);
        this.arrays = new float[all.size()][];
        this.shifts = new int[all.size()];
        this.losses = new double[2][all.size()];
        this.examples = new long[2][all.size()];
        int from = start(pieces, table.firstRank(self), parameters);
        int to = start(pieces, table.firstRank(self + 1), parameters);
        for (int place = 0; place < all.size(); place++) {
            if (place == 0 && self != 0) {
                // the whole gradient ends here, and the optimizer wants it in the layout of θ
                arrays[place] = new float[parameters];
            } else if (place < firstPlace[self] || place >= firstPlace[self + 1]) {
                arrays[place] = new float[to - from];
                shifts[place] = from;
            }
        }
    }

    private static int start(Pieces pieces, int rank, int parameters) {
        int first = pieces.first(rank);
        return first < pieces.count() ? pieces.piece(first).from() : parameters;
    }

    /** The first place of an executor; of the number of executors: the number of places. */
    int firstPlace(int executor) {
        return firstPlace[executor];
    }

    int places(int executor) {
        return firstPlace[executor + 1] - firstPlace[executor];
    }

    /** The gradient at a place, of which θ's element i is at i − {@link #shift}. */
    float[] array(int place) {
        return arrays[place];
    }

    int shift(int place) {
        return shifts[place];
    }

    double loss(int step, int place) {
        return losses[step & 1][place];
    }

    long examples(int step, int place) {
        return examples[step & 1][place];
    }

    /** Takes what another executor says of a place. */
    void put(int step, int place, double loss, long count) {
        losses[step & 1][place] = loss;
        examples[step & 1][place] = count;
    }

    /** Takes a task's sums. */
    void hand(int member, List<ReductionTree.Node<GradientSum>> sums) {
        if (sums.size() != firstNode[member + 1] - firstNode[member]) {
            throw new IllegalStateException("task " + member + " of the executor has " + sums.size() + " sums, not "
                    + (firstNode[member + 1] - firstNode[member]));
        }
        for (int i = 0; i < sums.size(); i++) {
            nodes[firstNode[member] + i] = sums.get(i).value();
        }
    }

    /** Adds up the executor's losses and counts, when all tasks have handed in theirs; each task may: all write the same. */
    void addScalars(int step) {
        double[] loss = new double[nodes.length];
        long[] count = new long[nodes.length];
        for (int n = 0; n < nodes.length; n++) {
            loss[n] = nodes[n].loss();
            count[n] = nodes[n].examples();
        }
        for (int k = 0; k < within.additions(); k++) {
            loss[within.left(k)] += loss[within.right(k)];
            count[within.left(k)] += count[within.right(k)];
        }
        for (int i = 0; i < within.sums().size(); i++) {
            int node = within.sums().get(i).value();
            arrays[firstPlace[self] + i] = nodes[node].gradient();
            put(step, firstPlace[self] + i, loss[node], count[node]);
        }
    }

    /** Σ L and the number of examples over all executors, when all are known. */
    Scalars total(int step) {
        double[] loss = losses[step & 1].clone();
        long count = 0;
        for (long each : examples[step & 1]) {
            count += each;
        }
        for (int k = 0; k < across.additions(); k++) {
            loss[across.left(k)] += loss[across.right(k)];
        }
        return new Scalars(loss[0], count);
    }

    /** Sums of a step besides the gradient. */
    record Scalars(double loss, long examples) {}

    /** Adds the tasks' gradients up in [from, to), as far as this executor's shards go. */
    void addWithin(int from, int to) {
        for (int k = 0; k < within.additions(); k++) {
            add(nodes[within.left(k)].gradient(), 0, nodes[within.right(k)].gradient(), 0, from, to);
        }
    }

    /** Leaves zeros in [from, to) of the tasks' gradients: a pass over them later would go to memory again. */
    void clear(int from, int to) {
        for (GradientSum node : nodes) {
            Arrays.fill(node.gradient(), from, to, 0f);
        }
    }

    /** Adds the executors' gradients up in [from, to), of an own piece; the sum ends in {@link #gradient}. */
    void addAcross(int from, int to) {
        for (int k = 0; k < across.additions(); k++) {
            int left = across.left(k);
            int right = across.right(k);
            add(arrays[left], shifts[left], arrays[right], shifts[right], from, to);
        }
    }

    private static void add(float[] left, int leftShift, float[] right, int rightShift, int from, int to) {
        if (leftShift == rightShift) {
            int start = from - leftShift;
            int end = to - leftShift;
            // one index: with two, C2 makes no SIMD code of it
            for (int i = start; i < end; i++) {
                left[i] += right[i];
            }
            return;
        }
        int l = from - leftShift;
        int r = from - rightShift;
        int n = to - from;
        for (int i = 0; i < n; i++) {
            left[l + i] += right[r + i];
        }
    }

    /** The whole gradient, in θ's layout, where {@link #addAcross} was called. */
    float[] gradient() {
        return arrays[0];
    }

    /** The tasks of this executor. */
    int members() {
        return table.firstRank(self + 1) - table.firstRank(self);
    }
}
