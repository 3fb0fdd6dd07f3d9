package io.lockstep.eval;

import io.lockstep.math.ReductionTree;
import io.lockstep.train.ShardInference;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What one task finds out about a group of examples: those of its shards, or those of a slice among them. Sums are of runs
 * that lie in one block and one shard, so they are the same whichever task has the shard.
 */
final class GroupSums implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Measure measure;
    private final Ranks ranks;
    private final List<Segment> segments = new ArrayList<>();
    private final long[] binRows = new long[CalibrationBin.BINS];
    private final long[] classRows;
    /** Empty where none is counted. */
    private final transient long[] confusion;

    private transient double[] open = new double[0];
    private transient double[] classCounts = new double[0];
    private transient ReductionTree<double[]> classTree = new ReductionTree<>(GroupSums::add);
    private List<ReductionTree.Node<double[]>> classNodes = List.of();
    private SparseCounts confused = new SparseCounts(new int[0], new long[0]);
    private long examples;

    /** The sums of a run of examples, in the set's order. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Segment(int block, double[] sums) implements Serializable {}

    /** Counts that are not 0. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record SparseCounts(int[] cells, long[] counts) implements Serializable {}

    private GroupSums(Measure measure, Ranks ranks, int classRows, long[] confusion) {
        this.measure = measure;
        this.ranks = ranks;
        this.classRows = new long[classRows];
        this.confusion = confusion;
    }

    /** The sums of all examples. */
    static GroupSums ofAll(EvaluationJob job) {
        int classes = job.classes();
        return new GroupSums(
                job.measure(), job.ranks(), classes, new long[job.countsConfusion() ? classes * classes : 0]);
    }

    /** The sums of a slice. */
    static GroupSums ofSlice(EvaluationJob job) {
        return new GroupSums(job.sliceMeasure(), job.sliceRanks(), 0, new long[0]);
    }

    /** Adds the right numbers to the left ones. */
    static double[] add(double[] left, double[] right) {
        for (int i = 0; i < left.length; i++) {
            left[i] += right[i];
        }
        return left;
    }

    /** Very many classes are counted for all examples only, not for each slice. */
    private boolean countsClassesElsewhere() {
        return measure instanceof ClassMeasure of
                && of.averages() == ClassMeasure.Averages.ELSEWHERE
                && (classRows.length > 0 || of.classes() <= EvaluationJob.MOST_CLASSES);
    }

    /** Adds an example. */
    void add(float[] outputs, int from, float[] targets, int target, float w, double loss) {
        examples++;
        if (measure instanceof ClassMeasure classes) {
            int observed = (int) targets[target];
            int predicted = ShardInference.predictedClass(outputs, from, classes.outputs());
            binRows[classes.bin(outputs, from)]++;
            if (classRows.length > 0) {
                classRows[observed]++;
            }
            if (confusion.length > 0) {
                confusion[observed * classRows.length + predicted]++;
            }
            if (countsClassesElsewhere() && w > 0) {
                if (classCounts.length == 0) {
                    classCounts = new double[ClassCounts.width(classes.classes())];
                }
                ClassCounts.add(classCounts, 0, observed, predicted, w);
            }
        }
        // what weighs nothing has no share in a mean, not even in that of no examples
        if (w > 0) {
            if (open.length == 0) {
                open = new double[measure.width()];
            }
            measure.add(open, outputs, from, targets, target, w, loss);
            ranks.add(outputs, from, targets, target, w);
        }
    }

    /** The examples since the last call are of this block, and maybe not all of it. */
    void endSegment(int block) {
        if (open.length > 0) {
            segments.add(new Segment(block, open));
            open = new double[0];
        }
        ranks.endBlock(block);
    }

    void endShard(int shard) {
        if (classCounts.length > 0) {
            classTree.addLeaf(shard, classCounts);
            classCounts = new double[0];
        }
        ranks.endShard(shard);
    }

    /** There are no more. */
    void end() {
        ranks.end();
        classNodes = classTree.nodes();
        int[] cells = IntStream.range(0, confusion.length)
                .filter(cell -> confusion[cell] > 0)
                .toArray();
        confused = new SparseCounts(
                cells, IntStream.of(cells).mapToLong(cell -> confusion[cell]).toArray());
    }

    // what a finished one has

    Measure measure() {
        return measure;
    }

    Ranks ranks() {
        return ranks;
    }

    List<Segment> segments() {
        return segments;
    }

    long examples() {
        return examples;
    }

    long[] binRows() {
        return binRows;
    }

    long[] classRows() {
        return classRows;
    }

    SparseCounts confused() {
        return confused;
    }

    List<ReductionTree.Node<double[]>> classNodes() {
        return classNodes;
    }
}
