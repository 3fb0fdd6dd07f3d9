package io.lockstep.train;

import io.lockstep.math.ReductionTree;
import java.util.ArrayList;
import java.util.List;

/**
 * The additions that a {@link ReductionTree} makes over given subtrees, as pairs of places: what lies at the right place
 * is added to the left one, pair after pair. The same for every step, so it is worked out once.
 */
final class SumOrder {
    private final List<int[]> pairs = new ArrayList<>();
    private final List<ReductionTree.Node<Integer>> sums;

    private SumOrder(List<? extends ReductionTree.Node<?>> subtrees, boolean whole) {
        ReductionTree<Integer> tree = new ReductionTree<>((left, right) -> {
            pairs.add(new int[] {left, right});
            return left;
        });
        for (int place = 0; place < subtrees.size(); place++) {
            ReductionTree.Node<?> subtree = subtrees.get(place);
            tree.addNode(new ReductionTree.Node<>(subtree.level(), subtree.index(), place));
        }
        this.sums = tree.nodes();
        if (whole) {
            tree.root();
        }
    }

    /** Adds {@code subtrees} up as far as their run of leaves goes. */
    static SumOrder ofRun(List<? extends ReductionTree.Node<?>> subtrees) {
        return new SumOrder(subtrees, false);
    }

    /** Adds {@code subtrees}, which are all there are, up to the root; the sum ends at place 0. */
    static SumOrder toRoot(List<? extends ReductionTree.Node<?>> subtrees) {
        return new SumOrder(subtrees, true);
    }

    /** The maximal aligned subtrees of the leaves [from, to); values mean nothing. */
    static List<ReductionTree.Node<Integer>> subtrees(int from, int to) {
        ReductionTree<Integer> tree = new ReductionTree<>((left, right) -> left);
        for (int leaf = from; leaf < to; leaf++) {
            tree.addLeaf(leaf, leaf);
        }
        return tree.nodes();
    }

    /** The maximal subtrees that the additions leave, each with the place of its sum. */
    List<ReductionTree.Node<Integer>> sums() {
        return sums;
    }

    int additions() {
        return pairs.size();
    }

    int left(int addition) {
        return pairs.get(addition)[0];
    }

    int right(int addition) {
        return pairs.get(addition)[1];
    }
}
