package io.lockstep.eval;

import io.lockstep.data.FeatureHistograms.Histogram;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import io.lockstep.model.MissingValues;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Compares the profiles of two sets, column by column: a number by its bins and its missing values, a category by its
 * levels, each element of a vector or an image by itself.
 */
public final class DriftComparison {
    /** Neighbouring bins and rare levels are put together until they have this share of train: psi is for few of them. */
    private static final double LEAST_SHARE = 0.05;

    /** Half a row, so that an empty bin has a logarithm. */
    private static final double HALF = 0.5;

    /** Of all columns together, by chance. */
    private static final double FALSE_ALARMS = 1e-3;

    private final FeatureSchema schema;
    private final FeatureProfile train;

    /** Compares with a training set's profile. */
    public DriftComparison(FeatureSchema schema, FeatureProfile train) {
        this.schema = schema;
        this.train = train;
    }

    /** Another set's drift; its profile is {@linkplain FeatureProfile#over over} train's bins. */
    public Drift with(FeatureProfile other) {
        List<Compared> compared = new ArrayList<>();
        int from = 0;
        for (FeatureColumn column : schema.columns()) {
            compare(column, from, other, compared);
            from += column.width();
        }
        long[] rows = {train.histograms().rows(), other.histograms().rows()};
        List<FeatureDrift> drifts = compared.stream()
                .map(of -> of.drift(rows, compared.size()))
                .sorted(Comparator.comparing((FeatureDrift drift) -> !drift.isShifted())
                        .thenComparing(
                                Comparator.comparingDouble(FeatureDrift::psi).reversed())
                        .thenComparing(FeatureDrift::column))
                .toList();
        int shifted = (int) drifts.stream().filter(FeatureDrift::isShifted).count();
        return new Drift(
                rows[1], drifts.stream().limit(Drift.NAMED).toList(), shifted, compared.size(), Optional.empty());
    }

    private void compare(FeatureColumn column, int from, FeatureProfile other, List<Compared> compared) {
        if (column instanceof FeatureColumn.Categorical || column instanceof FeatureColumn.Hashed) {
            compared.add(levels(column, from, other));
        } else if (column instanceof FeatureColumn.Numeric number) {
            compared.add(number(number.name(), number.origin(), from, other));
        } else {
            List<String> names = new ArrayList<>();
            column.slotNames(names::add);
            for (int i = 0; i < column.width(); i++) {
                compared.add(number(names.get(i), 0, from + i, other));
            }
        }
    }

    /** What happened to a column: the shares before and after, and how to say it. */
    private record Compared(String column, List<Double> before, List<Double> after, double ks, String description) {
        FeatureDrift drift(long[] rows, int columns) {
            double psi = 0;
            for (int i = 0; i < before.size(); i++) {
                double p = (before.get(i) + HALF) / (rows[0] + HALF * before.size());
                double q = (after.get(i) + HALF) / (rows[1] + HALF * before.size());
                psi += (q - p) * Math.log(q / p);
            }
            return new FeatureDrift(column, psi, ks, noise(rows, before.size() - 1, columns), description);
        }

        /**
         * Without drift psi is about (1/m + 1/n)·χ² with one degree of freedom less than bins; its quantile after Wilson
         * and Hilferty 1931, and that of the normal distribution by its bound exp(−z²/2).
         */
        private static double noise(long[] rows, int freedom, int columns) {
            if (freedom == 0) {
                return 0;
            }
            double z = Math.sqrt(2 * Math.log(columns / FALSE_ALARMS));
            double scale = 2.0 / (9 * freedom);
            double quantile = freedom * Math.pow(1 - scale + z * Math.sqrt(scale), 3);
            return (1.0 / rows[0] + 1.0 / rows[1]) * quantile;
        }
    }

    private Compared number(String name, double origin, int feature, FeatureProfile other) {
        Histogram before = train.histograms().features().get(feature);
        Histogram after = other.histograms().features().get(feature);
        double ks = 0;
        double f = 0;
        double g = 0;
        double m = before.counts().stream().mapToLong(count -> count).sum();
        double n = after.counts().stream().mapToLong(count -> count).sum();
        for (int i = 0; i < before.edges().size() && m > 0 && n > 0; i++) {
            f += before.counts().get(i);
            g += after.counts().get(i);
            ks = Math.max(ks, Math.abs(f / m - g / n));
        }
        Groups groups = new Groups(before.missing() + m);
        // what lies beyond all of train's values is no neighbour of its bins
        int last = before.counts().size() - 1;
        groups.addAlone(before.counts().get(0), after.counts().get(0));
        for (int i = 1; i < last; i++) {
            groups.add(before.counts().get(i), after.counts().get(i));
        }
        groups.close();
        if (last > 0) {
            groups.addAlone(before.counts().get(last), after.counts().get(last));
        }
        groups.addAlone(before.missing(), after.missing());
        double gapsBefore = before.missing() / (before.missing() + m);
        double gapsAfter = after.missing() / (after.missing() + n);
        String description = Math.abs(gapsAfter - gapsBefore) > ks
                ? share("missing", gapsBefore, gapsAfter)
                : String.format(
                        Locale.ROOT,
                        "mean %s → %s, deviation %s → %s",
                        number(origin + train.means().get(feature)),
                        number(origin + other.means().get(feature)),
                        number(train.deviations().get(feature)),
                        number(other.deviations().get(feature)));
        return new Compared(
                name, groups.before(), groups.after(), Math.max(ks, Math.abs(gapsAfter - gapsBefore)), description);
    }

    /** The levels are features of 0 and 1, the rest are rows of other levels. */
    private Compared levels(FeatureColumn column, int from, FeatureProfile other) {
        List<String> names = new ArrayList<>();
        column.slotNames(names::add);
        boolean indicated = column.missing() == MissingValues.INDICATE;
        long rows = train.histograms().rows();
        long otherRows = other.histograms().rows();
        Groups groups = new Groups(rows);
        double distance = 0;
        double widest = -1;
        String description = "";
        long before = 0;
        long after = 0;
        for (int i = 0; i <= column.width(); i++) {
            boolean rest = i == column.width();
            long here = rest ? rows - before : ones(train, from + i);
            long there = rest ? otherRows - after : ones(other, from + i);
            before += here;
            after += there;
            double p = (double) here / rows;
            double q = (double) there / otherRows;
            distance += Math.abs(q - p) / 2;
            if (Math.abs(q - p) > widest) {
                widest = Math.abs(q - p);
                String level = rest
                        ? "other values"
                        : indicated && i == column.width() - 1
                                ? "missing"
                                : names.get(i).substring(column.name().length() + 1);
                description = share(level, p, q);
            }
            if (rest) {
                groups.close();
                groups.addAlone(here, there);
            } else {
                groups.add(here, there);
            }
        }
        return new Compared(column.name(), groups.before(), groups.after(), distance, description);
    }

    /** Rows whose feature of 0 and 1 is 1: those above the lowest edge, which is 0 as long as any row has a 0. */
    private long ones(FeatureProfile profile, int feature) {
        Histogram histogram = profile.histograms().features().get(feature);
        long count = 0;
        for (int i = 0; i < histogram.counts().size(); i++) {
            boolean zero = i < histogram.edges().size() && histogram.edges().get(i) < 1;
            count += zero ? 0 : histogram.counts().get(i);
        }
        return count;
    }

    private static String share(String what, double before, double after) {
        return String.format(Locale.ROOT, "%s %.1f %% → %.1f %%", what, 100 * before, 100 * after);
    }

    private static String number(double value) {
        double size = Math.abs(value);
        return String.format(
                Locale.ROOT, size != 0 && (size < 1e-3 || size >= 1e7) ? "%.3g" : size < 100 ? "%.3f" : "%.1f", value);
    }

    /** Bins put together until each has a twentieth of train. */
    private static final class Groups {
        private final double least;
        private final List<double[]> groups = new ArrayList<>();
        private double[] open = {0, 0};

        Groups(double rows) {
            this.least = LEAST_SHARE * rows;
        }

        void add(long before, long after) {
            open[0] += before;
            open[1] += after;
            if (open[0] >= least) {
                groups.add(open);
                open = new double[] {0, 0};
            }
        }

        /** What is left open goes to its neighbour, or stands alone where the other set has too much of it. */
        void close() {
            if (open[0] + open[1] > 0) {
                groups.add(open);
                open = new double[] {0, 0};
            }
        }

        /** A group of its own, unless neither set has it. */
        void addAlone(long before, long after) {
            if (before + after > 0) {
                groups.add(new double[] {before, after});
            }
        }

        List<Double> before() {
            return groups.stream().map(group -> group[0]).toList();
        }

        List<Double> after() {
            return groups.stream().map(group -> group[1]).toList();
        }
    }
}
