package io.lockstep.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReductionTreeTest {

    static IntStream leafCounts() {
        return IntStream.rangeClosed(1, 70);
    }

    @ParameterizedTest
    @MethodSource("leafCounts")
    void theSumIsThatOfThePaddedCompleteBinaryTree(int leaves) {
        float[] values = values(leaves, new Random(leaves));
        ReductionTree<Float> tree = new ReductionTree<>(Float::sum);
        for (int i = 0; i < leaves; i++) {
            tree.addLeaf(i, values[i]);
        }
        assertThat(bits(tree.root())).isEqualTo(bits(padded(values, 0, Integer.highestOneBit(2 * leaves - 1))));
    }

    /** The sum over [from, from + width) where leaves beyond the end are missing, not zero. */
    private static Float padded(float[] values, int from, int width) {
        if (width == 1) {
            return values[from];
        }
        int middle = from + width / 2;
        Float left = padded(values, from, width / 2);
        return middle < values.length ? left + padded(values, middle, width / 2) : left;
    }

    @ParameterizedTest
    @MethodSource("leafCounts")
    void anyCutIntoRunsGivesTheSameBits(int leaves) {
        Random random = new Random(1000 + leaves);
        float[] values = values(leaves, random);
        int expected = bits(padded(values, 0, Integer.highestOneBit(2 * leaves - 1)));
        for (int trial = 0; trial < 30; trial++) {
            List<Integer> cuts = cuts(leaves, random);
            assertThat(bits(inRuns(values, cuts))).as("cuts %s", cuts).isEqualTo(expected);
        }
    }

    /** Rising ends of up to eight runs, some of them empty. */
    private static List<Integer> cuts(int leaves, Random random) {
        List<Integer> cuts = new ArrayList<>();
        for (int i = random.nextInt(8); i > 0; i--) {
            cuts.add(random.nextInt(leaves + 1));
        }
        cuts.add(leaves);
        cuts.sort(null);
        return cuts;
    }

    private static Float inRuns(float[] values, List<Integer> cuts) {
        ReductionTree<Float> above = new ReductionTree<>(Float::sum);
        int from = 0;
        for (int to : cuts) {
            ReductionTree<Float> worker = new ReductionTree<>(Float::sum);
            for (int i = from; i < to; i++) {
                worker.addLeaf(i, values[i]);
            }
            worker.nodes().forEach(above::addNode);
            from = to;
        }
        return above.root();
    }

    @Test
    void theOrderMattersForTheseValues() {
        // else the tests above could not fail
        float[] values = values(64, new Random(5));
        float running = 0;
        for (float value : values) {
            running += value;
        }
        assertThat(bits(running)).isNotEqualTo(bits(padded(values, 0, 64)));
    }

    @Test
    void runsCanBeMergedOverSeveralStages() {
        float[] values = values(45, new Random(6));
        ReductionTree<Float> above = new ReductionTree<>(Float::sum);
        for (int[] pair : new int[][] {{0, 7, 19}, {19, 20, 45}}) {
            ReductionTree<Float> between = new ReductionTree<>(Float::sum);
            for (int half = 0; half < 2; half++) {
                ReductionTree<Float> worker = new ReductionTree<>(Float::sum);
                for (int i = pair[half]; i < pair[half + 1]; i++) {
                    worker.addLeaf(i, values[i]);
                }
                worker.nodes().forEach(between::addNode);
            }
            between.nodes().forEach(above::addNode);
        }
        assertThat(bits(above.root())).isEqualTo(bits(padded(values, 0, 64)));
    }

    @Test
    void aRunHandsUpItsMaximalAlignedSubtrees() {
        ReductionTree<String> worker = new ReductionTree<>(String::concat);
        for (int i = 3; i < 13; i++) {
            worker.addLeaf(i, Integer.toHexString(i));
        }
        assertThat(worker.nodes())
                .containsExactly(
                        new ReductionTree.Node<>(0, 3, "3"),
                        new ReductionTree.Node<>(2, 1, "4567"),
                        new ReductionTree.Node<>(2, 2, "89ab"),
                        new ReductionTree.Node<>(0, 12, "c"));
    }

    @Test
    void mergeSeesLeftAndRightInOrder() {
        ReductionTree<String> tree = new ReductionTree<>((left, right) -> "(" + left + right + ")");
        for (int i = 0; i < 7; i++) {
            tree.addLeaf(i, Integer.toString(i));
        }
        assertThat(tree.root()).isEqualTo("(((01)(23))((45)6))");
    }

    @Test
    void aMergeMayReuseItsLeftArgument() {
        ReductionTree<float[]> tree = new ReductionTree<>((left, right) -> {
            left[0] += right[0];
            return left;
        });
        float[] values = values(21, new Random(7));
        for (int i = 0; i < values.length; i++) {
            tree.addLeaf(i, new float[] {values[i]});
        }
        assertThat(bits(tree.root()[0])).isEqualTo(bits(padded(values, 0, 32)));
    }

    @Test
    void aLeafThatComesTwiceIsRefused() {
        ReductionTree<Float> tree = new ReductionTree<>(Float::sum);
        tree.addLeaf(4, 1f);
        assertThatThrownBy(() -> tree.addLeaf(4, 1f))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("leaf 4 comes too late");
    }

    @Test
    void aLeafOutOfOrderIsRefused() {
        ReductionTree<Float> tree = new ReductionTree<>(Float::sum);
        tree.addLeaf(4, 1f);
        assertThatThrownBy(() -> tree.addLeaf(3, 1f)).hasMessage("leaf 3 comes too late");
    }

    @Test
    void aSubtreeThatOverlapsIsRefused() {
        ReductionTree<Float> tree = new ReductionTree<>(Float::sum);
        tree.addLeaf(5, 1f);
        assertThatThrownBy(() -> tree.addNode(new ReductionTree.Node<>(2, 1, 1f)))
                .hasMessage("leaf 4 comes too late");
        tree.addNode(new ReductionTree.Node<>(1, 3, 1f));
        assertThatThrownBy(() -> tree.addLeaf(7, 1f)).hasMessage("leaf 7 comes too late");
    }

    @Test
    void aSumOfNothingIsRefused() {
        assertThatThrownBy(() -> new ReductionTree<>(Float::sum).root())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a sum of nothing");
    }

    /** Floats over 40 binary orders of magnitude and both signs, so that nearly every order has bits of its own. */
    private static float[] values(int leaves, Random random) {
        TreeSet<Float> seen = new TreeSet<>();
        float[] values = new float[leaves];
        for (int i = 0; i < leaves; i++) {
            do {
                values[i] = (float) Math.scalb(random.nextDouble() - 0.5, random.nextInt(40) - 20);
            } while (!seen.add(values[i]));
        }
        return values;
    }

    private static int bits(float value) {
        return Float.floatToRawIntBits(value);
    }
}
