package io.lockstep.eval;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The areas under the curves of one ranking: of two classes, of one class against the rest, or of a label. */
final class RankedScores {
    private final Groups groups;
    private final boolean exact;
    private final Curves curves = new Curves();
    /** By block; empty where there are no intervals. */
    private double[][] bins = new double[0][0];

    private double aucShift;
    private double aucPrShift;

    /** The examples in groups of equal scores, or in bins of them. */
    private interface Groups {
        void forEachFalling(ScoreOrder.GroupConsumer consumer);

        void forEachRising(ScoreOrder.GroupConsumer consumer);
    }

    private record OrderedGroups(ScoreOrder order) implements Groups {
        @Override
        public void forEachFalling(ScoreOrder.GroupConsumer consumer) {
            order.forEachFalling(consumer);
        }

        @Override
        public void forEachRising(ScoreOrder.GroupConsumer consumer) {
            order.forEachRising(consumer);
        }
    }

    private record BinnedGroups(WeightBins bins) implements Groups {
        @Override
        public void forEachFalling(ScoreOrder.GroupConsumer consumer) {
            int[] keys = bins.sortedKeys();
            for (int i = keys.length - 1; i >= 0; i--) {
                consumer.accept(bins.second(keys[i]), bins.first(keys[i]));
            }
        }

        @Override
        public void forEachRising(ScoreOrder.GroupConsumer consumer) {
            for (int key : bins.sortedKeys()) {
                consumer.accept(bins.second(key), bins.first(key));
            }
        }
    }

    private RankedScores(Groups groups, boolean exact) {
        this.groups = groups;
        this.exact = exact;
        groups.forEachFalling(curves::add);
    }

    /**
     * The areas of a ranking; empty where the set does not define them.
     *
     * @param ranking the class or label; of two classes 0
     */
    static Optional<RankedScores> of(GroupTotals totals, int ranking) {
        List<ExactScores> exact = totals.ranks(ExactScores.class);
        if (!exact.isEmpty()) {
            return of(runs(exact, ranking));
        }
        return totals.bins().flatMap(bins -> of(bins[ranking]));
    }

    private static List<ExactScores.Run> runs(List<ExactScores> parts, int ranking) {
        return parts.stream()
                .flatMap(part -> part.runs().stream())
                .filter(run -> run.ranking() == ranking)
                .toList();
    }

    private static Optional<RankedScores> of(List<ExactScores.Run> runs) {
        ScoreOrder order = ScoreOrder.of(runs);
        return order.isDefined() ? defined(new RankedScores(new OrderedGroups(order), true)) : Optional.empty();
    }

    private static Optional<RankedScores> of(WeightBins bins) {
        return BinnedScores.isDefined(bins)
                ? defined(new RankedScores(new BinnedGroups(bins), false))
                : Optional.empty();
    }

    private static Optional<RankedScores> defined(RankedScores scores) {
        return scores.curves.areDefined() ? Optional.of(scores) : Optional.empty();
    }

    /**
     * {@link #of} of two classes, prepared to be {@linkplain #resampled resampled}.
     *
     * @param mostBins into which scores are put for that
     */
    static Optional<RankedScores> resampling(GroupTotals totals, int blocks, int mostBins) {
        List<ExactScores> exact = totals.ranks(ExactScores.class);
        if (exact.isEmpty()) {
            return of(totals, 0);
        }
        List<ExactScores.Run> runs = runs(exact, 0);
        ScoreOrder order = ScoreOrder.of(runs);
        if (!order.isDefined()) {
            return Optional.empty();
        }
        RankedScores scores = new RankedScores(new OrderedGroups(order), true);
        scores.bins = order.bins(runs, blocks, mostBins);
        Curves binned = scores.binned(Bootstrap.once(blocks));
        scores.aucShift = scores.curves.auc() - binned.auc();
        scores.aucPrShift = scores.curves.aucPr() - binned.aucPr();
        return defined(scores);
    }

    /** auc and auc_pr, and how far they may be off where scores are in bins. */
    Map<String, Double> values() {
        return values(curves);
    }

    /** The same of the first of two classes, whose probability is 1 minus that of the second. */
    Map<String, Double> ofOtherClass() {
        Curves other = new Curves();
        groups.forEachRising((positive, negative) -> other.add(negative, positive));
        return values(other);
    }

    private Map<String, Double> values(Curves of) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(MetricNames.AUC, of.auc());
        values.put(MetricNames.AUC_PR, of.aucPr());
        if (!exact) {
            values.put(MetricNames.AUC_BOUND, of.aucBound());
            values.put(MetricNames.AUC_PR_BOUND, of.aucPrBound());
        }
        return values;
    }

    /** auc and auc_pr where each block comes that many times; what bins make of them is taken off again. */
    Map<String, Double> resampled(int[] times) {
        if (bins.length == 0) {
            return Map.of();
        }
        Curves replicate = binned(times);
        return replicate.areDefined()
                ? Map.of(
                        MetricNames.AUC,
                        clipped(replicate.auc() + aucShift),
                        MetricNames.AUC_PR,
                        clipped(replicate.aucPr() + aucPrShift))
                : Map.of();
    }

    private static double clipped(double area) {
        return Math.max(0, Math.min(1, area));
    }

    private Curves binned(int[] times) {
        double[] all = Bootstrap.sum(bins, times);
        Curves of = new Curves();
        for (int i = 0; i < all.length; i += 2) {
            of.add(all[i], all[i + 1]);
        }
        return of;
    }

    /** The curves. */
    Curves.Points points() {
        Curves.Points points = new Curves.Points(curves.positive(), curves.negative());
        groups.forEachFalling(points::add);
        return points;
    }
}
