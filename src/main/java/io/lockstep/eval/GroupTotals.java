package io.lockstep.eval;

import io.lockstep.math.ReductionTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What all tasks together found out about a group of examples. */
final class GroupTotals {
    private final List<GroupSums> parts;
    private final Measure measure;
    private final double[][] blocks;
    private final int filled;
    private final double[] sums;
    private final Optional<double[]> classCounts;
    private final Optional<WeightBins[]> bins;

    /**
     * Adds up parts.
     *
     * @param parts of the tasks, in their order; used up
     */
    GroupTotals(List<GroupSums> parts, Blocks blocks) {
        this.parts = parts;
        this.measure = parts.get(0).measure();
        this.blocks = new double[blocks.count()][measure.width()];
        boolean[] seen = new boolean[blocks.count()];
        for (GroupSums part : parts) {
            for (GroupSums.Segment segment : part.segments()) {
                measure.merge(this.blocks[segment.block()], segment.sums());
                seen[segment.block()] = true;
            }
        }
        measure.level(Arrays.asList(this.blocks));
        int count = 0;
        for (boolean block : seen) {
            count += block ? 1 : 0;
        }
        this.filled = count;
        this.sums = Bootstrap.sum(this.blocks, Bootstrap.once(blocks.count()));
        this.classCounts = countsElsewhere();
        this.bins = BinnedRanks.merge(ranks(BinnedRanks.class));
    }

    private Optional<double[]> countsElsewhere() {
        ReductionTree<double[]> tree = new ReductionTree<>(GroupSums::add);
        int nodes = 0;
        for (GroupSums part : parts) {
            part.classNodes().forEach(tree::addNode);
            nodes += part.classNodes().size();
        }
        return nodes == 0 ? Optional.empty() : Optional.of(tree.root());
    }

    double[] sums() {
        return sums;
    }

    Measure measure() {
        return measure;
    }

    /** How many examples. */
    long examples() {
        return parts.stream().mapToLong(GroupSums::examples).sum();
    }

    /** The counts of classes, if there are any. */
    Optional<ClassCounts> counts() {
        if (!(measure instanceof ClassMeasure classes)) {
            return Optional.empty();
        }
        return classes.averages() == ClassMeasure.Averages.BY_BLOCK
                ? Optional.of(classes.counts(sums))
                : classCounts.map(counts -> new ClassCounts(counts, 0, classes.classes()));
    }

    /** How many rows each calibration bin has. */
    long[] binRows() {
        return rows(CalibrationBin.BINS, GroupSums::binRows);
    }

    /** How many rows each class has. */
    long[] classRows() {
        return rows(parts.get(0).classRows().length, GroupSums::classRows);
    }

    private long[] rows(int size, Function<GroupSums, long[]> of) {
        long[] rows = new long[size];
        for (GroupSums part : parts) {
            long[] ofPart = of.apply(part);
            for (int i = 0; i < size; i++) {
                rows[i] += ofPart[i];
            }
        }
        return rows;
    }

    /**
     * Rows are observed classes, columns predicted ones.
     *
     * @param named of the classes: a label of one value has a network for two
     */
    List<List<Long>> confusion(int named) {
        int classes = parts.get(0).classRows().length;
        long[] counts = new long[classes * classes];
        for (GroupSums part : parts) {
            GroupSums.SparseCounts confused = part.confused();
            for (int i = 0; i < confused.cells().length; i++) {
                counts[confused.cells()[i]] += confused.counts()[i];
            }
        }
        List<List<Long>> rows = new ArrayList<>();
        for (int k = 0; k < named; k++) {
            rows.add(Arrays.stream(counts, k * classes, k * classes + named)
                    .boxed()
                    .toList());
        }
        return rows;
    }

    /** What tasks kept of the order of examples, if it is of this kind. */
    <R extends Ranks> List<R> ranks(Class<R> kind) {
        return parts.stream()
                .map(GroupSums::ranks)
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    /** The bins that tasks kept, by ranking, where they did. */
    Optional<WeightBins[]> bins() {
        return bins;
    }

    /** The metrics that are made of sums, and those of {@code ranked}, which has auc and auc_pr of two classes. */
    Metrics metrics(Optional<RankedScores> ranked) {
        Map<String, Double> values = new LinkedHashMap<>(measure.values(sums));
        counts().ifPresent(of -> values.putAll(of.averages()));
        if (measure instanceof ClassMeasure classes) {
            values.put(MetricNames.ECE, classes.ece(sums));
        }
        ranked.ifPresent(scores -> values.putAll(scores.values()));
        Map<String, Double> defined = MetricNames.inOrder(values);
        return new Metrics(examples(), defined, intervals(ranked, defined));
    }

    private Map<String, Interval> intervals(Optional<RankedScores> ranked, Map<String, Double> values) {
        if (filled < Bootstrap.FEWEST) {
            return Map.of();
        }
        Map<String, Interval> intervals = Bootstrap.intervals(blocks.length, times -> {
            Map<String, Double> replicate = new LinkedHashMap<>(measure.values(Bootstrap.sum(blocks, times)));
            ranked.ifPresent(scores -> replicate.putAll(scores.resampled(times)));
            return MetricNames.inOrder(replicate);
        });
        intervals.keySet().retainAll(values.keySet());
        return intervals;
    }
}
