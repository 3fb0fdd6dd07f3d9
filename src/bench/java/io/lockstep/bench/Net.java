package io.lockstep.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A fully connected network for ten classes and how it is trained.
 *
 * @param hidden the units of the hidden layers
 * @param activation of the hidden layers, by its name in the config: relu, tanh or sigmoid
 * @param batch examples of a step
 */
record Net(List<Integer> hidden, String activation, int batch) {
    private static final int CLASSES = 10;

    /** The units from the input layer, {@code width}, to the output layer. */
    List<Integer> sizes(int width) {
        List<Integer> sizes = new ArrayList<>();
        sizes.add(width);
        sizes.addAll(hidden);
        sizes.add(CLASSES);
        return sizes;
    }

    /** The length of θ. */
    int parameters(int width) {
        List<Integer> sizes = sizes(width);
        int count = 0;
        for (int l = 1; l < sizes.size(); l++) {
            count += sizes.get(l) * (sizes.get(l - 1) + 1);
        }
        return count;
    }

    /** Floating-point operations of an example's matrix products: forward, dW, and dA but for the lowest layer. */
    long flops(int width) {
        List<Integer> sizes = sizes(width);
        long flops = 0;
        for (int l = 1; l < sizes.size(); l++) {
            flops += (l == 1 ? 4L : 6L) * sizes.get(l) * sizes.get(l - 1);
        }
        return flops;
    }

    /** The config of a training that only stops when it is told to, without anything beside the steps. */
    String config(String images, String sync) {
        String layers = hidden.stream()
                .map(units -> "  - { dense: " + units + ", activation: " + activation + " }\n")
                .collect(Collectors.joining());
        return String.format(Locale.ROOT, """
                task: classification
                data:
                  train: "%s"
                  format: idx
                  label: digit
                  split: { train: 1 }
                network:
                %straining:
                  epochs: 1000000
                  batch_size: %d
                  optimizer: { name: adam, learning_rate: 0.001 }
                  early_stopping: null
                  seed: 1
                sync: %s
                """, images, layers, batch, sync);
    }

    @Override
    public String toString() {
        return "784-" + hidden.stream().map(String::valueOf).collect(Collectors.joining("-")) + "-10 " + activation;
    }
}
