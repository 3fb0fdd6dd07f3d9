package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
    private static final long SEED = 50;
    /** Of another random stream each; more than one is for a machine that has time. */
    private static final int ROUNDS = Integer.getInteger("lockstep.hostile.rounds", 1);

    @TempDir
    static Path dir;

    private static SoundFiles files;
    private static Path model;

    private final HostileRuns runs = new HostileRuns();

    @BeforeAll
    static void makeSoundFiles() throws IOException {
        files = new SoundFiles(dir, new Random(SEED));
        CapturedRun trained = CapturedRun.of(
                "train",
                Files.writeString(dir.resolve("sound.yaml"), config(files.csv(), "y", "", dir.resolve("model")))
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
                runs.attempt(
                        "config, " + mutation.getKey() + ", round " + round,
                        output,
                        "train",
                        config.toString(),
                        "--set",
                        "training.epochs=1");
            }
        }
        runs.requireSound(20, 1);
    }

    @Test
    void mutatedDataAreTrainedOnOrRefused() throws IOException {
        Path output = dir.resolve("data/out");
        Path config = dir.resolve("data.yaml");
        for (Map.Entry<String, Path> format : files.byFormat().entrySet()) {
            boolean text = List.of("csv", "json", "libsvm").contains(format.getKey());
            Map<String, Mutations.Mutation> mutations = new LinkedHashMap<>(Mutations.ofBytes());
            if (text) {
                mutations.putAll(Mutations.ofText());
            }
            byte[] sound = Files.readAllBytes(format.getValue());
            Path mutant = files.mutantOf(format.getKey());
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
                        runs.attempt(name, output, "train", config.toString());
                    }
                }
            }
        }
        runs.requireSound(40, 12);
    }

    /** A copy of the sound model, whose file {@code name} is {@code content}. */
    private static Path mutantModel(String name, byte[] content) throws IOException {
        Path mutant = Files.createDirectories(dir.resolve("mutant-model"));
        for (Path file : SoundFiles.files(model)) {
            Files.write(mutant.resolve(file.getFileName()), Files.readAllBytes(file));
        }
        Files.write(mutant.resolve(name), content);
        return mutant;
    }

    private void attemptModel(String mutant, String name, byte[] content) throws IOException {
        predict(mutant, mutantModel(name, content), files.csv(), dir.resolve("predicted/out"));
    }

    private void predict(String mutant, Path with, Path data, Path output) throws IOException {
        runs.attempt(mutant, output, "predict", with.toString(), "--data", data.toString(), "--out", output.toString());
    }

    @Test
    void aModelMutatedAtAnyKeyIsReadOrRefused() throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        byte[] sound = Files.readAllBytes(model.resolve("model.json"));
        List<String> pointers = JsonMutations.pointers(mapper.readTree(sound));
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
            String way = JsonMutations.mutate(tree, pointer, random);
            attemptModel("model.json, " + pointer + " " + way, "model.json", mapper.writeValueAsBytes(tree));
        }
        assertThat(pointers).hasSizeGreaterThan(60);
        runs.requireSound(40, 10);
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
        runs.requireSound(40, 1);
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
        runs.requireSound(28, 0);
    }

    /** How a training ended that was to go on from a mutated checkpoint. */
    private enum Resumption {
        GONE_ON,
        FELL_BACK,
        REFUSED
    }

    /**
     * Any file of the newest checkpoint. An accident leaves its sums alone, and ends with the bits of an undisturbed
     * training; one who means harm writes sums that fit, and what cannot be gone on from is refused then.
     */
    @Test
    void aMutatedCheckpointIsGoneOnFromOrPassedOverOrRefused() throws Exception {
        Path output = dir.resolve("resumed/out");
        Path config = Files.writeString(dir.resolve("resumed.yaml"), config(files.csv(), "y", "", output));
        CapturedRun undisturbed = CapturedRun.of("train", config.toString(), "--set", "training.epochs=4");
        String bits = undisturbed.out().substring(undisturbed.out().indexOf("SHA-256 "));
        // in two runs: only of the last epoch there is a checkpoint whatever the disk's speed
        assertThat(CapturedRun.of("train", config.toString()).code()).isZero();
        assertThat(CapturedRun.of("train", config.toString(), "--resume", "--set", "training.epochs=2")
                        .code())
                .isZero();
        Path sound = Files.move(output.resolve(HostileRuns.CHECKPOINTS), dir.resolve("sound-checkpoints"));
        HostileRuns.delete(output);
        Map<Resumption, Integer> accidents = new EnumMap<>(Resumption.class);
        Map<Resumption, Integer> crafted = new EnumMap<>(Resumption.class);
        for (String name : List.of("checkpoint.json", "state.safetensors", "SHA256SUMS")) {
            for (int round = 0; round < ROUNDS; round++) {
                for (Map.Entry<String, Mutations.Mutation> mutation :
                        Mutations.ofBytes().entrySet()) {
                    String mutant = name + ", " + mutation.getKey() + ", round " + round;
                    boolean ofSums = name.equals("SHA256SUMS");
                    if (ofSums || List.of("truncated", "a bit flipped").contains(mutation.getKey())) {
                        mutate(sound, output, name, mutation, round);
                        CapturedRun run = resume(mutant, output, config);
                        assertThat(run.out()).as(mutant).contains(bits);
                        accidents.merge(resumption(run, mutant), 1, Integer::sum);
                    }
                    if (!ofSums) {
                        mutate(sound, output, name, mutation, round);
                        fitSums(sound, output, name);
                        crafted.merge(
                                resumption(resume(mutant + ", sums fit", output, config), mutant), 1, Integer::sum);
                    }
                }
            }
        }
        runs.requireSound(0, 16 * ROUNDS);
        // what does not touch a sum is none
        assertThat(accidents.getOrDefault(Resumption.FELL_BACK, 0))
                .as("accidents %s", accidents)
                .isGreaterThanOrEqualTo(12 * ROUNDS);
        // eight mutations leave no safetensors file of this length, and four of them no JSON
        assertThat(crafted.getOrDefault(Resumption.REFUSED, 0))
                .as("crafted %s", crafted)
                .isGreaterThanOrEqualTo(10 * ROUNDS);
    }

    private CapturedRun resume(String mutant, Path output, Path config) throws IOException {
        return runs.attempt(mutant, output, "train", config.toString(), "--resume", "--set", "training.epochs=4");
    }

    private static Resumption resumption(CapturedRun run, String mutant) {
        if (run.code() != 0) {
            return Resumption.REFUSED;
        }
        boolean passedOver = run.out().contains("The checkpoint epoch-0002 is passed over");
        assertThat(run.out())
                .as(mutant)
                .contains("Goes on from the checkpoint after epoch " + (passedOver ? 1 : 2) + ".");
        return passedOver ? Resumption.FELL_BACK : Resumption.GONE_ON;
    }

    /** Copies the sound checkpoints, and mutates a file of the newest. */
    private static void mutate(
            Path sound, Path output, String name, Map.Entry<String, Mutations.Mutation> mutation, int round)
            throws IOException {
        for (Path file : SoundFiles.files(sound)) {
            Path copy = output.resolve(HostileRuns.CHECKPOINTS).resolve(sound.relativize(file));
            Files.createDirectories(copy.getParent());
            Files.copy(file, copy);
        }
        byte[] whole = Files.readAllBytes(sound.resolve("epoch-0002").resolve(name));
        Random random = new Random(SEED + 1000L * round + mutation.getKey().hashCode());
        Files.write(
                output.resolve(HostileRuns.CHECKPOINTS).resolve("epoch-0002").resolve(name),
                mutation.getValue().of(whole, random));
    }

    private static void fitSums(Path sound, Path output, String name) throws IOException, NoSuchAlgorithmException {
        Path newest = output.resolve(HostileRuns.CHECKPOINTS).resolve("epoch-0002");
        byte[] whole = Files.readAllBytes(sound.resolve("epoch-0002").resolve(name));
        String sums = Files.readString(newest.resolve("SHA256SUMS"));
        String fitting = sums.replace(sha256(whole), sha256(Files.readAllBytes(newest.resolve(name))));
        Files.writeString(newest.resolve("SHA256SUMS"), fitting);
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
            runs.attempt("place " + place, output, "train", config.toString());
            runs.attempt(
                    "place " + place + ", to evaluate",
                    output,
                    "evaluate",
                    model.toString(),
                    "--data",
                    train.toString());
            runs.attempt("place " + place + " for a model", output, "evaluate", train.toString(), "--data", "x.csv");
            runs.attempt("place " + place + " for a config", output, "train", train.toString());
        }
        runs.requireSound(40, 0);
    }
}
