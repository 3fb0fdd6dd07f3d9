package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mistakes in commands, configs, paths and models: one message, the documented exit code, and nothing touched. */
class CommandMistakesTest {
    private static final int DONE = 0;
    private static final int CONFIG = 2;
    private static final int DATA = 3;

    @TempDir
    private Path dir;

    private Path data;

    @BeforeEach
    void writeData() throws IOException {
        data = Files.write(
                dir.resolve("t.csv"),
                Stream.concat(
                                Stream.of("a,b,y"),
                                IntStream.range(0, 40)
                                        .mapToObj(i -> i + "," + i % 3 + "," + (i % 2 == 0 ? "yes" : "no")))
                        .toList());
    }

    private String config(String train, String output) throws IOException {
        return Files.writeString(
                        dir.resolve("c.yaml"),
                        String.join(
                                "\n",
                                "task: classification",
                                "data:",
                                "  train: " + train,
                                "  label: y",
                                "training: { epochs: 1 }",
                                "output: " + output,
                                ""))
                .toString();
    }

    @Test
    void aPlanForAClusterThatCannotBeIsRefused() throws IOException {
        String config = config(data.toString(), dir.resolve("m").toString());
        refused(
                CapturedRun.of("plan", config, "--executors", "4", "--bandwidth", "10GB"),
                CONFIG,
                "--bandwidth: expected bits per second, such as 10Gb or 900Mb, found \"10GB\".");
        refused(
                CapturedRun.of("plan", config, "--executors", "0"),
                CONFIG,
                "--executors: expected a number of 1 or more, found 0.");
        refused(
                CapturedRun.of("plan", config, "--executors", "2", "--latency", "-1"),
                CONFIG,
                "--latency: expected milliseconds, 0 or more, found -1.0.");
        refused(CapturedRun.of("plan", config), CONFIG, "Missing required option: '--executors=N'");
    }

    private static void refused(CapturedRun run, int code, String... sentences) {
        assertThat(run.err()).startsWith("lockstep: ").contains(sentences);
        assertThat(run.err().strip().lines()).hasSize(1);
        assertThat(run.err()).doesNotContainPattern("\\tat |SQLSTATE|Job aborted|internal fault");
        assertThat(run.code()).isEqualTo(code);
    }

    /** Every file below {@code folder} with its content. */
    private static Map<String, String> snapshot(Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths
                    // the checkpoints of a training that failed later are to stay
                    .filter(
                    path -> Files.isRegularFile(path) && !path.toString().contains("checkpoints"))::iterator) {
                files.put(
                        folder.relativize(path).toString(),
                        new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1));
            }
        }
        return files;
    }

    @Test
    void unknownCommandsAndOptionsAreRefused() {
        refused(CapturedRun.of("trian"), CONFIG, "Unmatched argument at index 0: 'trian'", "--help");
        refused(CapturedRun.of("tune", "c.yaml"), CONFIG, "tune is not available in this version. Try: lockstep");
        refused(CapturedRun.of("tune"), CONFIG, "tune is not available in this version");
        refused(
                CapturedRun.of("train", "c.yaml", "--fast"),
                CONFIG,
                "Unknown option: '--fast'",
                "lockstep train --help");
        refused(CapturedRun.of("train"), CONFIG, "Missing required parameter: 'CONF'");
        refused(CapturedRun.of("predict", "m", "--data", "d"), CONFIG, "Missing required option: '--out=PATH'");
    }

    @Test
    void aMissingConfigIsNamed() {
        Path none = dir.resolve("none.yaml");
        refused(CapturedRun.of("train", none.toString()), CONFIG, "no config file " + none + ".");
    }

    @Test
    void aMistakeInTheConfigIsToldWithItsLine() throws IOException {
        Path file = Files.writeString(
                dir.resolve("bad.yaml"), "task: classification\ndata:\n  train: t.csv\n  lable: y\n  label: y\n");
        refused(
                CapturedRun.of("train", file.toString()),
                CONFIG,
                "bad.yaml:4",
                "data.lable",
                "Did you mean \"label\"?");
        refused(
                CapturedRun.of(
                        "train", config(data.toString(), dir.resolve("m").toString()), "--set", "training.epochs=0"),
                CONFIG,
                "training.epochs");
    }

    @Test
    void anOutputThatCannotBeWrittenIsToldBeforeAnyDataIsRead() throws IOException {
        String below = dir.resolve("t.csv/models/m").toString();
        refused(
                CapturedRun.of("train", config(dir.resolve("none.csv").toString(), below)),
                CONFIG,
                "output: cannot write to file:" + dir.resolve("t.csv/models") + " for the model m: ",
                "mend that or name another output");
        refused(
                CapturedRun.of("train", config(dir.resolve("none.csv").toString(), data.toString())),
                CONFIG,
                "output: file:" + data + " exists and is not a model directory but a file; name another output");
    }

    @Test
    void aStackTraceIsShownWhereItIsAskedFor() throws IOException {
        CapturedRun run = CapturedRun.of(
                "train",
                config(dir.resolve("none.csv").toString(), dir.resolve("m").toString()),
                "--verbose");
        assertThat(run.err())
                .startsWith("lockstep: data.train: no file")
                .contains("DataException", "\tat io.lockstep.");
        assertThat(run.code()).isEqualTo(DATA);
    }

    @Test
    void aMissingModelIsNamed() {
        String none = dir.resolve("none").toString();
        String expected = "file:" + none + ": expected a model directory, found nothing; train a model there first";
        refused(CapturedRun.of("evaluate", none, "--data", data.toString()), DATA, expected);
        refused(
                CapturedRun.of(
                        "predict",
                        none,
                        "--data",
                        data.toString(),
                        "--out",
                        dir.resolve("p.csv").toString()),
                DATA,
                expected);
    }

    @Test
    void aModelIsLeftAsItIsByWhateverFailsAfterIt() throws IOException {
        String model = dir.resolve("models/m").toString();
        CapturedRun trained = CapturedRun.of("train", config(data.toString(), model));
        assertThat(trained.err()).isEmpty();
        assertThat(trained.code()).isEqualTo(DONE);
        Map<String, String> before = snapshot(dir.resolve("models"));
        assertThat(before)
                .containsOnlyKeys(
                        "m/model.json",
                        "m/weights.safetensors",
                        "m/metrics.json",
                        "m/config.yaml",
                        "m/profile.json",
                        "m/report.html",
                        "m/MODEL_CARD.md");

        Path bad = Files.writeString(dir.resolve("bad.csv"), "a,b,y\n1,2,yes\n3,x,no\n");
        refused(CapturedRun.of("train", config(bad.toString(), model)), DATA, "\"x\"");
        assertThat(snapshot(dir.resolve("models"))).isEqualTo(before);

        // the data do not exist: the mistake in --out is told before anyone looks
        String none = dir.resolve("none.csv").toString();
        refused(
                CapturedRun.of("evaluate", model, "--data", none, "--out", data + "/e.json"),
                CONFIG,
                "--out: " + data + "/e.json cannot be written: ");
        refused(
                CapturedRun.of("evaluate", model, "--data", none, "--out", dir.toString()),
                CONFIG,
                "--out: " + dir + " cannot be written: it is a folder; name a file");
        Path metrics = Files.writeString(Files.createDirectory(dir.resolve("e")).resolve("e.json"), "earlier");
        refused(CapturedRun.of("evaluate", model, "--data", none, "--out", metrics.toString()), DATA, "none.csv");
        assertThat(snapshot(dir.resolve("e"))).isEqualTo(Map.of("e.json", "earlier"));

        // as an earlier version or another program on Hadoop leaves it
        Files.writeString(dir.resolve("e/.e.json.crc"), "of what was there before");
        assertThat(CapturedRun.of("evaluate", model, "--data", data.toString(), "--out", metrics.toString())
                        .code())
                .isEqualTo(DONE);
        assertThat(snapshot(dir.resolve("e"))).containsOnlyKeys("e.json");
        assertThat(metrics).content().startsWith("{").contains("\"weights_sha256\"");

        Path lacking = Files.writeString(dir.resolve("lacking.csv"), "a,y\n1,yes\n3,no\n");
        refused(
                CapturedRun.of("evaluate", model, "--data", lacking.toString()),
                DATA,
                "no column \"b\" in the data. It has: a, y.");
        Path out = dir.resolve("p.csv");
        refused(
                CapturedRun.of("predict", model, "--data", lacking.toString(), "--out", out.toString()),
                DATA,
                "no column \"b\" in the data. It has: a, y.");
        refused(
                CapturedRun.of("predict", model, "--data", bad.toString(), "--out", out.toString(), "--strict"),
                DATA,
                "column \"b\": expected a finite number of at most 3.4e38, found \"x\" in row {a=3, b=x, y=no} of bad.csv");
        assertThat(out).as("predictions that are not whole").doesNotExist();
        Files.createDirectory(out);
        refused(
                CapturedRun.of("predict", model, "--data", data.toString(), "--out", out.toString()),
                CONFIG,
                "--out: " + out + " exists already; nothing was overwritten. Name another.");
        Path other = Files.writeString(dir.resolve("other.csv"), "a,b,y\n1,2,perhaps\n");
        refused(
                CapturedRun.of("evaluate", model, "--data", other.toString()),
                DATA,
                "label column \"y\": found class \"perhaps\", which the training rows never had");
        assertThat(snapshot(dir.resolve("models"))).isEqualTo(before);

        Path weights = dir.resolve("models/m/weights.safetensors");
        byte[] whole = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(whole, whole.length - 1));
        refused(CapturedRun.of("evaluate", model, "--data", data.toString()), DATA, "weights.safetensors");
        Files.delete(weights);
        refused(CapturedRun.of("evaluate", model, "--data", data.toString()), DATA, "weights.safetensors");
        Files.writeString(dir.resolve("models/m/model.json"), "{");
        refused(CapturedRun.of("evaluate", model, "--data", data.toString()), DATA, "model.json");
        Files.delete(dir.resolve("models/m/model.json"));
        refused(
                CapturedRun.of("evaluate", model, "--data", data.toString()),
                DATA,
                "expected a model directory, found no model.json in it");
    }
}
