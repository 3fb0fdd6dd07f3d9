package io.lockstep.config;

import io.lockstep.config.YamlNode.Item;
import io.lockstep.config.YamlNode.Items;
import io.lockstep.config.YamlNode.Members;
import io.lockstep.nn.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The list {@code network}. */
final class NetworkReader {
    private static final List<String> ACTIVATIONS = Arrays.stream(Activation.Kind.values())
            .map(Activation.Kind::configName)
            .toList();

    private NetworkReader() {}

    static List<HiddenLayer> read(Section root) {
        Optional<YamlNode> value = root.value("network");
        if (value.isEmpty()) {
            return Defaults.NETWORK;
        }
        List<HiddenLayer> layers = new ArrayList<>();
        if (!(value.get() instanceof Items list)) {
            root.wrong("network", "a list of layers such as { dense: 100, activation: relu }");
            return layers;
        }
        for (Item item : list.items()) {
            String path = root.path("network") + "[" + layers.size() + "]";
            Members map = new Members();
            if (item.value() instanceof Members written) {
                map = written;
            } else {
                root.mistakes()
                        .add(
                                item.place(),
                                path,
                                "expected a layer such as { dense: 100, activation: relu }, found "
                                        + Found.describe(item.value()) + ".");
            }
            layers.add(new Section(item.place(), path, map, root.mistakes()).read(NetworkReader::layer));
        }
        return layers;
    }

    private static HiddenLayer layer(Section layer) {
        return new HiddenLayer(
                layer.requiredWholeNumber("dense", 1, 1),
                layer.named(
                        "activation",
                        ACTIVATIONS,
                        Defaults.ACTIVATION.kind().configName(),
                        Defaults.ACTIVATION,
                        NetworkReader::activation),
                batchNorm(layer),
                layer.number("dropout", Defaults.DROPOUT, Range.RATE));
    }

    /** {@code true}, {@code false}, a placement, or a map. */
    private static Optional<BatchNorm> batchNorm(Section layer) {
        Optional<YamlNode> value = layer.value("batch_norm");
        if (value.isEmpty()) {
            return Defaults.BATCH_NORM;
        }
        if (value.get() instanceof Members) {
            return Optional.of(layer.section("batch_norm")
                    .read(norm -> new BatchNorm(
                            norm.choice(
                                    "placement",
                                    BatchNorm.Placement.values(),
                                    Defaults.BATCH_NORM_PLACEMENT,
                                    Named::configName),
                            norm.number("momentum", Defaults.BATCH_NORM_MOMENTUM, Range.RATE),
                            norm.number("epsilon", Defaults.BATCH_NORM_EPSILON, Range.POSITIVE))));
        }
        if (YamlNode.hasText(value.get(), "false")) {
            return Optional.empty();
        }
        if (YamlNode.hasText(value.get(), "true")) {
            return Optional.of(BatchNorm.of(Defaults.BATCH_NORM_PLACEMENT));
        }
        for (BatchNorm.Placement placement : BatchNorm.Placement.values()) {
            if (YamlNode.hasText(value.get(), placement.configName())) {
                return Optional.of(BatchNorm.of(placement));
            }
        }
        layer.wrong(
                "batch_norm",
                "true, false, before, after or a map such as { placement: before, momentum: 0.9, epsilon: 1.0e-5 }");
        return Defaults.BATCH_NORM;
    }

    private static Activation activation(String name, Section settings) {
        Activation.Kind kind = Activation.Kind.valueOf(name.toUpperCase(Locale.ROOT));
        return kind == Activation.Kind.LEAKY_RELU
                ? Activation.leakyRelu(settings.number("slope", Defaults.LEAKY_SLOPE, Range.RATE))
                : Activation.of(kind);
    }
}
