package io.lockstep.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * PyTorch's own operators through DJL, as fast as they go: the mini-batches lie shuffled in memory before the clock
 * starts and come in another order each epoch (Lockstep gathers its mini-batches within its time); no trainer, listener
 * or metric stands between the operators; θ is given fresh leaves for each step, so that a gradient is handed over
 * instead of being cleared and added to ({@code zero_grad(set_to_none=True)}).
 */
final class TorchContender implements Contender {
    private static final float ALPHA = 0.001f;
    private static final float BETA1 = 0.9f;
    private static final float BETA2 = 0.999f;
    private static final float EPSILON = 1e-8f;
    private static final float NO_CLIPPING = -1f;

    private final Engine engine = Engine.getEngine("PyTorch");
    private final NDManager manager = engine.newBaseManager();
    private final Random random = new Random(1);
    private final String activation;
    private final List<NDArray> images = new ArrayList<>();
    private final List<NDArray> labels = new ArrayList<>();
    private final List<Integer> order = new ArrayList<>();
    private final List<Parameter> parameters = new ArrayList<>();
    private int steps;

    /** W or b of a layer with Adam's moments. */
    private record Parameter(NDArray value, NDArray mean, NDArray variance) {}

    TorchContender(Mnist data, Net net) {
        this.activation = net.activation();
        List<Integer> sizes = net.sizes(data.width());
        for (int l = 1; l < sizes.size(); l++) {
            double he = Math.sqrt(2.0 / sizes.get(l - 1));
            parameters.add(parameter(
                    manager.randomNormal(0, (float) he, new Shape(sizes.get(l), sizes.get(l - 1)), DataType.FLOAT32)));
            parameters.add(parameter(manager.zeros(new Shape(sizes.get(l)))));
        }
        batches(data, net.batch());
    }

    private static Parameter parameter(NDArray value) {
        return new Parameter(value, value.zerosLike(), value.zerosLike());
    }

    private void batches(Mnist data, int batch) {
        List<Integer> rows = new ArrayList<>();
        for (int i = 0; i < data.examples(); i++) {
            rows.add(i);
        }
        Collections.shuffle(rows, random);
        for (int from = 0; from < rows.size(); from += batch) {
            List<Integer> chosen = rows.subList(from, Math.min(rows.size(), from + batch));
            float[] x = new float[chosen.size() * data.width()];
            long[] y = new long[chosen.size()];
            for (int i = 0; i < y.length; i++) {
                int row = chosen.get(i);
                System.arraycopy(data.x(), row * data.width(), x, i * data.width(), data.width());
                y[i] = data.label(row);
            }
            images.add(manager.create(x, new Shape(y.length, data.width())));
            labels.add(manager.create(y));
            order.add(order.size());
        }
    }

    @Override
    public Lap lap() {
        Collections.shuffle(order, random);
        NDArray loss = null;
        long start = System.nanoTime();
        for (int batch : order) {
            loss = step(images.get(batch), labels.get(batch), loss);
        }
        // also waits until all is computed, were it not already
        float last = loss.getFloat();
        double seconds = (System.nanoTime() - start) / 1e9;
        loss.close();
        return new Lap(
                seconds,
                Map.of(
                        "last_loss", (double) last,
                        "threads", (double) JniUtils.getNumThreads()));
    }

    /** One step of Adam; gives the loss, and frees the previous one. */
    private NDArray step(NDArray x, NDArray y, NDArray previous) {
        if (previous != null) {
            previous.close();
        }
        steps++;
        try (NDManager temporary = manager.newSubManager()) {
            // what is computed from them belongs to the step
            x.tempAttach(temporary);
            y.tempAttach(temporary);
            List<NDArray> leaves = new ArrayList<>();
            for (Parameter parameter : parameters) {
                NDArray leaf = parameter.value().stopGradient();
                leaf.attach(temporary);
                leaf.setRequiresGradient(true);
                leaves.add(leaf);
            }
            NDArray loss;
            try (GradientCollector collector = engine.newGradientCollector()) {
                NDArray a = x;
                for (int i = 0; i < leaves.size(); i += 2) {
                    a = Linear.linear(a, leaves.get(i), leaves.get(i + 1)).singletonOrThrow();
                    if (i + 2 < leaves.size()) {
                        a = activate(a);
                    }
                }
                loss = a.logSoftmax(1)
                        .get(new NDIndex().addAllDim().addPickDim(y))
                        .mean()
                        .neg();
                collector.backward(loss);
            }
            for (int i = 0; i < leaves.size(); i++) {
                adam(parameters.get(i), leaves.get(i).getGradient());
            }
            loss.attach(manager);
            return loss;
        }
    }

    private NDArray activate(NDArray z) {
        return switch (activation) {
            case "relu" -> z.getNDArrayInternal().relu();
            case "tanh" -> z.tanh();
            case "sigmoid" -> z.getNDArrayInternal().sigmoid();
            default -> throw new IllegalArgumentException("no activation " + activation);
        };
    }

    /** DJL's {@code Adam.update} without the clearing of the gradient, which nobody reads again. */
    private void adam(Parameter parameter, NDArray gradient) {
        double t = steps;
        double rate = ALPHA * Math.sqrt(1 - Math.pow(BETA2, t)) / (1 - Math.pow(BETA1, t));
        JniUtils.adamUpdate(
                (PtNDArray) parameter.value(),
                (PtNDArray) gradient,
                (PtNDArray) parameter.mean(),
                (PtNDArray) parameter.variance(),
                ALPHA,
                (float) rate,
                0f,
                1f,
                NO_CLIPPING,
                BETA1,
                BETA2,
                EPSILON,
                false);
    }

    @Override
    public void close() {
        manager.close();
    }
}
