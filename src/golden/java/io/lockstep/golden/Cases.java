package io.lockstep.golden;

import io.lockstep.golden.Case.Objective;
import io.lockstep.golden.Case.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** What is trained: each technique alone, and with what it could get in the way of. */
final class Cases {
    private static final Unit TANH = new Unit("tanh", 0);
    private static final Rates CONSTANT = new Rates.Lambda(Map.of("name", "constant"), epoch -> 1);
    private static final List<Integer> SMALL = List.of(5, 4);
    private static final Descent SGD = new Descent.Sgd(0.1);
    private static final Descent ADAM = new Descent.PlainAdam(0.01, 0.9, 0.999, 1e-8);
    private static final double L2 = 2;

    private final List<Case> cases = new ArrayList<>();

    private Cases() {
        optimizers();
        schedules();
        penalties();
        clipping();
        losses();
        activations();
    }

    static List<Case> all() {
        return new Cases().cases;
    }

    private static Case plain(String name, Descent descent) {
        return new Case(name, Objective.SOFTMAX, SMALL, TANH, descent, CONSTANT, 0, 0, 0, OptionalDouble.empty());
    }

    private void optimizers() {
        cases.add(plain("sgd", SGD));
        cases.add(plain("momentum", new Descent.Momentum("momentum", 0.2, 0.9)));
        cases.add(plain("momentum-heavy", new Descent.Momentum("momentum", 0.5, 0.99)));
        cases.add(plain("nesterov", new Descent.Momentum("nesterov", 0.2, 0.9)));
        cases.add(plain("nesterov-light", new Descent.Momentum("nesterov", 0.1, 0.5)));
        cases.add(plain("rmsprop", new Descent.RmsProp(0.005, 0.9, 1e-8)));
        // an ε as large as the gradients: inside the root or outside it are two trajectories
        cases.add(plain("rmsprop-large-epsilon", new Descent.RmsProp(0.02, 0.99, 0.05)));
        cases.add(plain("adam", ADAM));
        cases.add(plain("adam-large-epsilon", new Descent.PlainAdam(0.05, 0.8, 0.95, 0.05)));
        cases.add(plain("adamw", new Descent.DecayingAdam(0.01, 0.9, 0.999, 1e-8, 0.3)));
        cases.add(plain("adamw-default-decay", new Descent.DecayingAdam(0.02, 0.9, 0.99, 1e-8, 0.01)));
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
            cases.add(new Case(name, Objective.SOFTMAX, SMALL, TANH, SGD, rates, 0, 0, 0, OptionalDouble.empty()));
            cases.add(new Case(
                    name + "-warm-up", Objective.SOFTMAX, SMALL, TANH, ADAM, rates, 2.5, 0, 0, OptionalDouble.empty()));
        }
        cases.add(new Case("warm-up", Objective.SOFTMAX, SMALL, TANH, SGD, CONSTANT, 3, 0, 0, OptionalDouble.empty()));
    }

    private void penalties() {
        for (Descent descent : List.of(
                SGD,
                new Descent.Momentum("momentum", 0.2, 0.9),
                new Descent.Momentum("nesterov", 0.2, 0.9),
                new Descent.RmsProp(0.005, 0.9, 1e-8),
                ADAM)) {
            cases.add(new Case(
                    "l2-" + descent.config().get("name"),
                    Objective.SOFTMAX,
                    SMALL,
                    TANH,
                    descent,
                    CONSTANT,
                    0,
                    L2,
                    0,
                    OptionalDouble.empty()));
        }
        cases.add(new Case("l1", Objective.SOFTMAX, SMALL, TANH, SGD, CONSTANT, 0, 0, 3, OptionalDouble.empty()));
        cases.add(new Case(
                "l1-l2-adam", Objective.SQUARED, SMALL, TANH, ADAM, CONSTANT, 0, L2, 3, OptionalDouble.empty()));
    }

    private void clipping() {
        cases.add(
                new Case("clip-norm", Objective.SOFTMAX, SMALL, TANH, SGD, CONSTANT, 0, 0, 0, OptionalDouble.of(0.1)));
        // clipped before it is regularized, in both
        cases.add(new Case(
                "clip-norm-l2-momentum",
                Objective.SQUARED,
                SMALL,
                TANH,
                new Descent.Momentum("momentum", 0.2, 0.9),
                CONSTANT,
                0,
                20,
                0,
                OptionalDouble.of(0.5)));
        cases.add(new Case(
                "clip-norm-adam", Objective.SQUARED, SMALL, TANH, ADAM, CONSTANT, 0, L2, 0, OptionalDouble.of(0.3)));
    }

    private void losses() {
        for (Objective objective : Objective.values()) {
            String name = "loss-"
                    + objective.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
            cases.add(new Case(
                    name,
                    objective,
                    List.of(6),
                    TANH,
                    new Descent.Momentum("momentum", 0.1, 0.9),
                    CONSTANT,
                    0,
                    0,
                    0,
                    OptionalDouble.empty()));
            cases.add(new Case(
                    name + "-linear", objective, List.of(), TANH, SGD, CONSTANT, 0, 0, 0, OptionalDouble.empty()));
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
            cases.add(new Case(
                    name,
                    Objective.SOFTMAX,
                    List.of(13, 9, 5),
                    unit,
                    new Descent.Momentum("momentum", 0.3, 0.9),
                    CONSTANT,
                    0,
                    0,
                    0,
                    OptionalDouble.empty()));
        }
    }
}
