package io.lockstep.math;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;

/**
 * Adds up leaves 0, 1, 2, … in the one order that a complete binary tree over them gives, however the leaves are spread
 * over workers. Floating-point sums depend on their order; this order depends on nothing but the number of leaves.
 *
 * <p>A worker that owns a run of leaves {@linkplain #addLeaf adds} them in order and hands up its {@linkplain #nodes
 * nodes}: one sum for each maximal aligned subtree of its run. Whoever gets the nodes of all workers, in order, adds
 * them to a tree of its own and asks for the {@linkplain #root root}. A missing right sibling (a number of leaves that is
 * no power of two) leaves the left one as it is.
 *
 * @param <T> what is summed; {@code merge} may reuse its left argument
 */
public final class ReductionTree<T> {

    /**
     * The sum of the leaves [index·2^level, (index + 1)·2^level).
     *
     * @param <T> what is summed
     */
    public record Node<T>(int level, long index, T value) implements Serializable {}

    private final BinaryOperator<T> merge;
    private final List<Node<T>> open = new ArrayList<>();

    /** An empty tree; {@code merge} is called as (left, right). */
    public ReductionTree(BinaryOperator<T> merge) {
        this.merge = merge;
    }

    /** Adds the leaf {@code index}; indexes rise. */
    public void addLeaf(long index, T value) {
        addNode(new Node<>(0, index, value));
    }

    /**
     * Adds the sum of a subtree; subtrees come from left to right.
     *
     * @throws IllegalArgumentException if the subtree does not lie to the right of all that came before
     */
    public void addNode(Node<T> node) {
        if (!open.isEmpty() && (node.index() << node.level()) < end(open.get(open.size() - 1))) {
            throw new IllegalArgumentException("leaf " + (node.index() << node.level()) + " comes too late");
        }
        Node<T> added = node;
        while (!open.isEmpty() && isLeftSibling(open.get(open.size() - 1), added)) {
            Node<T> left = open.remove(open.size() - 1);
            added = new Node<>(left.level() + 1, left.index() >> 1, merge.apply(left.value(), added.value()));
        }
        open.add(added);
    }

    /** The sums of the maximal aligned subtrees added so far, from left to right. */
    public List<Node<T>> nodes() {
        return List.copyOf(open);
    }

    /**
     * The sum of all leaves, when none is to come.
     *
     * @throws IllegalStateException if there was none
     */
    public T root() {
        if (open.isEmpty()) {
            throw new IllegalStateException("a sum of nothing");
        }
        // What is open has falling levels: the last is the right end of the tree and rises, alone, to its left
        // neighbour.
        int last = open.size() - 1;
        T value = open.get(last).value();
        for (int i = last - 1; i >= 0; i--) {
            value = merge.apply(open.get(i).value(), value);
        }
        return value;
    }

    private static long end(Node<?> node) {
        return (node.index() + 1) << node.level();
    }

    private static boolean isLeftSibling(Node<?> left, Node<?> right) {
        return left.level() == right.level() && left.index() + 1 == right.index() && (left.index() & 1) == 0;
    }
}
