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
                layer.number("dropout", Defaults.DROPOUT, Range.RATE));
    }

    private static Activation activation(String name, Section settings) {
        Activation.Kind kind = Activation.Kind.valueOf(name.toUpperCase(Locale.ROOT));
        return kind == Activation.Kind.LEAKY_RELU
                ? Activation.leakyRelu(settings.number("slope", Defaults.LEAKY_SLOPE, Range.RATE))
                : Activation.of(kind);
    }
}
