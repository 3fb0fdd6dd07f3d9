package io.lockstep.train;

import io.lockstep.config.BatchNorm;
import io.lockstep.config.Defaults;
import io.lockstep.config.HiddenLayer;
import io.lockstep.config.ImageShape;
import io.lockstep.config.LockstepConfig;
import io.lockstep.error.ConfigException;
import io.lockstep.nn.Activation;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Makes the network that a config asks for, once the data has told its inputs and outputs. */
public final class Networks {
    private Networks() {}

    /**
     * The network: a sigmoid for two classes, a softmax for more, a sigmoid for each label of several, a linear output for
     * each label of a regression.
     *
     * @param inputs n_x
     * @param classes 0 for the other tasks
     */
    public static NetworkSpec of(LockstepConfig config, int inputs, int classes) {
        List<LayerSpec> layers = new ArrayList<>();
        addDropout(layers, config.inputDropout());
        for (HiddenLayer hidden : config.network()) {
            addHidden(layers, hidden);
            addDropout(layers, hidden.dropout());
        }
        layers.add(new LayerSpec.Dense(outputs(config, classes)));
        NetworkSpec network = new NetworkSpec(input(config, inputs), layers, loss(config, classes));
        requireAddressable(network, inputs);
        return network;
    }

    private static void requireAddressable(NetworkSpec network, int inputs) {
        try {
            network.parameterCount();
        } catch (ArithmeticException e) {
            throw new ConfigException(
                    String.format(
                            Locale.ROOT,
                            "network: on %,d features it has more than the %,d parameters that there can be. Take fewer"
                                    + " units, or fewer features.",
                            inputs,
                            Integer.MAX_VALUE),
                    e);
        }
    }

    static Shape input(LockstepConfig config, int inputs) {
        return config.data()
                .image()
                .<Shape>map(ImageShape::planes)
                .filter(planes -> planes.size() == inputs)
                .orElseGet(() -> new Shape.Vector(inputs));
    }

    /** Dense and activation, with a batch normalization between or on top. */
    private static void addHidden(List<LayerSpec> layers, HiddenLayer hidden) {
        boolean linear = hidden.activation().kind() == Activation.Kind.IDENTITY;
        boolean before = hidden.batchNorm()
                .map(norm -> linear || norm.placement() == BatchNorm.Placement.BEFORE)
                .orElse(false);
        layers.add(new LayerSpec.Dense(hidden.units(), before ? LayerSpec.Bias.NONE : LayerSpec.Bias.LEARNT));
        Optional<LayerSpec> norm =
                hidden.batchNorm().map(each -> new LayerSpec.BatchNorm(each.momentum(), each.epsilon()));
        if (before) {
            norm.ifPresent(layers::add);
        }
        if (!linear) {
            layers.add(new LayerSpec.Activate(hidden.activation()));
        }
        if (!before) {
            norm.ifPresent(layers::add);
        }
    }

    private static int outputs(LockstepConfig config, int classes) {
        return switch (config.task()) {
            case CLASSIFICATION -> classes > 2 ? classes : 1;
            case MULTILABEL, REGRESSION -> config.data().labels().size();
        };
    }

    private static void addDropout(List<LayerSpec> layers, double rate) {
        if (rate > 0) {
            layers.add(new LayerSpec.Dropout(rate));
        }
    }

    private static Loss loss(LockstepConfig config, int classes) {
        return switch (config.task()) {
            case CLASSIFICATION -> classes > 2 ? Loss.SOFTMAX_CROSS_ENTROPY : Loss.SIGMOID_CROSS_ENTROPY;
            case MULTILABEL -> Loss.SIGMOID_CROSS_ENTROPY;
            case REGRESSION -> config.training().loss().orElse(Defaults.REGRESSION_LOSS);
        };
    }
}
