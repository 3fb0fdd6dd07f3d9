package io.lockstep.model;

import java.io.Serializable;
import java.util.Locale;

/**
 * What a regression's network is trained on instead of the target y: t = (g(y) − μ) / σ, with g = ln for {@code log} and
 * the identity otherwise.
 *
 * @param kind {@code none} has μ = 0 and σ = 1
 * @param mean μ, finite
 * @param deviation σ, finite and greater than 0
 */
public record TargetTransform(Kind kind, double mean, double deviation) implements Serializable {

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
    public static final TargetTransform NONE = new TargetTransform(Kind.NONE, 0, 1);

    public TargetTransform {
        if (!Double.isFinite(mean)) {
            throw new IllegalArgumentException("target mean is " + mean);
        }
        if (!(Double.isFinite(deviation) && deviation > 0)) {
            throw new IllegalArgumentException("target deviation must be greater than 0, is " + deviation);
        }
        if (kind == Kind.NONE && (mean != 0 || deviation != 1)) {
            throw new IllegalArgumentException(
                    "target transform none has mean 0 and deviation 1, got " + mean + " and " + deviation);
        }
    }

    /** t from y; not finite where {@code log} meets a y that is not greater than 0. */
    public double transform(double y) {
        return ((kind == Kind.LOG ? Math.log(y) : y) - mean) / deviation;
    }

    /** y from t, in the target's own units. */
    public double restore(double t) {
        double g = t * deviation + mean;
        return kind == Kind.LOG ? Math.exp(g) : g;
    }
}
