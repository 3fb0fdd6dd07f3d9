package io.lockstep.bench;

import io.lockstep.nn.Activation;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import java.util.ArrayList;
import java.util.List;

/** Networks for MNIST. */
final class Specs {
    static final int WIDTH = 784;
    static final int CLASSES = 10;

    private Specs() {}

    /** 784 inputs, the hidden layers of a text such as {@code 300-100}, ten classes. */
    static NetworkSpec network(String hidden, Activation.Kind activation) {
        List<LayerSpec> layers = new ArrayList<>();
        for (String units : hidden.split("-", -1)) {
            layers.add(new LayerSpec.Dense(Integer.parseInt(units)));
            layers.add(new LayerSpec.Activate(Activation.of(activation)));
        }
        layers.add(new LayerSpec.Dense(CLASSES));
        return new NetworkSpec(new Shape.Vector(WIDTH), layers, Loss.SOFTMAX_CROSS_ENTROPY);
    }
}
