package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockstep.testing.TestSpark;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged and hostile files: whatever was done to a config, a data file or a model, the command ends soon, either well or
 * with one message, the exit code of its kind and nothing left behind; never with a fault of our own.
 */
class HostileInputTest {
    /** Generous: a mutant takes a second or two. */
    private static final Duration BOUND = Duration.ofSeconds(90);

    private static final long SEED = 50;
    /** Of another random stream each; more than one is for a machine that has time. */
    private static final int ROUNDS = Integer.getInteger("lockstep.hostile.rounds", 1);

    private static final int LONGEST_MESSAGE = 1200;
    private static final String CHECKPOINTS = "checkpoints";

    @TempDir
    static Path dir;

    /** Sound files by format; an element of a folder is its only file or, of images, one of them. */
    private static final Map<String, Path> SOUND = new LinkedHashMap<>();

    private static Path model;

    private final List<String> faults = new ArrayList<>();
    private final Map<Integer, Integer> codes = new LinkedHashMap<>();

    @BeforeAll
    static void soundFiles() throws IOException {
        Random random = new Random(SEED);
        StringBuilder csv = new StringBuilder("id,a,b,kind,y\n");
        StringBuilder svm = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            double a = random.nextGaussian();
            csv.append(String.format(
                    "r%d,%.3f,%d,%s,%s%n", i, a, random.nextInt(9), i % 3 == 0 ? "s" : "t", a > 0 ? "yes" : "no"));
            svm.append(String.format("%d 1:%.3f 3:%d%n", a > 0 ? 1 : 0, a, random.nextInt(9)));
        }
        SOUND.put("csv", Files.writeString(dir.resolve("sound.csv"), csv));
        SOUND.put("libsvm", Files.writeString(dir.resolve("sound.libsvm"), svm));
        SOUND.put(
                "csv.gz",
                Files.write(
                        dir.resolve("sound.csv.gz"),
                        Mutations.gzipped(csv.toString().getBytes(StandardCharsets.UTF_8))));
        for (String format : List.of("json", "parquet", "orc")) {
            Path folder = dir.resolve("sound-" + format);
            TestSpark.session()
                    .read()
                    .option("header", "true")
                    .option("inferSchema", "true")
                    .csv(SOUND.get("csv").toString())
                    .coalesce(1)
                    .write()
                    .format(format)
                    .save(folder.toString());
            try (Stream<Path> files = Files.list(folder)) {
                SOUND.put(
                        format,
                        Files.move(
                                files.filter(file -> file.toString().endsWith(format))
                                        .findFirst()
                                        .orElseThrow(),
                                dir.resolve("sound." + format)));
            }
        }
        byte[] pixels = new byte[16 + 60 * 4];
        ByteBuffer.wrap(pixels).putInt(0x803).putInt(60).putInt(2).putInt(2);
        byte[] labels = new byte[8 + 60];
        ByteBuffer.wrap(labels).putInt(0x801).putInt(60);
        for (int i = 0; i < 60; i++) {
            labels[8 + i] = (byte) (i % 3);
            pixels[16 + 4 * i + i % 3] = (byte) 200;
        }
        SOUND.put("idx", Files.write(dir.resolve("sound-images-idx3-ubyte"), pixels));
        Files.write(dir.resolve("sound-labels-idx1-ubyte"), labels);
        for (int i = 0; i < 16; i++) {
            Path folder = Files.createDirectories(dir.resolve("sound-images").resolve(i % 2 == 0 ? "cat" : "dog"));
            BufferedImage image = new BufferedImage(6, 5, BufferedImage.TYPE_INT_RGB);
            IntStream.range(0, 30).forEach(p -> image.setRGB(p % 6, p / 6, random.nextInt()));
            ImageIO.write(
                    image,
                    i < 8 ? "png" : "jpg",
                    folder.resolve(i + (i < 8 ? ".png" : ".jpg")).toFile());
        }
        SOUND.put("png", dir.resolve("sound-images/cat/0.png"));
        SOUND.put("jpg", dir.resolve("sound-images/cat/8.jpg"));

        CapturedRun trained = CapturedRun.of(
                "train",
                Files.writeString(dir.resolve("sound.yaml"), config(SOUND.get("csv"), "y", "", dir.resolve("model")))
                        .toString());
        assertThat(trained.code()).as(trained.err()).isZero();
        model = dir.resolve("model");
    }

    private static String config(Path train, String label, String more, Path output) {
        return "name: hostile\ntask: classification\nnetwork:\n  - { dense: 3, activation: tanh }\n  - { dense: 2, batch_norm: true, dropout: 0.1 }\n"
                + "training:\n  epochs: 1\n  batch_size: 16\n  optimizer: { name: adam, learning_rate: 0.01 }\n  early_stopping: null\n  seed: 3\n"
                + "data:\n  train: " + train + "\n  label: " + label + "\n  missing: error\n  normalize: standard\n"
                + "  split: { train: 0.8, dev: 0.1, test: 0.1 }\n" + more
                + "shards: 2\nsync: driver\noutput: " + output + "\n";
    }

    /** Runs a command on a mutant and notes what is wrong with its end. */
    private void attempt(String mutant, Path output, String... arguments) throws IOException {
        CapturedRun run = assertTimeoutPreemptively(BOUND, () -> CapturedRun.of(arguments), mutant);
        codes.merge(run.code(), 1, Integer::sum);
        String err = run.err();
        List<String> wrong = new ArrayList<>();
        if (run.code() == 0) {
            check(wrong, err.isEmpty(), "done, but complains");
        } else {
            check(wrong, List.of(2, 3, 4).contains(run.code()), "exit code " + run.code());
            check(wrong, err.startsWith("lockstep: "), "no message");
            check(wrong, run.code() == 2 || err.strip().lines().count() == 1, "not one line");
            check(wrong, err.length() < LONGEST_MESSAGE, "message of " + err.length() + " characters");
            check(wrong, holdsNothingBut(output, CHECKPOINTS), "left an output");
        }
        for (String dialect :
                List.of("Exception", "internal fault", "\tat ", "SQLSTATE", "org.apache.", "java.", "OutOfMemory")) {
            check(wrong, !err.contains(dialect), "says " + dialect);
        }
        check(
                wrong,
                (err + run.out()).chars().noneMatch(c -> Character.isISOControl(c) && c != '\n'),
                "control characters");
        try (Stream<Path> beside = Files.exists(output.getParent()) ? Files.list(output.getParent()) : Stream.empty()) {
            check(wrong, beside.noneMatch(path -> path.getFileName().toString().startsWith(".")), "left a draft");
        }
        if (!wrong.isEmpty()) {
            faults.add(mutant + ": " + wrong + "\n    "
                    + err.strip().lines().limit(3).collect(Collectors.joining("\n    ")));
        }
        delete(output);
    }

    /** The checkpoints of a training that failed later are to stay. */
    private static boolean holdsNothingBut(Path folder, String exception) throws IOException {
        if (!Files.isDirectory(folder)) {
            return !Files.exists(folder);
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.allMatch(path -> path.getFileName().toString().equals(exception));
        }
    }

    private static void check(List<String> wrong, boolean holds, String otherwise) {
        if (!holds) {
            wrong.add(otherwise);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void requireSound(int leastRefused, int leastDone) {
        assertThat(faults).as("codes %s", codes).isEmpty();
        int done = codes.getOrDefault(0, 0);
        int all = codes.values().stream().mapToInt(Integer::intValue).sum();
        // far from these bounds the mutation itself is broken
        assertThat(all - done).as("refused, %s", codes).isGreaterThanOrEqualTo(leastRefused);
        assertThat(done).as("done, %s", codes).isGreaterThanOrEqualTo(leastDone);
    }

    @Test
    void mutatedConfigsAreReadOrRefused() throws IOException {
        Path output = dir.resolve("configs/out");
        byte[] sound = Files.readString(dir.resolve("sound.yaml"))
                .replace(model.toString(), output.toString())
                .getBytes(StandardCharsets.UTF_8);
        Map<String, Mutations.Mutation> mutations = new LinkedHashMap<>(Mutations.ofYaml());
        Mutations.ofBytes().forEach(mutations::putIfAbsent);
        Path config = dir.resolve("mutant.yaml");
        for (int round = 0; round < ROUNDS; round++) {
            for (Map.Entry<String, Mutations.Mutation> mutation : mutations.entrySet()) {
                Random random =
                        new Random(SEED + 1000L * round + mutation.getKey().hashCode());
                Files.write(config, mutation.getValue().of(sound, random));
                attempt(
                        "config, " + mutation.getKey() + ", round " + round,
                        output,
                        "train",
                        config.toString(),
                        "--set",
                        "training.epochs=1");
            }
        }
        requireSound(20, 1);
    }

    @Test
    void mutatedDataAreTrainedOnOrRefused() throws IOException {
        Path output = dir.resolve("data/out");
        Path config = dir.resolve("data.yaml");
        for (Map.Entry<String, Path> format : SOUND.entrySet()) {
            boolean text = List.of("csv", "json", "libsvm").contains(format.getKey());
            Map<String, Mutations.Mutation> mutations = new LinkedHashMap<>(Mutations.ofBytes());
            if (text) {
                mutations.putAll(Mutations.ofText());
            }
            byte[] sound = Files.readAllBytes(format.getValue());
            Path mutant = mutantOf(format.getKey());
            boolean picture = List.of("png", "jpg").contains(format.getKey());
            String label =
                    switch (format.getKey()) {
                        case "idx", "libsvm", "png", "jpg" -> "label";
                        default -> "y";
                    };
            String more = (picture ? "  image: { height: 3, width: 4, channels: 3 }\n" : "")
                    + (label.equals("y") ? "  features: { exclude: [id] }\n" : "");
            Path train = picture ? mutant.getParent().getParent() : mutant;
            Files.writeString(config, config(train, label, more, output));
            for (int round = 0; round < ROUNDS; round++) {
                List<Map.Entry<String, Mutations.Mutation>> some = new ArrayList<>(mutations.entrySet());
                Collections.shuffle(
                        some, new Random(SEED + round + format.getKey().hashCode()));
                for (Map.Entry<String, Mutations.Mutation> mutation : some.subList(0, text ? 12 : 7)) {
                    Random random = new Random(SEED
                            + 1000L * round
                            + format.getKey().hashCode()
                            + mutation.getKey().hashCode());
                    Files.write(mutant, mutation.getValue().of(sound, random));
                    String name = format.getKey() + ", " + mutation.getKey() + ", round " + round;
                    if (label.equals("y") && random.nextInt(3) == 0) {
                        predict(name + ", to predict", model, mutant, output);
                    } else {
                        attempt(name, output, "train", config.toString());
                    }
                }
            }
        }
        requireSound(40, 12);
    }

    /** Where a mutant of a format goes, with what a sound file needs beside it. */
    private static Path mutantOf(String format) throws IOException {
        switch (format) {
            case "idx" -> {
                Files.copy(dir.resolve("sound-labels-idx1-ubyte"), dir.resolve("mutant-labels-idx1-ubyte"));
                return dir.resolve("mutant-images-idx3-ubyte");
            }
            case "png", "jpg" -> {
                Path root = dir.resolve("mutant-" + format);
                for (Path file : files(dir.resolve("sound-images"))) {
                    Path copy = root.resolve(dir.resolve("sound-images").relativize(file));
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
                return root.resolve("cat").resolve(SOUND.get(format).getFileName());
            }
            default -> {
                return dir.resolve("mutant." + format);
            }
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** A copy of the sound model, whose file {@code name} is {@code content}. */
    private static Path mutantModel(String name, byte[] content) throws IOException {
        Path mutant = Files.createDirectories(dir.resolve("mutant-model"));
        for (Path file : files(model)) {
            Files.write(mutant.resolve(file.getFileName()), Files.readAllBytes(file));
        }
        Files.write(mutant.resolve(name), content);
        return mutant;
    }

    private void attemptModel(String mutant, String name, byte[] content) throws IOException {
        predict(mutant, mutantModel(name, content), SOUND.get("csv"), dir.resolve("predicted/out"));
    }

    private void predict(String mutant, Path with, Path data, Path output) throws IOException {
        attempt(mutant, output, "predict", with.toString(), "--data", data.toString(), "--out", output.toString());
    }

    @Test
    void aModelMutatedAtAnyKeyIsReadOrRefused() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        byte[] sound = Files.readAllBytes(model.resolve("model.json"));
        List<String> pointers = new ArrayList<>();
        collect(mapper.readTree(sound), "", pointers);
        Random random = new Random(SEED);
        int lineages = 0;
        for (String pointer : pointers) {
            if (pointer.startsWith("/lineage/") && !pointer.endsWith("/options") && lineages++ % 6 != 0) {
                // nothing is computed with it
                continue;
            }
            JsonNode tree = mapper.readTree(sound);
            // as one who means harm would: a checksum is no signature
            ((ObjectNode) tree).remove("sha256");
            String way = mutate(tree, pointer, random);
            attemptModel("model.json, " + pointer + " " + way, "model.json", mapper.writeValueAsBytes(tree));
        }
        assertThat(pointers).hasSizeGreaterThan(60);
        requireSound(40, 10);
    }

    /** All paths of a tree; of long lists their ends. */
    private static void collect(JsonNode node, String pointer, List<String> pointers) {
        if (!pointer.isEmpty()) {
            pointers.add(pointer);
        }
        node.properties().forEach(field -> collect(field.getValue(), pointer + "/" + field.getKey(), pointers));
        for (int i = 0; node.isArray() && i < node.size(); i += Math.max(1, node.size() - 1)) {
            collect(node.get(i), pointer + "/" + i, pointers);
        }
    }

    private static String mutate(JsonNode tree, String pointer, Random random) {
        JsonNode parent = tree.at(pointer.substring(0, pointer.lastIndexOf('/')));
        JsonNode old = tree.at(pointer);
        String key = pointer.substring(pointer.lastIndexOf('/') + 1);
        List<Object> values = new ArrayList<>(List.of(
                -1,
                0,
                1,
                1.5,
                1e308,
                -1e308,
                1e-320,
                Integer.MAX_VALUE,
                Long.MAX_VALUE,
                "",
                "x\u001b[2J",
                "../../x",
                "y".repeat(70_000),
                true,
                List.of(),
                Map.of(),
                List.of(1, List.of(2))));
        int choice = random.nextInt(values.size() + 2);
        if (choice == values.size() && parent instanceof ObjectNode object) {
            object.remove(key);
            return "removed";
        }
        JsonNode value = choice < values.size()
                ? new ObjectMapper().valueToTree(values.get(choice))
                : new ObjectMapper().getNodeFactory().nullNode();
        if (parent instanceof ObjectNode object) {
            object.set(key, value);
        } else {
            ((ArrayNode) parent).set(Integer.parseInt(key), value);
        }
        String text = value.toString();
        return "from " + (old.isValueNode() ? old : "…") + " to " + text.substring(0, Math.min(40, text.length()));
    }

    @Test
    void aModelOfMutatedBytesIsReadOrRefused() throws IOException {
        for (String name : List.of("model.json", "weights.safetensors")) {
            byte[] sound = Files.readAllBytes(model.resolve(name));
            for (int round = 0; round < 2 * ROUNDS; round++) {
                for (Map.Entry<String, Mutations.Mutation> mutation :
                        Mutations.ofBytes().entrySet()) {
                    Random random =
                            new Random(SEED + 1000L * round + mutation.getKey().hashCode());
                    attemptModel(
                            name + ", " + mutation.getKey() + ", round " + round,
                            name,
                            mutation.getValue().of(sound, random));
                }
            }
        }
        requireSound(40, 1);
    }

    @Test
    void weightsWhoseHeaderLiesAreRefusedBeforeAnythingIsAllocated() throws IOException {
        byte[] sound = Files.readAllBytes(model.resolve("weights.safetensors"));
        int length = (int) ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String header = new String(sound, 8, length, StandardCharsets.UTF_8).strip();
        for (long lie : new long[] {
            0, 1, 2, length - 8, length + 8, sound.length, 99_999_999, 1L << 31, 1L << 62, -1, Long.MIN_VALUE
        }) {
            byte[] mutant = sound.clone();
            ByteBuffer.wrap(mutant).order(ByteOrder.LITTLE_ENDIAN).putLong(lie);
            attemptModel("weights, header length " + lie, "weights.safetensors", mutant);
        }
        List<String[]> edits = List.of(
                new String[] {"\"shape\":\\[3,", "\"shape\":[-3,"},
                new String[] {"\"shape\":\\[3,", "\"shape\":[4294967299,"},
                new String[] {"\"shape\":\\[3,", "\"shape\":[9223372036854775807,"},
                new String[] {"\"shape\":\\[3,", "\"shape\":[99999999999999999999999,"},
                new String[] {"\"shape\":\\[3,", "\"shape\":[3.0,"},
                new String[] {"\"shape\":\\[3,", "\"shape\":[1,3,"},
                new String[] {"\"data_offsets\":\\[0,", "\"data_offsets\":[-4,"},
                new String[] {"\"data_offsets\":\\[0,", "\"data_offsets\":[4,"},
                new String[] {"\"data_offsets\":\\[0,", "\"data_offsets\":[9223372036854775800,"},
                new String[] {"F32", "F64"},
                new String[] {"F32", "I8"},
                new String[] {"layer1.weight", "../../layer1.weight"},
                new String[] {"layer1.weight", "__metadata__"},
                new String[] {"layer1.weight", "layer1.bias"},
                new String[] {"\"dtype\":\"F32\",", ""},
                new String[] {"^\\{", "{".repeat(3000)},
                new String[] {"^\\{", "[".repeat(100_000)});
        for (String[] edit : edits) {
            String lie = header.replaceFirst(edit[0], edit[1]);
            assertThat(lie).as(edit[0]).isNotEqualTo(header);
            byte[] json = (lie + " ".repeat(7)).getBytes(StandardCharsets.UTF_8);
            byte[] mutant = ByteBuffer.allocate(sound.length - length + json.length)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .put(json)
                    .put(sound, 8 + length, sound.length - 8 - length)
                    .array();
            attemptModel(
                    "weights, " + edit[0] + " to " + edit[1].substring(0, Math.min(40, edit[1].length())),
                    "weights.safetensors",
                    mutant);
        }
        requireSound(28, 0);
    }

    /** Any file of the newest checkpoint, with sums that fit it, as one who means harm would write them. */
    @Test
    void aMutatedCheckpointIsGoneOnFromOrPassedOverOrRefused() throws Exception {
        Path output = dir.resolve("resumed/out");
        Path config = Files.writeString(
                dir.resolve("resumed.yaml"),
                config(SOUND.get("csv"), "y", "", output).replace("epochs: 1", "epochs: 2"));
        assertThat(CapturedRun.of("train", config.toString()).code()).isZero();
        Path sound = Files.move(output.resolve(CHECKPOINTS), dir.resolve("sound-checkpoints"));
        delete(output);
        for (String name : List.of("checkpoint.json", "state.safetensors", "SHA256SUMS")) {
            byte[] whole = Files.readAllBytes(sound.resolve("epoch-0002").resolve(name));
            for (int round = 0; round < ROUNDS; round++) {
                for (Map.Entry<String, Mutations.Mutation> mutation :
                        Mutations.ofBytes().entrySet()) {
                    Random random =
                            new Random(SEED + 1000L * round + mutation.getKey().hashCode());
                    for (Path file : files(sound)) {
                        Path copy = output.resolve(CHECKPOINTS).resolve(sound.relativize(file));
                        Files.createDirectories(copy.getParent());
                        Files.copy(file, copy);
                    }
                    Path newest = output.resolve(CHECKPOINTS).resolve("epoch-0002");
                    byte[] content = mutation.getValue().of(whole, random);
                    Files.write(newest.resolve(name), content);
                    if (!name.equals("SHA256SUMS")) {
                        String sums = Files.readString(newest.resolve("SHA256SUMS"));
                        Files.writeString(newest.resolve("SHA256SUMS"), sums.replace(sha256(whole), sha256(content)));
                    }
                    attempt(
                            name + ", " + mutation.getKey() + ", round " + round,
                            output,
                            "train",
                            config.toString(),
                            "--resume",
                            "--set",
                            "training.epochs=4");
                }
            }
        }
        requireSound(0, 10);
    }

    private static String sha256(byte[] content) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    @Test
    void placesThatHoldNoDataAreRefused() throws IOException {
        Path output = dir.resolve("places/out");
        Files.createDirectories(dir.resolve("void"));
        Files.writeString(Files.createDirectories(dir.resolve("hidden")).resolve("_SUCCESS"), "");
        Files.writeString(dir.resolve("hidden/.part.csv"), "a,y\n1,2\n");
        Files.createDirectories(dir.resolve("nested.csv/deeper/still"));
        Files.createSymbolicLink(dir.resolve("nowhere.csv"), dir.resolve("gone.csv"));
        Files.createSymbolicLink(dir.resolve("circle.csv"), dir.resolve("circle.csv"));
        StructType nothing = new StructType().add("y", DataTypes.StringType);
        TestSpark.session()
                .createDataFrame(List.of(), nothing)
                .write()
                .parquet(dir.resolve("norows.parquet").toString());
        List<String> places = List.of(
                "void",
                "hidden",
                "nested.csv",
                "nowhere.csv",
                "circle.csv",
                "norows.parquet",
                "none-*.csv",
                "[",
                "sound.txt",
                "a\u001b[31m.csv",
                "/dev/null",
                "x".repeat(300) + ".csv");
        for (String place : places) {
            Path train = dir.resolve(place);
            Path config = Files.writeString(
                    dir.resolve("place.yaml"),
                    config(train, "y", "  format: csv\n", output).replace(train.toString(), "'" + train + "'"));
            attempt("place " + place, output, "train", config.toString());
            attempt(
                    "place " + place + ", to evaluate",
                    output,
                    "evaluate",
                    model.toString(),
                    "--data",
                    train.toString());
            attempt("place " + place + " for a model", output, "evaluate", train.toString(), "--data", "x.csv");
            attempt("place " + place + " for a config", output, "train", train.toString());
        }
        requireSound(40, 0);
    }
}
