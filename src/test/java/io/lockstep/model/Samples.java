package io.lockstep.model;

import io.lockstep.nn.Activation;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Models for the tests of this package. */
final class Samples {

    private Samples() {}

    /** Three numbers to two outputs in one layer. */
    static NetworkSpec oneLayer() {
        return new NetworkSpec(new Shape.Vector(3), List.of(new LayerSpec.Dense(2)), Loss.SOFTMAX_CROSS_ENTROPY);
    }

    /** Every kind of layer, every kind of column. */
    static ModelDescription classifier() {
        FeatureSchema features = new FeatureSchema(List.of(
                new FeatureColumn.Numeric("rooms"),
                new FeatureColumn.Categorical("wall", List.of("brick", "wood \"old\"", "стена")),
                new FeatureColumn.VectorColumn("pixels", 5),
                new FeatureColumn.Image("photo", new Shape.Image(3, 1, 2)),
                new FeatureColumn.Numeric("built", 1.7e9, MissingValues.INDICATE, 1.7e9 + 0.1),
                new FeatureColumn.Numeric("floors", 0, MissingValues.IMPUTE, 2.5),
                new FeatureColumn.Categorical("roof", List.of("tin"), MissingValues.INDICATE),
                new FeatureColumn.Hashed("street", 3, MissingValues.INDICATE)));
        NetworkSpec network = new NetworkSpec(
                new Shape.Image(2, 3, 4),
                List.of(
                        new LayerSpec.Dropout(0.1),
                        new LayerSpec.Dense(33),
                        new LayerSpec.Activate(Activation.leakyRelu(0.1)),
                        new LayerSpec.BatchNorm(0.9, 1e-5),
                        new LayerSpec.Dropout(0.5),
                        new LayerSpec.Dense(17, LayerSpec.Bias.NONE),
                        new LayerSpec.BatchNorm(0.75, 0.1),
                        new LayerSpec.Activate(Activation.of(Activation.Kind.TANH)),
                        new LayerSpec.Dense(3)),
                Loss.SOFTMAX_CROSS_ENTROPY);
        Map<String, Object> lineage = new LinkedHashMap<>();
        lineage.put("seed", 1);
        lineage.put("fingerprint", "00ff");
        lineage.put("config", Map.of("network", List.of(33, 17.5, true, List.of())));
        lineage.put("a_first", 0.1f);
        return new ModelDescription(
                "sample",
                ModelDescription.CLASSIFICATION,
                network,
                "kind",
                List.of("0", "1", "zwölf"),
                features,
                normalization(24, 5),
                TargetTransform.NONE,
                lineage);
    }

    static ModelDescription regression() {
        NetworkSpec network =
                new NetworkSpec(new Shape.Vector(1), List.of(new LayerSpec.Dense(1)), Loss.HALVED_SQUARED);
        return new ModelDescription(
                "prices",
                ModelDescription.REGRESSION,
                network,
                "price",
                List.of(),
                new FeatureSchema(List.of(new FeatureColumn.Numeric("area"))),
                Normalization.identity(1),
                new TargetTransform(TargetTransform.Kind.LOG, Math.PI, Double.MIN_VALUE),
                Map.of());
    }

    /** Doubles of any exponent, also where a decimal form needs all its digits. */
    static Normalization normalization(int width, long seed) {
        Random random = new Random(seed);
        double[] means = new double[width];
        double[] deviations = new double[width];
        for (int i = 0; i < width; i++) {
            means[i] = finite(random);
            do {
                deviations[i] = Math.abs(finite(random));
            } while (deviations[i] == 0);
        }
        means[0] = -0.0;
        return new Normalization(means, deviations);
    }

    private static double finite(Random random) {
        double value;
        do {
            value = Double.longBitsToDouble(random.nextLong());
        } while (!Double.isFinite(value));
        return value;
    }

    static float[] theta(NetworkSpec network, long seed) {
        Random random = new Random(seed);
        float[] theta = new float[network.parameterCount()];
        for (int i = 0; i < theta.length; i++) {
            theta[i] = (float) random.nextGaussian();
        }
        return theta;
    }

    /** Copies of {@code file}, each cut, flipped, grown or overwritten somewhere before {@code end}. */
    static List<byte[]> damaged(byte[] file, int end, int count, long seed) {
        Random random = new Random(seed);
        String alphabet = "0123456789{}[]\",:-.eE \0\\aF\u00ff";
        List<byte[]> damaged = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            int at = random.nextInt(end);
            byte[] copy = file.clone();
            switch (n % 5) {
                case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> copy = java.util.Arrays.copyOf(file, at);
                case 2 -> copy[at] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
                case 3 -> {
                    copy = new byte[file.length + 1];
                    System.arraycopy(file, 0, copy, 0, at);
                    copy[at] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
                    System.arraycopy(file, at, copy, at + 1, file.length - at);
                }
                default -> {
                    copy = new byte[file.length - 1];
                    System.arraycopy(file, 0, copy, 0, at);
                    System.arraycopy(file, at + 1, copy, at, copy.length - at);
                }
            }
            damaged.add(copy);
        }
        return damaged;
    }
}
