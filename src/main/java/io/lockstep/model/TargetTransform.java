package io.lockstep.model;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * What a regression's network is trained on instead of the targets y: t = (g(y) − μ) / σ, with g = ln for {@code log} and
 * the identity otherwise, and each output's own μ and σ.
 *
 * @param kind {@code none} has μ = 0 and σ = 1, for any number of outputs
 * @param means μ by output, finite; empty for {@code none}
 * @param deviations σ by output, finite and greater than 0; of μ's length
 */
public record TargetTransform(Kind kind, List<Double> means, List<Double> deviations) implements Serializable {

    /** The transforms by name. */
    public enum Kind {
        /** t = y. */
        NONE,
        /** t = (y − μ) / σ. */
        STANDARD,
        /** t = (ln y − μ) / σ, for y &gt; 0. */
        LOG;

        /** The name in the config and in {@code model.json}. */
        public String configName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** t = y. */
    public static final TargetTransform NONE = new TargetTransform(Kind.NONE, List.of(), List.of());

    public TargetTransform {
        if (means.size() != deviations.size()) {
            throw new IllegalArgumentException(
                    "target has " + means.size() + " means and " + deviations.size() + " deviations");
        }
        for (double mean : means) {
            if (!Double.isFinite(mean)) {
                throw new IllegalArgumentException("target mean is " + mean);
            }
            if (kind == Kind.NONE && mean != 0) {
                throw new IllegalArgumentException("target transform none has mean 0, got " + mean);
            }
        }
        for (double deviation : deviations) {
            if (!(Double.isFinite(deviation) && deviation > 0)) {
                throw new IllegalArgumentException("target deviation must be greater than 0, is " + deviation);
            }
            if (kind == Kind.NONE && deviation != 1) {
                throw new IllegalArgumentException("target transform none has deviation 1, got " + deviation);
            }
        }
        if (kind != Kind.NONE && means.isEmpty()) {
            throw new IllegalArgumentException("target transform " + kind.configName() + " has a mean for each output");
        }
        means = kind == Kind.NONE ? List.of() : List.copyOf(means);
        deviations = kind == Kind.NONE ? List.of() : List.copyOf(deviations);
    }

    /** Of one output. */
    public TargetTransform(Kind kind, double mean, double deviation) {
        this(kind, List.of(mean), List.of(deviation));
    }

    /** Whether it is for that many outputs. */
    boolean fits(int outputs) {
        return kind == Kind.NONE || means.size() == outputs;
    }

    /** μ of an output. */
    public double mean(int output) {
        return kind == Kind.NONE ? 0 : means.get(output);
    }

    /** σ of an output. */
    public double deviation(int output) {
        return kind == Kind.NONE ? 1 : deviations.get(output);
    }

    /** t from y of an output; not finite where {@code log} meets a y that is not greater than 0. */
    public double transform(int output, double y) {
        return ((kind == Kind.LOG ? Math.log(y) : y) - mean(output)) / deviation(output);
    }

    /** y from t of an output, in the target's own units. */
    public double restore(int output, double t) {
        double g = t * deviation(output) + mean(output);
        return kind == Kind.LOG ? Math.exp(g) : g;
    }
}
