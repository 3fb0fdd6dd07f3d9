package io.lockstep.golden;

import io.lockstep.golden.GoldenData.Target;
import java.util.List;
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
        OptionalDouble clipNorm) {
    static final int STEPS = 50;
    static final int EPOCHS = (STEPS + GoldenData.stepsOfAnEpoch() - 1) / GoldenData.stepsOfAnEpoch();

    /** What is minimized, by the task that the config gives. */
    enum Objective {
        SOFTMAX("classification", Target.CLASS, GoldenData.OUTPUTS),
        /** One output, for the first label. */
        SIGMOID("classification", Target.LABELS, 1),
        /** One output, for the first number. */
        SQUARED("regression", Target.NUMBERS, 1);

        final String task;
        final Target target;
        final int outputs;

        Objective(String task, Target target, int outputs) {
            this.task = task;
            this.target = target;
            this.outputs = outputs;
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
        Map<String, Object> config = new TreeMap<>();
        config.put("task", objective.task);
        config.put("data", Map.of("train", "golden.csv", "label", "y"));
        config.put(
                "network",
                hidden.stream()
                        .map(units -> Map.of("dense", units, "activation", unit.config()))
                        .toList());
        config.put("training", training);
        return config;
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
