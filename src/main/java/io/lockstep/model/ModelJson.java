package io.lockstep.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockstep.error.DataException;
import io.lockstep.nn.Activation;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The content of {@code model.json}, field by field: no type is chosen by what the file says. */
final class ModelJson {

    static final int FORMAT_VERSION = 1;

    private static final String SHA256 = "sha256";

    private static final JsonMapper MAPPER = JsonField.MAPPER;

    /** @param weightsSha256 of the weights that belong to the description */
    record Content(ModelDescription description, String weightsSha256) {}

    private ModelJson() {}

    static void write(OutputStream out, ModelDescription model, String weightsSha256) throws IOException {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("format_version", FORMAT_VERSION);
        root.put("name", model.name());
        root.put("task", model.task());
        if (model.labels().size() == 1) {
            root.put("label", model.labels().get(0));
        } else {
            model.labels().forEach(root.putArray("label")::add);
        }
        model.weight().ifPresent(weight -> root.put("weight", weight));
        ArrayNode classes = root.putArray("classes");
        model.classes().forEach(classes::add);
        if (model.features().storage() == Storage.SPARSE) {
            root.put("storage", model.features().storage().configName());
        }
        ArrayNode features = root.putArray("features");
        model.features().columns().forEach(column -> features.add(column(column)));
        ObjectNode normalization = root.putObject("normalization");
        putNumbers(normalization.putArray("means"), model.normalization().means());
        putNumbers(normalization.putArray("deviations"), model.normalization().deviations());
        root.set("target", target(model.target()));
        root.set("network", network(model.network()));
        root.putObject("weights").put("file", ModelDirectory.WEIGHTS).put("sha256", weightsSha256);
        root.set("lineage", MAPPER.valueToTree(model.lineage()));
        root.put(SHA256, sha256(root));
        MAPPER.writerWithDefaultPrettyPrinter().writeValue(out, root);
        out.write('\n');
    }

    private static ObjectNode column(FeatureColumn column) {
        ObjectNode node = MAPPER.createObjectNode().put("name", column.name());
        if (column instanceof FeatureColumn.Categorical categorical) {
            ArrayNode levels = node.put("kind", "categorical").putArray("levels");
            categorical.levels().forEach(levels::add);
        } else if (column instanceof FeatureColumn.Hashed hashed) {
            node.put("kind", "hashed").put("buckets", hashed.buckets());
        } else if (column instanceof FeatureColumn.Image image) {
            putShape(node.put("kind", "image"), image.shape());
        } else if (column instanceof FeatureColumn.VectorColumn vector) {
            node.put("kind", "vector").put("size", vector.size());
        } else if (column instanceof FeatureColumn.Numeric number) {
            node.put("kind", "numeric");
            if (number.origin() != 0) {
                node.put("origin", number.origin());
            }
            if (number.missing() != MissingValues.ERROR) {
                node.put("fill", number.fill());
            }
        }
        if (column.missing() != MissingValues.ERROR) {
            node.put("missing", column.missing().name().toLowerCase(Locale.ROOT));
        }
        return node;
    }

    private static void putShape(ObjectNode node, Shape.Image image) {
        node.putArray("image").add(image.channels()).add(image.height()).add(image.width());
    }

    /** Of one output, numbers; of several, lists of them. */
    private static ObjectNode target(TargetTransform target) {
        ObjectNode node = MAPPER.createObjectNode().put("kind", target.kind().configName());
        if (target.means().size() <= 1) {
            return node.put("mean", target.mean(0)).put("deviation", target.deviation(0));
        }
        target.means().forEach(node.putArray("mean")::add);
        target.deviations().forEach(node.putArray("deviation")::add);
        return node;
    }

    private static void putNumbers(ArrayNode array, double[] numbers) {
        for (double number : numbers) {
            array.add(number);
        }
    }

    private static ObjectNode network(NetworkSpec network) {
        ObjectNode node = MAPPER.createObjectNode();
        ObjectNode input = node.putObject("input");
        if (network.input() instanceof Shape.Image image) {
            putShape(input, image);
        } else {
            input.put("vector", network.input().size());
        }
        ArrayNode layers = node.putArray("layers");
        for (LayerSpec layer : network.layers()) {
            ObjectNode entry = layers.addObject();
            if (layer instanceof LayerSpec.Dense dense) {
                entry.put("dense", dense.units());
                if (dense.bias() == LayerSpec.Bias.NONE) {
                    entry.put("bias", false);
                }
            } else if (layer instanceof LayerSpec.BatchNorm norm) {
                entry.putObject("batch_norm").put("momentum", norm.momentum()).put("epsilon", norm.epsilon());
            } else if (layer instanceof LayerSpec.Activate activate) {
                Activation activation = activate.activation();
                entry.put("activation", activation.kind().configName());
                if (activation.kind() == Activation.Kind.LEAKY_RELU) {
                    entry.put("slope", activation.slope());
                }
            } else if (layer instanceof LayerSpec.Dropout dropout) {
                entry.put("dropout", dropout.rate());
            } else {
                throw new IllegalArgumentException("model.json has no name for " + layer);
            }
        }
        node.put("loss", network.loss().kind().configName());
        if (network.loss().kind() == Loss.Kind.HUBER) {
            node.put("delta", network.loss().delta());
        }
        return node;
    }

    /**
     * @param file for messages
     * @throws DataException if it is no description that this version understands
     */
    static Content parse(byte[] json, String file) {
        JsonField root = JsonField.root(json, file);
        JsonField version = root.field("format_version");
        if (version.integer() != FORMAT_VERSION) {
            throw new DataException(
                    file + ": format_version: expected " + FORMAT_VERSION + ", found " + version.integer()
                            + ": another version of Lockstep wrote it; read it with that one or train again");
        }
        root.only(
                "format_version",
                "name",
                "task",
                "label",
                "weight",
                "classes",
                "storage",
                "features",
                "normalization",
                "target",
                "network",
                "weights",
                "lineage",
                SHA256);
        requireWhole(root);
        String name = root.field("name").text();
        String task = root.field("task").text();
        List<String> labels = root.field("label").textOrTexts();
        Optional<String> weight =
                root.has("weight") ? Optional.of(root.field("weight").text()) : Optional.empty();
        List<String> classes = root.field("classes").texts();
        Storage storage = root.has("storage") ? root.field("storage").choice(Storage.class) : Storage.DENSE;
        FeatureSchema features = features(root.field("features"), storage);
        Normalization normalization = normalization(root.field("normalization"));
        TargetTransform target = target(root.field("target"));
        NetworkSpec network = network(root.field("network"));
        String sha256 = weightsSha256(root.field("weights"));
        Map<String, Object> lineage = lineage(root.field("lineage"));
        ModelDescription description = root.build(() -> new ModelDescription(
                name, task, network, labels, weight, classes, features, normalization, target, lineage));
        return new Content(description, sha256);
    }

    private static FeatureSchema features(JsonField features, Storage storage) {
        List<FeatureColumn> columns = new ArrayList<>();
        for (JsonField column : features.elements()) {
            String name = column.field("name").text();
            String kind = column.field("kind").text();
            columns.add(
                    switch (kind) {
                        case "numeric" -> {
                            column.only("name", "kind", "origin", "missing", "fill");
                            MissingValues missing = missing(column);
                            double origin = column.has("origin")
                                    ? column.field("origin").number()
                                    : 0;
                            double fill = missing == MissingValues.ERROR
                                    ? 0
                                    : column.field("fill").number();
                            yield column.build(() -> new FeatureColumn.Numeric(name, origin, missing, fill));
                        }
                        case "categorical" -> {
                            List<String> levels = column.only("name", "kind", "levels", "missing")
                                    .field("levels")
                                    .texts();
                            MissingValues missing = missing(column);
                            yield column.build(() -> new FeatureColumn.Categorical(name, levels, missing));
                        }
                        case "hashed" -> {
                            int buckets = column.only("name", "kind", "buckets", "missing")
                                    .field("buckets")
                                    .integer();
                            MissingValues missing = missing(column);
                            yield column.build(() -> new FeatureColumn.Hashed(name, buckets, missing));
                        }
                        case "image" -> {
                            Shape.Image shape =
                                    image(column.only("name", "kind", "image").field("image"));
                            yield column.build(() -> new FeatureColumn.Image(name, shape));
                        }
                        case "vector" -> {
                            int size = column.only("name", "kind", "size")
                                    .field("size")
                                    .integer();
                            yield column.build(() -> new FeatureColumn.VectorColumn(name, size));
                        }
                        default ->
                            throw column.field("kind").expected("one of numeric, categorical, hashed, image, vector");
                    });
        }
        return features.build(() -> new FeatureSchema(columns, storage));
    }

    private static MissingValues missing(JsonField column) {
        return column.has("missing") ? column.field("missing").choice(MissingValues.class) : MissingValues.ERROR;
    }

    private static Normalization normalization(JsonField field) {
        field.only("means", "deviations");
        double[] means = field.field("means").numbers();
        double[] deviations = field.field("deviations").numbers();
        return field.build(() -> new Normalization(means, deviations));
    }

    private static TargetTransform target(JsonField field) {
        field.only("kind", "mean", "deviation");
        TargetTransform.Kind kind = field.field("kind").choice(TargetTransform.Kind.class);
        List<Double> means = field.field("mean").numberOrNumbers();
        List<Double> deviations = field.field("deviation").numberOrNumbers();
        return field.build(() -> new TargetTransform(kind, means, deviations));
    }

    private static NetworkSpec network(JsonField field) {
        Shape input = input(field.field("input"));
        List<LayerSpec> layers =
                field.field("layers").elements().stream().map(ModelJson::layer).toList();
        Loss loss = loss(field);
        return field.build(() -> {
            NetworkSpec network = new NetworkSpec(input, layers, loss);
            network.parameterCount();
            return network;
        });
    }

    private static Loss loss(JsonField field) {
        Loss.Kind kind = field.field("loss").choice(Loss.Kind.class);
        if (kind != Loss.Kind.HUBER) {
            field.only("input", "layers", "loss");
            return new Loss(kind, 0);
        }
        JsonField delta = field.only("input", "layers", "loss", "delta").field("delta");
        double value = delta.number();
        return delta.build(() -> Loss.huber(value));
    }

    private static Shape input(JsonField field) {
        if (field.has("image")) {
            return image(field.only("image").field("image"));
        }
        JsonField vector = field.only("vector").field("vector");
        int size = vector.integer();
        return vector.build(() -> new Shape.Vector(size));
    }

    private static Shape.Image image(JsonField image) {
        List<Integer> sizes = image.elements().stream().map(JsonField::integer).toList();
        if (sizes.size() != 3) {
            throw image.expected("[channels, height, width]");
        }
        return image.build(() -> {
            Shape.Image shape = new Shape.Image(sizes.get(0), sizes.get(1), sizes.get(2));
            shape.size();
            return shape;
        });
    }

    private static LayerSpec layer(JsonField field) {
        if (field.has("dense")) {
            int units = field.only("dense", "bias").field("dense").integer();
            boolean biased = !field.has("bias") || field.field("bias").bool();
            return field.build(() -> new LayerSpec.Dense(units, biased ? LayerSpec.Bias.LEARNT : LayerSpec.Bias.NONE));
        }
        if (field.has("batch_norm")) {
            JsonField norm = field.only("batch_norm").field("batch_norm").only("momentum", "epsilon");
            double momentum = norm.field("momentum").number();
            double epsilon = norm.field("epsilon").number();
            return norm.build(() -> new LayerSpec.BatchNorm(momentum, epsilon));
        }
        if (field.has("dropout")) {
            double rate = field.only("dropout").field("dropout").number();
            return field.build(() -> new LayerSpec.Dropout(rate));
        }
        if (field.has("activation")) {
            Activation.Kind kind =
                    field.only("activation", "slope").field("activation").choice(Activation.Kind.class);
            double slope = field.has("slope") || kind == Activation.Kind.LEAKY_RELU
                    ? field.field("slope").number()
                    : 0;
            return field.build(() -> new LayerSpec.Activate(new Activation(kind, slope)));
        }
        throw field.expected("a layer with dense, batch_norm, activation or dropout");
    }

    /** A flipped bit in a digit would be read as another number; a file that somebody wrote has no checksum. */
    private static void requireWhole(JsonField root) {
        if (!root.has(SHA256)) {
            return;
        }
        String expected = root.field(SHA256).text();
        String found = sha256(((ObjectNode) root.node()).deepCopy().without(SHA256));
        if (!found.equals(expected)) {
            throw new DataException(root.file() + ": expected content of the SHA-256 " + expected
                    + " that it names, found " + found
                    + ": it is damaged; restore it or train again. If you changed it yourself, delete its " + SHA256);
        }
    }

    /** Of the values in their order, however the file is laid out. */
    private static String sha256(JsonNode content) {
        try {
            return HexFormat.of().formatHex(Weights.sha256().digest(MAPPER.writeValueAsBytes(content)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that is no JSON", e);
        }
    }

    private static String weightsSha256(JsonField field) {
        field.only("file", "sha256");
        if (!field.field("file").text().equals(ModelDirectory.WEIGHTS)) {
            throw field.field("file").expected("\"" + ModelDirectory.WEIGHTS + "\"");
        }
        if (!field.field("sha256").text().matches("[0-9a-f]{64}")) {
            throw field.field("sha256").expected("64 hexadecimal digits");
        }
        return field.field("sha256").text();
    }

    private static Map<String, Object> lineage(JsonField field) {
        if (!field.node().isObject()) {
            throw field.expected("an object");
        }
        return field.build(() -> JsonTree.canonical(MAPPER.convertValue(field.node(), Map.class), field.path()));
    }
}
