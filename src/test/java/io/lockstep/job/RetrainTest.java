package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code retrain} and {@code registry} as a scheduler and a person call them. */
class RetrainTest {
    private static final int KEPT = 10;

    @TempDir
    Path directory;

    private Path registry;
    private Path days;
    private Path config;

    @BeforeEach
    void writeConfig() throws IOException {
        registry = directory.resolve("registry");
        days = Files.createDirectory(directory.resolve("days"));
        config = write("""
                task: classification
                data: { train: "%s/*.csv", label: y, split: { train: 0.5, dev: 0.2, test: 0.3 } }
                network: [{ dense: 8, activation: tanh }]
                training: { epochs: 12, batch_size: 32, early_stopping: null, optimizer: { name: adam, learning_rate: 0.03 } }
                registry: %s
                """.formatted(days, registry));
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(directory.resolve("c.yaml"), yaml);
    }

    /** Two classes, parted by the sign of a·b; of {@code wrong} the label is the other one. */
    private void day(String name, int rows, double wrong, long seed) throws IOException {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>(List.of("a,b,y"));
        for (int i = 0; i < rows; i++) {
            double a = random.nextGaussian();
            double b = random.nextGaussian();
            boolean yes = a * b > 0 ^ random.nextDouble() < wrong;
            lines.add(String.format(Locale.ROOT, "%.5f,%.5f,%s", a, b, yes ? "yes" : "no"));
        }
        Files.write(days.resolve(name + ".csv"), lines);
    }

    private CapturedRun retrain(String... more) {
        List<String> arguments = new ArrayList<>(List.of("retrain", config.toString()));
        arguments.addAll(List.of(more));
        return CapturedRun.of(arguments.toArray(String[]::new));
    }

    private String champion() throws IOException {
        return Files.readString(registry.resolve("CURRENT")).substring(0, 6);
    }

    private JsonNode json(String version, String file) throws IOException {
        return new ObjectMapper()
                .readTree(registry.resolve("versions/" + version + "/" + file).toFile());
    }

    private List<String> versions() throws IOException {
        try (Stream<Path> folders = Files.list(registry.resolve("versions"))) {
            return folders.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    private static String flat(CapturedRun run) {
        return run.out().replaceAll("\\s+", " ");
    }

    @Test
    void betterDataBecomesChampionNoiseDoesNotAndNothingIsLeftBehind() throws IOException {
        day("1", 120, 0.1, 1);
        CapturedRun first = retrain();
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(flat(first)).contains("Version 000001 is the first, so it is the champion.");
        assertThat(champion()).isEqualTo("000001");

        day("2", 1500, 0, 2);
        CapturedRun better = retrain();
        assertThat(better.code()).as(better.out() + better.err()).isZero();
        assertThat(champion()).isEqualTo("000002");
        JsonNode decision = json("000002", "decision.json");
        assertThat(decision.get("verdict").asText()).isEqualTo("better");
        assertThat(decision.get("champion").asText()).isEqualTo("000001");
        assertThat(decision.get("start").asText()).isEqualTo("warm");
        JsonNode comparison = decision.get("comparison");
        assertThat(comparison.get("p").asDouble()).isLessThan(0.05);
        assertThat(comparison.get("challenger").asDouble()).isGreaterThan(0.9);
        assertThat(comparison.get("examples").asLong())
                .as("the test rows that the model was evaluated on")
                .isEqualTo(json("000002", "metrics.json")
                        .path("test")
                        .path("examples")
                        .asLong());
        assertThat(comparison.get("challenger").asDouble())
                .isCloseTo(
                        json("000002", "metrics.json")
                                .path("test")
                                .path("accuracy")
                                .asDouble(),
                        org.assertj.core.data.Offset.offset(1e-9));
        assertThat(flat(better)).contains(decision.get("sentence").asText());
        assertThat(flat(better)).contains("Drift from champion 000001: none of ");
        assertThat(json("000002", "drift.json").get("rows").asLong())
                .as("drift is that of the training rows")
                .isEqualTo(json("000002", "metrics.json")
                        .path("train")
                        .path("examples")
                        .asLong());

        day("3", 40, 0.5, 3);
        CapturedRun noise = retrain("--set", "retrain.data=new", "--set", "retrain.start=scratch");
        assertThat(noise.code()).as(noise.out() + noise.err()).isEqualTo(KEPT);
        assertThat(champion()).isEqualTo("000002");
        assertThat(json("000003", "decision.json").get("verdict").asText()).isEqualTo("kept");
        assertThat(flat(noise)).contains("The champion is kept: ").contains("Drift from champion 000002");

        assertThat(versions()).containsExactly("000001", "000002", "000003");
        for (String version : versions()) {
            try (Stream<Path> files = Files.list(registry.resolve("versions/" + version))) {
                assertThat(files.map(path -> path.getFileName().toString()))
                        .contains("model.json", "weights.safetensors", "metrics.json", "decision.json", "data.json")
                        .doesNotContain("checkpoints");
            }
        }
        try (Stream<Path> claims = Files.list(registry.resolve("locks/retrain"))) {
            assertThat(claims).isEmpty();
        }
    }

    @Test
    void newDataAloneIsWhatNoVersionBeforeHasSeen() throws IOException {
        day("1", 300, 0, 1);
        assertThat(retrain().code()).isZero();
        day("2", 200, 0, 2);
        CapturedRun second = retrain("--set", "retrain.data=new");
        assertThat(second.code()).as(second.err()).isIn(0, KEPT);
        assertThat(json("000002", "model.json")
                                .at("/lineage/data/train/examples")
                                .asInt()
                        + json("000002", "model.json")
                                .at("/lineage/data/dev/examples")
                                .asInt()
                        + json("000002", "model.json")
                                .at("/lineage/data/test/examples")
                                .asInt())
                .isEqualTo(200);
        assertThat(CapturedRun.of("registry", "promote", config.toString(), "2").code())
                .isIn(0, 2);
        CapturedRun third = retrain("--set", "retrain.data=new");
        assertThat(third.code()).as(third.err()).isEqualTo(KEPT);
        assertThat(flat(third)).contains("No file of data.train is new since version 000002.");
        day("1", 300, 0, 9);
        CapturedRun rewritten = retrain("--set", "retrain.data=new");
        assertThat(rewritten.code()).as(rewritten.err()).isIn(0, KEPT);
        assertThat(json("000003", "data.json").toString()).contains("1.csv", "2.csv");
    }

    @Test
    void aWarmStartBeginsWithTheChampionsLossAndFallsBackInWords() throws IOException {
        day("1", 300, 0, 1);
        assertThat(retrain().code()).isZero();
        CapturedRun warm = retrain("--set", "training.optimizer.learning_rate=1.0e-12", "--set", "training.epochs=1");
        assertThat(warm.code()).as(warm.err()).isEqualTo(KEPT);
        assertThat(json("000002", "metrics.json").at("/test/loss").asDouble())
                .isCloseTo(
                        json("000001", "metrics.json").at("/test/loss").asDouble(),
                        org.assertj.core.data.Offset.offset(1e-6));
        assertThat(json("000002", "decision.json").at("/comparison/gain").asDouble())
                .isZero();
        assertThat(json("000002", "decision.json").at("/comparison/p").asDouble())
                .isEqualTo(1);
        CapturedRun wider = retrain("--set", "network=[{dense: 9}]");
        assertThat(wider.code()).as(wider.err()).isIn(0, KEPT);
        assertThat(flat(wider))
                .contains("The challenger starts from scratch, not from champion 000001: the network is another one.");
        List<String> lines = new ArrayList<>(Files.readAllLines(days.resolve("1.csv")));
        for (int i = 1; i < 60; i++) {
            lines.add(String.format(Locale.ROOT, "%.3f,%.3f,maybe", 20 + i / 7.0, 20.0 - i));
        }
        Files.write(days.resolve("1.csv"), lines);
        CapturedRun third = retrain();
        assertThat(third.code()).as(third.out() + third.err()).isIn(0, KEPT);
        assertThat(flat(third)).contains(": class \"maybe\" is new.");
        assertThat(json("000004", "model.json").at("/classes").toString()).contains("maybe");
        assertThat(json("000004", "decision.json").at("/comparison/examples").asLong())
                .as("rows of the new class are among those that both are judged on")
                .isEqualTo(json("000004", "metrics.json").at("/test/examples").asLong());
    }

    @Test
    void aSplitThatWouldTestOnTheChampionsTrainingRowsIsRefusedBeforeTheTraining() throws IOException {
        day("1", 300, 0, 1);
        assertThat(retrain().code()).isZero();
        CapturedRun wider = retrain("--set", "data.split={ train: 0.4, dev: 0.2, test: 0.4 }");
        assertThat(wider.code()).isEqualTo(2);
        assertThat(wider.err()).contains("retrain: data.split: champion 000001 was trained on rows of", "--uncompared");
        CapturedRun keyed = retrain("--set", "data.key=[a]");
        assertThat(keyed.code()).isEqualTo(2);
        assertThat(keyed.err()).contains("the split or the key is another one");
        CapturedRun ownFile = retrain("--set", "data.test=" + days.resolve("1.csv"));
        assertThat(ownFile.code()).isEqualTo(2);
        assertThat(ownFile.err()).contains("retrain: data.test: champion 000001 was trained on");
        CapturedRun smaller = retrain("--set", "data.split={ train: 0.6, dev: 0.2, test: 0.2 }");
        assertThat(smaller.code()).as(smaller.err()).isIn(0, KEPT);
        assertThat(versions()).containsExactly("000001", "000002");
        CapturedRun uncompared = retrain("--uncompared", "--set", "data.key=[a]");
        assertThat(uncompared.code()).as(uncompared.err()).isZero();
        assertThat(champion()).isEqualTo("000003");
        assertThat(json("000003", "decision.json").get("verdict").asText()).isEqualTo("uncompared");
        assertThat(json("000003", "decision.json").get("start").asText()).isEqualTo("scratch");
    }

    @Test
    void whatCannotBeRetrainedIsRefusedInASentence() throws IOException {
        assertThat(CapturedRun.of("registry", "list", registry.toString()).code())
                .isEqualTo(2);
        day("1", 60, 0, 1);
        CapturedRun none = retrain("--set", "registry=null");
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("retrain: the config names no registry. Add registry: DIR");
        CapturedRun untested = retrain("--set", "data.split={ train: 0.8, dev: 0.2 }");
        assertThat(untested.code()).isEqualTo(2);
        assertThat(untested.err()).contains("data.split has no test share");
        assertThat(retrain("--date", "yesterday").err()).contains("--date: expected a day such as 2026-11-22");
        assertThat(retrain("--set", "data.train=" + days + "/{date}.csv", "--date", "2026-01-02")
                        .err())
                .contains("2026-01-02.csv");
        assertThat(retrain().code()).isZero();
        CapturedRun other = retrain("--set", "task=regression", "--set", "data.label=b");
        assertThat(other.code()).isEqualTo(2);
        assertThat(other.err()).contains("champion 000001 of", "is a classification of y", "--uncompared");
    }

    @Test
    void aPersonListsShowsPromotesRollsBackAndPrunes() throws IOException {
        day("1", 100, 0, 1);
        for (int i = 0; i < 4; i++) {
            assertThat(retrain("--uncompared", "--set", "training.epochs=1").code())
                    .isZero();
        }
        assertThat(champion()).isEqualTo("000004");
        CapturedRun list = CapturedRun.of("registry", "list", config.toString());
        assertThat(list.code()).isZero();
        assertThat(list.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(list.out()).contains("000004 *", "* champion 000004, before it 000003");
        CapturedRun show = CapturedRun.of("registry", "show", registry.toString(), "3");
        assertThat(show.code()).as(show.err()).isZero();
        assertThat(show.out()).contains("Version 000003, the champion before", "accuracy");
        CapturedRun back = CapturedRun.of("registry", "rollback", registry.toString());
        assertThat(back.code()).as(back.err()).isZero();
        assertThat(champion()).isEqualTo("000003");
        assertThat(CapturedRun.of("registry", "rollback", registry.toString()).code())
                .isZero();
        assertThat(champion()).isEqualTo("000002");
        assertThat(CapturedRun.of("registry", "promote", registry.toString(), "4")
                        .code())
                .isZero();
        assertThat(champion()).isEqualTo("000004");
        CapturedRun pruned = CapturedRun.of("registry", "prune", registry.toString(), "--keep", "1");
        assertThat(pruned.code()).as(pruned.err()).isZero();
        assertThat(versions()).as("the champion and the one before it").containsExactly("000002", "000004");
        assertThat(CapturedRun.of("registry", "promote", registry.toString(), "3")
                        .err())
                .contains("there is no such version. There are: 000002, 000004.");
        assertThat(CapturedRun.of("registry", "promote", registry.toString(), "x")
                        .code())
                .isEqualTo(2);
        assertThat(CapturedRun.of("registry", "show", registry.toString(), "1").code())
                .isEqualTo(2);
        assertThat(CapturedRun.of("registry", "unlock", registry.toString()).out())
                .contains("There was no claim.");
        assertThat(CapturedRun.of("registry").err()).contains("expected list, show, promote");
    }
}
