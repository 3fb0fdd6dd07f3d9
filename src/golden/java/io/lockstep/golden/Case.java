package io.lockstep.golden;

import io.lockstep.golden.GoldenData.Target;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * One training.
 *
 * @param name also of its file
 * @param hidden the units of the hidden layers
 * @param l2 the config's, λ₂
 * @param l1 the config's, λ₁
 * @param norm the batch normalization of each hidden layer
 */
record Case(
        String name,
        Objective objective,
        List<Integer> hidden,
        Unit unit,
        Descent descent,
        Rates rates,
        double warmupEpochs,
        double l2,
        double l1,
        OptionalDouble clipNorm,
        OptionalDouble clipValue,
        Norm norm) {
    static final int STEPS = 50;
    static final int EPOCHS = (STEPS + GoldenData.stepsOfAnEpoch() - 1) / GoldenData.stepsOfAnEpoch();

    /** What is minimized, by the task that the config gives. */
    enum Objective {
        SOFTMAX("classification", Target.CLASS, GoldenData.OUTPUTS),
        /** One output, for the first label. */
        SIGMOID("classification", Target.LABELS, 1),
        /** The same with a weight for each example, as {@link GoldenData#weight} has them. */
        SOFTMAX_WEIGHTED("classification", Target.CLASS, GoldenData.OUTPUTS),
        /** A sigmoid for each label. */
        MULTILABEL("multilabel", Target.LABELS, GoldenData.OUTPUTS),
        /** An output for each number. */
        SQUARED_SEVERAL("regression", Target.NUMBERS, GoldenData.OUTPUTS),
        /** One output, for the first number. */
        SQUARED("regression", Target.NUMBERS, 1),
        /** The same with δ = {@value #HUBER_DELTA}, which a good part of the errors exceeds. */
        HUBER("regression", Target.NUMBERS, 1);

        static final double HUBER_DELTA = 0.75;

        final String task;
        final Target target;
        final int outputs;

        Objective(String task, Target target, int outputs) {
            this.task = task;
            this.target = target;
            this.outputs = outputs;
        }

        /** Whether the target is the index of a class, and so a column for all outputs. */
        boolean isClass() {
            return target == Target.CLASS;
        }

        /** The config's {@code data.label}. */
        Object labels() {
            return isClass() || outputs == 1 ? "y" : List.of("y1", "y2", "y3");
        }
    }

    /**
     * An activation.
     *
     * @param slope of {@code leaky_relu}
     */
    record Unit(String name, double slope) {
        Object config() {
            return name.equals("leaky_relu") ? Map.of("name", name, "slope", slope) : name;
        }
    }

    /** Where a hidden layer is normalized; the config's momentum is 0.9 and PyTorch's 0.1, for the same averages. */
    enum Norm {
        NONE,
        BEFORE,
        AFTER
    }

    /** Softmax on a small tanh net, without schedule, penalty and clipping. */
    static Case of(String name, Descent descent) {
        return new Case(
                name,
                Objective.SOFTMAX,
                List.of(5, 4),
                new Unit("tanh", 0),
                descent,
                new Rates.Lambda(Map.of("name", "constant"), epoch -> 1),
                0,
                0,
                0,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Norm.NONE);
    }

    Case with(Objective other) {
        return new Case(name, other, hidden, unit, descent, rates, warmupEpochs, l2, l1, clipNorm, clipValue, norm);
    }

    Case with(List<Integer> layers, Unit other) {
        return new Case(
                name, objective, layers, other, descent, rates, warmupEpochs, l2, l1, clipNorm, clipValue, norm);
    }

    Case with(Rates other, double warmup) {
        return new Case(name, objective, hidden, unit, descent, other, warmup, l2, l1, clipNorm, clipValue, norm);
    }

    Case penalized(double lambda2, double lambda1) {
        return new Case(
                name,
                objective,
                hidden,
                unit,
                descent,
                rates,
                warmupEpochs,
                lambda2,
                lambda1,
                clipNorm,
                clipValue,
                norm);
    }

    Case clipped(OptionalDouble greatest, OptionalDouble value) {
        return new Case(name, objective, hidden, unit, descent, rates, warmupEpochs, l2, l1, greatest, value, norm);
    }

    Case with(Norm other) {
        return new Case(
                name, objective, hidden, unit, descent, rates, warmupEpochs, l2, l1, clipNorm, clipValue, other);
    }

    /** The config of Lockstep that asks for the same. */
    Map<String, Object> config() {
        Map<String, Object> schedule = new TreeMap<>(rates.config());
        if (warmupEpochs > 0) {
            schedule.put("warmup_epochs", warmupEpochs);
        }
        Map<String, Object> training = new TreeMap<>();
        training.put("epochs", EPOCHS);
        training.put("batch_size", GoldenData.BATCH);
        training.put("optimizer", descent.config());
        training.put("schedule", schedule);
        if (l2 > 0) {
            training.put("l2", l2);
        }
        if (l1 > 0) {
            training.put("l1", l1);
        }
        clipNorm.ifPresent(norm -> training.put("clip_norm", norm));
        clipValue.ifPresent(value -> training.put("clip_value", value));
        if (objective == Objective.HUBER) {
            training.put("loss", Map.of("name", "huber", "delta", Objective.HUBER_DELTA));
        }
        Map<String, Object> config = new TreeMap<>();
        config.put("task", objective.task);
        config.put("data", Map.of("train", "golden.csv", "label", objective.labels()));
        config.put("network", hidden.stream().map(this::layer).toList());
        config.put("training", training);
        return config;
    }

    private Map<String, Object> layer(int units) {
        Map<String, Object> layer = new TreeMap<>();
        layer.put("dense", units);
        layer.put("activation", unit.config());
        if (norm != Norm.NONE) {
            layer.put("batch_norm", norm.name().toLowerCase(Locale.ROOT));
        }
        return layer;
    }

    /** Lockstep's α of each step: the schedule's, by epochs, times the warm-up's rise from 0, by steps. */
    double[] alphas() {
        double[] byEpoch = rates.of(descent.alpha(), EPOCHS);
        double[] alphas = new double[STEPS];
        for (int step = 0; step < STEPS; step++) {
            double warm =
                    warmupEpochs == 0 ? 1 : Math.min(1, (step + 1) / (warmupEpochs * GoldenData.stepsOfAnEpoch()));
            alphas[step] = byEpoch[step / GoldenData.stepsOfAnEpoch()] * warm;
        }
        return alphas;
    }
}
