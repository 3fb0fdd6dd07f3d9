package io.lockstep.golden;

import io.lockstep.golden.Case.Objective;
import io.lockstep.golden.Case.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** What is trained: each technique alone, and with what it could get in the way of. */
final class Cases {
    private static final Unit TANH = new Unit("tanh", 0);
    private static final Descent SGD = new Descent.Sgd(0.1);
    private static final Descent MOMENTUM = new Descent.Momentum("momentum", 0.2, 0.9);
    private static final Descent NESTEROV = new Descent.Momentum("nesterov", 0.2, 0.9);
    private static final Descent RMSPROP = new Descent.RmsProp(0.005, 0.9, 1e-8);
    private static final Descent ADAM = new Descent.PlainAdam(0.01, 0.9, 0.999, 1e-8);
    private static final double L2 = 2;
    private static final double L1 = 3;

    private final List<Case> cases = new ArrayList<>();

    private Cases() {
        optimizers();
        schedules();
        penalties();
        clipping();
        losses();
        activations();
        norms();
    }

    static List<Case> all() {
        return new Cases().cases;
    }

    private void optimizers() {
        cases.add(Case.of("sgd", SGD));
        cases.add(Case.of("momentum", MOMENTUM));
        cases.add(Case.of("momentum-heavy", new Descent.Momentum("momentum", 0.5, 0.99)));
        cases.add(Case.of("nesterov", NESTEROV));
        cases.add(Case.of("nesterov-light", new Descent.Momentum("nesterov", 0.1, 0.5)));
        cases.add(Case.of("rmsprop", RMSPROP));
        // an ε as large as the gradients: inside the root or outside it are two trajectories
        cases.add(Case.of("rmsprop-large-epsilon", new Descent.RmsProp(0.02, 0.99, 0.05)));
        cases.add(Case.of("adam", ADAM));
        cases.add(Case.of("adam-large-epsilon", new Descent.PlainAdam(0.05, 0.8, 0.95, 0.05)));
        cases.add(Case.of("adamw", new Descent.DecayingAdam(0.01, 0.9, 0.999, 1e-8, 0.3)));
        cases.add(Case.of("adamw-default-decay", new Descent.DecayingAdam(0.02, 0.9, 0.99, 1e-8, 0.01)));
    }

    private void schedules() {
        List<Rates> schedules = List.of(
                new Rates.Lambda(Map.of("name", "inverse_time", "rate", 0.3), epoch -> 1 / (1 + 0.3 * epoch)),
                new Rates.Exponential(0.8),
                new Rates.Lambda(Map.of("name", "inverse_sqrt", "k", 1.2), epoch -> 1.2 / Math.sqrt(epoch + 1)),
                new Rates.Step(4, 0.3),
                new Rates.Cosine(0.05));
        for (Rates rates : schedules) {
            String name = "schedule-" + rates.config().get("name").toString().replace('_', '-');
            cases.add(Case.of(name, SGD).with(rates, 0));
            cases.add(Case.of(name + "-warm-up", ADAM).with(rates, 2.5));
        }
        cases.add(Case.of("warm-up", SGD).with(Case.of("", SGD).rates(), 3));
    }

    private void penalties() {
        for (Descent descent : List.of(SGD, MOMENTUM, NESTEROV, RMSPROP, ADAM)) {
            cases.add(Case.of("l2-" + descent.config().get("name"), descent).penalized(L2, 0));
        }
        cases.add(Case.of("l1", SGD).penalized(0, L1));
        cases.add(Case.of("l1-l2-adam", ADAM).with(Objective.SQUARED).penalized(L2, L1));
    }

    private void clipping() {
        OptionalDouble none = OptionalDouble.empty();
        cases.add(Case.of("clip-norm", SGD).clipped(OptionalDouble.of(0.1), none));
        cases.add(Case.of("clip-value", SGD).clipped(none, OptionalDouble.of(0.02)));
        // clipped before it is regularized, in both
        cases.add(Case.of("clip-norm-l2-momentum", MOMENTUM)
                .with(Objective.SQUARED)
                .penalized(20, 0)
                .clipped(OptionalDouble.of(0.5), none));
        cases.add(Case.of("clip-norm-adam", ADAM)
                .with(Objective.SQUARED)
                .penalized(L2, 0)
                .clipped(OptionalDouble.of(0.3), none));
        cases.add(Case.of("clip-value-l2-rmsprop", RMSPROP)
                .with(Objective.SQUARED)
                .penalized(L2, 0)
                .clipped(none, OptionalDouble.of(0.1)));
        cases.add(Case.of("clip-norm-and-value", MOMENTUM)
                .with(Objective.SQUARED)
                .penalized(L2, 0)
                .clipped(OptionalDouble.of(0.5), OptionalDouble.of(0.1)));
    }

    private void losses() {
        for (Objective objective : Objective.values()) {
            String name = "loss-" + objective.name().toLowerCase(Locale.ROOT).replace('_', '-');
            cases.add(Case.of(name, new Descent.Momentum("momentum", 0.1, 0.9))
                    .with(objective)
                    .with(List.of(6), TANH));
            cases.add(Case.of(name + "-linear", SGD).with(objective).with(List.of(), TANH));
        }
    }

    private void activations() {
        for (Unit unit : List.of(
                new Unit("relu", 0),
                new Unit("leaky_relu", 0.01),
                new Unit("leaky_relu", 0.3),
                TANH,
                new Unit("sigmoid", 0),
                new Unit("identity", 0))) {
            String name = "deep-" + unit.name().replace('_', '-') + (unit.slope() > 0.1 ? "-steep" : "");
            cases.add(Case.of(name, new Descent.Momentum("momentum", 0.3, 0.9)).with(List.of(13, 9, 5), unit));
        }
    }

    private void norms() {
        for (Case.Norm norm : List.of(Case.Norm.BEFORE, Case.Norm.AFTER)) {
            String name = "batch-norm-" + norm.name().toLowerCase(Locale.ROOT);
            cases.add(Case.of(name, MOMENTUM).with(norm));
            cases.add(Case.of(name + "-leaky", SGD)
                    .with(List.of(9, 6), new Unit("leaky_relu", 0.1))
                    .with(norm));
            // γ, β and the running averages are spared by the penalty, and only the averages by clipping
            cases.add(Case.of(name + "-l2-clip-adam", ADAM)
                    .with(Objective.SQUARED)
                    .penalized(L2, 0)
                    .clipped(OptionalDouble.of(0.3), OptionalDouble.empty())
                    .with(norm));
        }
    }
}
