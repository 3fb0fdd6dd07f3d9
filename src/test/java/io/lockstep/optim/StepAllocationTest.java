package io.lockstep.optim;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.lockstep.nn.Activation;
import io.lockstep.nn.Initializer;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.Network;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import io.lockstep.nn.SparseBatch;
import io.lockstep.nn.TrainingPass;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The garbage of a training step, counted in bytes of this thread. */
class StepAllocationTest {
    private static final int INPUTS = 20;
    private static final int EXAMPLES = 64;

    /** A stepped slice is a chunk of 4,096 parameters in training; here they are few. */
    private static final int SLICE = 500;

    // what there is: 88 bytes for the names of pass and step, 80 for the random stream of each of three dropouts; the
    // least buffer, dZ of the outputs, would have 1,792
    private static final long MOST_BYTES = 400;

    private static final Regularization ALL =
            new Regularization(0.1, 0.1, OptionalDouble.of(0.01), OptionalDouble.of(0.001), 100);

    static List<Training> trainings() {
        OptimizerSpec adam = new OptimizerSpec.Adam(0.01, 0.9, 0.999, 1e-8);
        List<Training> trainings = new ArrayList<>();
        for (Activation.Kind kind : Activation.Kind.values()) {
            trainings.add(new Training(net(kind, Loss.SOFTMAX_CROSS_ENTROPY, 0, 0), adam, Regularization.none()));
            trainings.add(new Training(net(kind, Loss.SOFTMAX_CROSS_ENTROPY, 0.1, 0.5), adam, ALL));
        }
        trainings.add(new Training(normalized(), adam, Regularization.none()));
        trainings.add(new Training(normalized(), adam, ALL));
        for (Loss loss :
                List.of(Loss.SOFTMAX_CROSS_ENTROPY, Loss.SIGMOID_CROSS_ENTROPY, Loss.HALVED_SQUARED, Loss.huber(1))) {
            trainings.add(new Training(net(Activation.Kind.RELU, loss, 0, 0.2), adam, Regularization.none()));
        }
        for (OptimizerSpec optimizer : List.of(
                new OptimizerSpec.Sgd(0.01),
                new OptimizerSpec.Momentum(0.01, 0.9),
                new OptimizerSpec.Nesterov(0.01, 0.9),
                new OptimizerSpec.RmsProp(0.01, 0.9, 1e-8),
                new OptimizerSpec.AdamW(0.01, 0.9, 0.999, 1e-8, 0.1))) {
            NetworkSpec relu = net(Activation.Kind.RELU, Loss.SOFTMAX_CROSS_ENTROPY, 0, 0);
            trainings.add(new Training(relu, optimizer, Regularization.none()));
            trainings.add(new Training(relu, optimizer, ALL));
        }
        return trainings;
    }

    record Training(NetworkSpec network, OptimizerSpec optimizer, Regularization regularization) {}

    private static NetworkSpec net(Activation.Kind kind, Loss loss, double inputDropout, double dropout) {
        List<LayerSpec> layers = new ArrayList<>();
        if (inputDropout > 0) {
            layers.add(new LayerSpec.Dropout(inputDropout));
        }
        for (int units : new int[] {70, 30}) {
            layers.add(new LayerSpec.Dense(units));
            layers.add(new LayerSpec.Activate(Activation.of(kind)));
            if (dropout > 0) {
                layers.add(new LayerSpec.Dropout(dropout));
            }
        }
        layers.add(new LayerSpec.Dense(7));
        return new NetworkSpec(new Shape.Vector(INPUTS), layers, loss);
    }

    /** Batch normalization before an activation and after one. */
    private static NetworkSpec normalized() {
        LayerSpec norm = new LayerSpec.BatchNorm(0.9, 1e-5);
        LayerSpec relu = new LayerSpec.Activate(Activation.of(Activation.Kind.RELU));
        return new NetworkSpec(
                new Shape.Vector(INPUTS),
                List.of(
                        new LayerSpec.Dense(70, LayerSpec.Bias.NONE),
                        norm,
                        relu,
                        new LayerSpec.Dropout(0.2),
                        new LayerSpec.Dense(30),
                        relu,
                        norm,
                        new LayerSpec.Dense(7)),
                Loss.SOFTMAX_CROSS_ENTROPY);
    }

    @ParameterizedTest
    @MethodSource("trainings")
    void aStepAllocatesNoBuffer(Training training) {
        Task task = new Task(training);
        assertThat(leastPerStep(task::step)).as("a whole step").isLessThan(MOST_BYTES);
        assertThat(leastPerStep(task::stepInSlices)).as("a step in slices").isLessThan(MOST_BYTES);
    }

    @ParameterizedTest
    @MethodSource("trainings")
    void aStepOfSparseExamplesAllocatesNoBuffer(Training training) {
        if (!(training.network().layers().get(0) instanceof LayerSpec.Dropout)) {
            Task task = new Task(training);
            assertThat(leastPerStep(task::sparseStep)).isLessThan(MOST_BYTES);
        }
    }

    /** Of many windows the least: what the JVM does beside, such as compiling, comes in some of them alone. */
    private static long leastPerStep(Runnable step) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        int window = 20;
        long least = Long.MAX_VALUE;
        for (int w = 0; w < 20; w++) {
            long before = threads.getThreadAllocatedBytes(thread);
            for (int i = 0; i < window; i++) {
                step.run();
            }
            least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
        }
        return least / window;
    }

    /** What a training task holds from step to step. */
    private static final class Task {
        private final Network network;
        private final Optimizer optimizer;
        private final float[] theta;
        private final float[] gradient;
        private final float[] x = new float[INPUTS * EXAMPLES];
        private final float[] y;
        private final SparseBatch sparse;
        private int step;

        Task(Training training) {
            NetworkSpec spec = training.network();
            this.network = new Network(spec, EXAMPLES);
            this.optimizer = new Optimizer(training.optimizer(), training.regularization(), spec);
            this.theta = spec.initialize(Initializer.AUTO, 1);
            this.gradient = new float[theta.length];
            this.y = new float[spec.loss().targets(spec.outputs()) * EXAMPLES];
            float[] shift = new float[INPUTS];
            Arrays.fill(shift, 0.5f);
            this.sparse = new SparseBatch(shift);
            Random random = new Random(2);
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) random.nextGaussian();
            }
        }

        private void addGradient() {
            Arrays.fill(gradient, 0f);
            network.addGradient(theta, x, y, EXAMPLES, new TrainingPass(1, 1, step, 0, 0), gradient);
            step++;
        }

        void step() {
            addGradient();
            optimizer.step(theta, gradient, EXAMPLES, 0.01);
        }

        void sparseStep() {
            Arrays.fill(gradient, 0f);
            sparse.clear();
            for (int j = 0; j < EXAMPLES; j++) {
                for (int i = j % 3; i < INPUTS; i += 3) {
                    sparse.add(i, x[j * INPUTS + i]);
                }
                sparse.endColumn();
            }
            network.addGradient(theta, sparse, y, new TrainingPass(1, 1, step, 0, 0), gradient);
            step++;
            optimizer.step(theta, gradient, EXAMPLES, 0.01);
        }

        void stepInSlices() {
            addGradient();
            Optimizer.Step shared = new Optimizer.Step(step, EXAMPLES, 0.01, 100);
            for (int from = 0; from < theta.length; from += SLICE) {
                optimizer.stepSlice(theta, gradient, from, Math.min(theta.length, from + SLICE), shared);
            }
            optimizer.stepped(1);
        }
    }
}
