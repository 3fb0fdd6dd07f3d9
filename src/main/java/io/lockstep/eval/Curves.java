package io.lockstep.eval;

import java.util.ArrayList;
import java.util.List;

/**
 * The areas under the curves of examples of two classes. They come in groups of equal scores, or in bins of scores, from the
 * greatest on.
 */
final class Curves {
    private double positive;
    private double negative;
    private double won;
    private double tied;
    private double area;
    private double areaBound;
    private double precision = Double.NaN;

    /** Takes the weight of the positive and of the negative examples of the next group. */
    void add(double p, double n) {
        if (p + n == 0) {
            return;
        }
        double best = p == 0 ? 0 : (positive + p) / (positive + p + negative);
        double worst = positive == 0 ? 0 : positive / (positive + negative + n);
        areaBound += p * (best - worst);
        won += n * (positive + p / 2);
        tied += p * n;
        positive += p;
        negative += n;
        double now = positive / (positive + negative);
        area += p * (now + (Double.isNaN(precision) ? now : precision)) / 2;
        precision = now;
    }

    /** Whether there are examples of both classes, without which no area is defined. */
    boolean areDefined() {
        return positive > 0 && negative > 0;
    }

    /** The area under the ROC curve: Σ n_g·(p before g + p_g/2)/(p·n), Mann and Whitney's U. */
    double auc() {
        return won / (positive * negative);
    }

    /** How far {@link #auc} may be off where groups are bins: half of the pairs that share one. */
    double aucBound() {
        return tied / 2 / (positive * negative);
    }

    /** The area under precision over recall, by trapezoids, as MLlib's: it begins at (0, precision of the first group). */
    double aucPr() {
        return area / positive;
    }

    /**
     * How far {@link #aucPr} may be off where groups are bins: within one, precision stays between that of all its negative
     * examples first and that of all its positive ones first.
     */
    double aucPrBound() {
        return areaBound / positive;
    }

    /** The curves themselves, thinned to some 200 points. */
    static final class Points {
        private static final int STEPS = 198;

        private final double allPositive;
        private final double allNegative;
        private final List<CurvePoint> roc = new ArrayList<>(List.of(new CurvePoint(0, 0)));
        private final List<CurvePoint> pr = new ArrayList<>();
        private double positive;
        private double negative;

        /** Curves of groups that have so much weight together, both more than 0. */
        Points(double allPositive, double allNegative) {
            this.allPositive = allPositive;
            this.allNegative = allNegative;
        }

        /** As {@link Curves#add}. */
        void add(double p, double n) {
            if (p + n == 0) {
                return;
            }
            double recall = positive / allPositive;
            double walked = (recall + negative / allNegative) / 2;
            positive += p;
            negative += n;
            double precision = positive / (positive + negative);
            if (pr.isEmpty()) {
                pr.add(new CurvePoint(0, precision));
            }
            double nowRecall = positive / allPositive;
            double fallOut = negative / allNegative;
            boolean last = positive == allPositive && negative == allNegative;
            if (last || isDue(recall, nowRecall)) {
                pr.add(new CurvePoint(nowRecall, precision));
            }
            if (last || isDue(walked, (nowRecall + fallOut) / 2)) {
                roc.add(new CurvePoint(fallOut, nowRecall));
            }
        }

        /** Whether a curve that came from {@code before} to {@code now}, of 1, passed the place of its next point. */
        private static boolean isDue(double before, double now) {
            return Math.floor(before * STEPS) < Math.floor(now * STEPS);
        }

        /** (false, true positive rate) from (0, 0) to (1, 1). */
        List<CurvePoint> roc() {
            return roc;
        }

        /** (recall, precision) from recall 0, with the precision of the greatest score, to recall 1. */
        List<CurvePoint> pr() {
            return pr;
        }
    }

    double positive() {
        return positive;
    }

    double negative() {
        return negative;
    }
}
