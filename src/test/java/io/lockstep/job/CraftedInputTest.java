package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockstep.testing.TestSpark;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that somebody made to do harm: what no random mutation finds. */
class CraftedInputTest {
    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    private Path dir;

    private CapturedRun run(String... arguments) {
        return assertTimeoutPreemptively(BOUND, () -> CapturedRun.of(arguments));
    }

    private CapturedRun train(String task, Path train, String... data) throws IOException {
        String text = "task: " + task + "\nnetwork: [{ dense: 2 }]\noutput: " + dir.resolve("out/m")
                + "\ntraining: { epochs: 1, batch_size: 8 }\nsync: driver\ndata:\n  train: " + train + "\n"
                + Arrays.stream(data).map(line -> "  " + line + "\n").collect(Collectors.joining());
        return run("train", Files.writeString(dir.resolve("c.yaml"), text).toString());
    }

    private CapturedRun evaluate(Path model, Path data) {
        return run("evaluate", model.toString(), "--data", data.toString());
    }

    private CapturedRun predict(Path model, Path data, Path out) {
        return run("predict", model.toString(), "--data", data.toString(), "--out", out.toString());
    }

    /** The model of {@link #train}, which has to be sound, on such a table. */
    private Path trained(Path table) throws IOException {
        sound(train("classification", table, "label: y"));
        return dir.resolve("out/m");
    }

    private CapturedRun trainOnImages() throws IOException {
        return train(
                "classification", dir.resolve("images"), "label: kind", "image: { height: 3, width: 3, channels: 1 }");
    }

    private static void refused(CapturedRun run, int code, String... sentences) {
        assertThat(run.err()).startsWith("lockstep: ");
        for (String sentence : sentences) {
            assertThat(run.err()).contains(sentence);
        }
        assertThat(run.err().strip().lines()).hasSize(1);
        assertThat(run.err().length()).isLessThan(1000);
        assertThat(run.err()).doesNotContainPattern("Exception|internal fault|OutOfMemory|\\p{Cntrl}.");
        assertThat(run.code()).isEqualTo(code);
    }

    private static void sound(CapturedRun run) {
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        assertThat(run.out().chars().filter(c -> Character.isISOControl(c) && c != '\n'))
                .isEmpty();
    }

    private Path table(String name, String header, String... classes) throws IOException {
        return Files.writeString(
                dir.resolve(name),
                Stream.concat(
                                Stream.of(header),
                                IntStream.range(0, 40)
                                        .mapToObj(i -> i + "," + i % 7 + "," + classes[i % classes.length]))
                        .collect(Collectors.joining("\n", "", "\n")));
    }

    /** A PNG of so many pixels, all black, in a few bytes. */
    private static byte[] bomb(int width, int height) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(file);
        out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
        chunk(
                out,
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put(new byte[] {8, 2, 0, 0, 0})
                        .array());
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(data, new Deflater(9))) {
            deflater.write(new byte[1 << 20]);
        }
        chunk(out, "IDAT", data.toByteArray());
        chunk(out, "IEND", new byte[0]);
        return file.toByteArray();
    }

    private static void chunk(DataOutputStream out, String type, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(type.getBytes(StandardCharsets.US_ASCII));
        crc.update(content);
        out.writeInt(content.length);
        out.writeBytes(type);
        out.write(content);
        out.writeInt((int) crc.getValue());
    }

    @Test
    void imagesThatWouldFillTheMemoryOrAreOfOtherFormatsAreRefused() throws IOException {
        BufferedImage pixel = new BufferedImage(3, 3, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 20; i++) {
            Path folder = Files.createDirectories(dir.resolve("images").resolve(i % 2 == 0 ? "cat" : "dog"));
            ImageIO.write(pixel, "png", folder.resolve(i + ".png").toFile());
        }
        Path hostile = dir.resolve("images/cat/hostile.png");
        for (int[] size : new int[][] {
            {60_000, 60_000}, {Integer.MAX_VALUE, Integer.MAX_VALUE}, {1, Integer.MAX_VALUE}, {-1, 5}, {0, 0}
        }) {
            Files.write(hostile, bomb(size[0], size[1]));
            refused(trainOnImages(), 3, "1 of 21 images cannot be read: cat/hostile.png (");
        }
        for (String format : List.of("gif", "bmp", "tiff")) {
            assertThat(ImageIO.write(new BufferedImage(3, 3, BufferedImage.TYPE_INT_RGB), format, hostile.toFile()))
                    .isTrue();
            refused(trainOnImages(), 3, "cat/hostile.png (neither PNG nor JPEG)");
        }
    }

    @Test
    void headsThatPromiseMoreThanThereIsTakeNoMemory() throws IOException {
        Path images = dir.resolve("h-images-idx3-ubyte");
        Path labels = dir.resolve("h-labels-idx1-ubyte");
        int most = Integer.MAX_VALUE;
        for (int[] size :
                new int[][] {{40, 1 << 14, 1 << 14}, {most, 2, 2}, {4, 0, 5}, {0, 2, 2}, {4, most, most}, {-1, 2, 2}}) {
            Files.write(
                    images,
                    ByteBuffer.allocate(16 + 160)
                            .putInt(0x803)
                            .putInt(size[0])
                            .putInt(size[1])
                            .putInt(size[2])
                            .array());
            byte[] head =
                    ByteBuffer.allocate(8 + 40).putInt(0x801).putInt(size[0]).array();
            IntStream.range(0, 40).forEach(i -> head[8 + i] = (byte) (i % 2));
            Files.write(labels, head);
            refused(train("classification", images, "label: digit"), 3);
        }
    }

    @Test
    void vectorsOfTwoBillionFeaturesAreRefused() throws IOException {
        for (String index : List.of("2147483647", "2147483648", "0", "-1", "99999999999999999999")) {
            Path svm = Files.writeString(
                    dir.resolve("t.libsvm"),
                    IntStream.range(0, 30)
                            .mapToObj(i -> i % 2 + " 1:" + i)
                            .collect(Collectors.joining("\n", "", "\n1 " + index + ":1\n")));
            CapturedRun run = train("classification", svm, "label: label");
            assertThat(run.code()).as(index).isIn(2, 3);
            refused(run, run.code());
        }
    }

    @Test
    void networksThatNoMemoryHoldsAreRefused() throws IOException {
        Path table = table("t.csv", "a,b,y", "yes", "no");
        for (String network : List.of(
                "[{ dense: 2147483647 }]",
                "[{ dense: 1000000 }, { dense: 1000000 }]",
                "[{ dense: 46341 }, { dense: 46341 }]",
                "[" + "{ dense: 20000 }, ".repeat(30) + "{ dense: 1 }]",
                "[{ dense: 99999999999 }]")) {
            train("classification", table, "label: y");
            CapturedRun run = run("train", dir.resolve("c.yaml").toString(), "--set", "network=" + network);
            assertThat(run.code()).as(network).isEqualTo(2);
            refused(run, 2);
        }
    }

    @Test
    void namesCannotDoAnythingToTheTerminal() throws IOException {
        String escape = "\u001b]0;owned\u0007\u001b[31m";
        Path table = table("t.csv", "a\u001b[2J,b,y", "yes" + escape, "no\u202e");
        Path model = trained(table);
        sound(evaluate(model, table));
        sound(run("check", dir.resolve("c.yaml").toString()));
        sound(predict(model, table, dir.resolve("out/p.json")));
        refused(
                evaluate(model, table("u.csv", "b,c" + escape + ",y", "yes")),
                3,
                "no column \"a\\u001B[2J\" in the data. It has: b, c\\u001B]0;owned\\u0007\\u001B[31m, y.");
        sound(run("train", dir.resolve("c.yaml").toString(), "--set", "name=\"a\\x1b[31mb\""));
    }

    @Test
    void classesAndColumnsOfOddNamesArePredicted() throws IOException {
        Path table = table("t.csv", "a.b,`c` d,y", "A", "a", "x y", "q`.*");
        Path model = trained(table);
        sound(predict(model, table, dir.resolve("out/p.json")));
        // as text: Spark's reader takes A and a for one column
        assertThat(TestSpark.session()
                        .read()
                        .text(dir.resolve("out/p.json").toString())
                        .count())
                .isEqualTo(40);
        sound(predict(model, table, dir.resolve("out/p.csv")));
        Path twice = table("u.csv", "a,A,y", "1", "2");
        CapturedRun run = train("classification", twice, "label: y");
        assertThat(run.code()).as(run.err()).isIn(0, 2, 3);
        if (run.code() != 0) {
            refused(run, run.code());
        }
    }

    /** A model's description as one who means harm would change it: a checksum is no signature. */
    private static ObjectNode withoutSum(Path model) throws IOException {
        ObjectNode json =
                (ObjectNode) MAPPER.readTree(model.resolve("model.json").toFile());
        json.remove("sha256");
        return json;
    }

    private Path modelOf(byte[] json, byte[] weights) throws IOException {
        Path model = Files.createDirectories(dir.resolve("crafted"));
        Files.write(model.resolve("model.json"), json);
        Files.write(model.resolve("weights.safetensors"), weights);
        return model;
    }

    @Test
    void aModelWithNumbersThatNoTrainingMakesIsRefused() throws Exception {
        Path table = table("t.csv", "a,b,y", "yes", "no");
        Path model = trained(table);
        byte[] weights = Files.readAllBytes(model.resolve("weights.safetensors"));
        for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -Float.MAX_VALUE}) {
            byte[] mutant = weights.clone();
            ByteBuffer.wrap(mutant).order(ByteOrder.LITTLE_ENDIAN).putFloat(mutant.length - 4, odd);
            ObjectNode json = withoutSum(model);
            ((ObjectNode) json.get("weights"))
                    .put(
                            "sha256",
                            HexFormat.of()
                                    .formatHex(
                                            MessageDigest.getInstance("SHA-256").digest(mutant)));
            CapturedRun run = evaluate(modelOf(MAPPER.writeValueAsBytes(json), mutant), table);
            if (Float.isFinite(odd)) {
                sound(run);
            } else {
                refused(run, 3, "expected finite numbers, found " + odd);
            }
        }
    }

    @Test
    void aModelNamesNoFileOutsideItsDirectory() throws IOException {
        Path table = table("t.csv", "a,b,y", "yes", "no");
        Path model = trained(table);
        byte[] weights = Files.readAllBytes(model.resolve("weights.safetensors"));
        Files.write(dir.resolve("outside.safetensors"), weights);
        for (String file : List.of(
                "../outside.safetensors",
                dir.resolve("outside.safetensors").toString(),
                "http://localhost:1/w",
                "checkpoints/../weights.safetensors")) {
            ObjectNode json = withoutSum(model);
            ((ObjectNode) json.get("weights")).put("file", file);
            refused(
                    evaluate(modelOf(MAPPER.writeValueAsBytes(json), weights), table),
                    3,
                    "model.json: weights.file: expected \"weights.safetensors\", found");
        }
    }

    @Test
    void aChangedDigitOfADescriptionIsSeen() throws IOException {
        Path table = table("t.csv", "a,b,y", "yes", "no");
        Path model = trained(table);
        byte[] weights = Files.readAllBytes(model.resolve("weights.safetensors"));
        String json = Files.readString(model.resolve("model.json"));
        String changed = json.replaceFirst("(\"means\" : \\[ )\\d+", "$17");
        assertThat(changed).isNotEqualTo(json);
        refused(
                evaluate(modelOf(changed.getBytes(StandardCharsets.UTF_8), weights), table),
                3,
                "model.json: expected content of the SHA-256 ",
                "delete its sha256");
        byte[] compact = MAPPER.writeValueAsBytes(MAPPER.readTree(json));
        sound(evaluate(modelOf(compact, weights), table));
    }
}
