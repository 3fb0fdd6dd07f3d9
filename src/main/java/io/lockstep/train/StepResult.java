package io.lockstep.train;

import io.lockstep.math.ReductionTree;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;

/**
 * What a step's tasks computed, from one task or from several neighbouring ones.
 *
 * @param first the number of the first task
 * @param tasks how many
 * @param nodes the sums of the maximal subtrees of their shards
 * @param nanos how long they computed, all together
 * @param slowest how long the slowest did
 */
record StepResult(int first, int tasks, List<ReductionTree.Node<GradientSum>> nodes, long nanos, long slowest)
        implements Serializable {

    /** Adds results of neighbouring tasks, in whatever order they are, as far as their shards go. */
    static StepResult combine(List<StepResult> results) {
        ReductionTree<GradientSum> tree = new ReductionTree<>(GradientSum::add);
        int first = Integer.MAX_VALUE;
        int tasks = 0;
        long nanos = 0;
        long slowest = 0;
        for (StepResult result : results.stream()
                .sorted(Comparator.comparingInt(StepResult::first))
                .toList()) {
            result.nodes().forEach(tree::addNode);
            first = Math.min(first, result.first());
            tasks += result.tasks();
            nanos += result.nanos();
            slowest = Math.max(slowest, result.slowest());
        }
        return new StepResult(first, tasks, tree.nodes(), nanos, slowest);
    }

    /** The sum of all, where this has the results of all tasks. */
    GradientSum total() {
        ReductionTree<GradientSum> tree = new ReductionTree<>(GradientSum::add);
        nodes.forEach(tree::addNode);
        return tree.root();
    }
}
