package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that were made with known faults, and what {@code lockstep check} says of them. */
class CheckCommandTest {
    @TempDir
    private Path dir;

    private CapturedRun check(String yaml, String... more) throws IOException {
        Path config = Files.writeString(dir.resolve("c.yaml"), yaml + "output: " + dir.resolve("never") + "\n");
        List<String> arguments = new ArrayList<>(List.of("check", config.toString(), "--json", json().toString()));
        arguments.addAll(List.of(more));
        return CapturedRun.of(arguments.toArray(String[]::new));
    }

    private Path json() {
        return dir.resolve("found.json");
    }

    private JsonNode found() throws IOException {
        return new ObjectMapper().readTree(json().toFile());
    }

    private static List<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static void fits(CapturedRun run) {
        assertThat(run.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    /** 600 rows: two sound columns, a constant one, a copy, one that is the label in other words; 1 row in 20 is "yes". */
    private Path faulty() throws IOException {
        Random random = new Random(5);
        List<String> lines = new ArrayList<>(List.of("a,b,fixed,b_again,told,word,y"));
        for (int i = 0; i < 600; i++) {
            boolean yes = i % 20 == 0;
            double a = random.nextGaussian() + (yes ? 1 : 0);
            double b = random.nextGaussian();
            lines.add(String.format(
                    Locale.ROOT,
                    "%.5f,%.5f,7,%.5f,%.3f,%s,%s",
                    a,
                    b,
                    b,
                    yes ? 10 + random.nextDouble() : random.nextDouble(),
                    random.nextBoolean() ? "red" : "blue",
                    yes ? "yes" : "no"));
        }
        return Files.write(dir.resolve("faulty.csv"), lines);
    }

    @Test
    void eachFaultOfATableIsNamed() throws IOException {
        CapturedRun run = check("task: classification\nnetwork: [{ dense: 8, activation: relu }]\n"
                + "training: { batch_size: 64, l2: 0.5 }\ndata: { train: " + faulty() + ", label: y,"
                + " split: { train: 1, dev: 0, test: 0 } }\n");
        assertThat(run.code()).as(run.err()).isZero();
        fits(run);
        assertThat(texts(found().get("warnings")))
                .anySatisfy(text -> assertThat(text).startsWith("constant in the training rows: \"fixed\" (7)."))
                .anySatisfy(text ->
                        assertThat(text).startsWith("equal columns in every training row: \"b_again\" is \"b\"."))
                .anySatisfy(text -> assertThat(text)
                        .startsWith("imbalanced classes: \"yes\" has 30 training rows, \"no\" 570, 19 times as many."
                                + " Set training.class_weights: balanced"))
                .anySatisfy(text ->
                        assertThat(text).startsWith("suspicious: column \"told\" alone predicts \"y\": AUC 1.0000."))
                .filteredOn(text -> text.contains("alone predicts") || text.contains("constant in"))
                .hasSize(2);
        JsonNode table = found().get("tables").get(0);
        assertThat(table.get("rows").get("train").asLong()).isEqualTo(600);
        assertThat(table.get("classes").get("train").get("yes").asLong()).isEqualTo(30);
        assertThat(table.get("columns").get(3).get("same_as").asText()).isEqualTo("b");
        assertThat(table.get("columns").get(5).get("role").asText()).isEqualTo("categorical");
        assertThat(table.get("columns").get(6).get("role").asText()).isEqualTo("label");
        assertThat(found().get("features").asInt()).isEqualTo(7);
        assertThat(Files.exists(dir.resolve("never")))
                .as("a check trains no model")
                .isFalse();
    }

    @Test
    void theStepAndItsGradientAreChecked() throws IOException {
        CapturedRun run = check("task: classification\nnetwork: [{ dense: 8, activation: tanh, dropout: 0.3 }]\n"
                + "shards: 4\nsync: driver\ntraining: { batch_size: 50, l2: 0.5, l1: 0.1 }\ndata: { train: " + faulty()
                + ", label: y, split: { train: 1, dev: 0, test: 0 } }\n");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode step = found().get("step");
        // 7 features: (7 + 1)·8 + 8 + 1
        assertThat(step.get("parameters").asInt()).isEqualTo(73);
        assertThat(step.get("steps_per_epoch").asInt()).isEqualTo(12);
        assertThat(step.get("rows_per_slice").asInt()).isEqualTo(13);
        assertThat(step.get("sync").asText()).isEqualTo("driver");
        // forward and dW: 2·W each; dA: 2·W of the upper layer
        assertThat(step.get("flop").asDouble()).isEqualTo(50.0 * (4 * 56 + 6 * 8));
        JsonNode gradient = found().get("gradient_check");
        for (String when : List.of("initial", "later")) {
            assertThat(gradient.get(when).get("verdict").asText()).isEqualTo("good");
            assertThat(gradient.get(when).get("compared").asInt()).isEqualTo(73);
            assertThat(gradient.get(when).get("relative_difference").asDouble()).isLessThan(1e-5);
        }
        assertThat(gradient.get("later").get("worst"))
                .as("the weights have moved")
                .isNotEqualTo(gradient.get("initial").get("worst"));
        assertThat(run.out())
                .contains("at initialization: good, relative difference ")
                .contains("after 20 steps: good")
                .containsPattern("    [12] (weight|bias) \\[\\d+, \\d+]  -?\\d\\.\\d+e");
        assertThat(found().get("memory")).hasSize(2).allSatisfy(need -> assertThat(
                        need.get("needed_bytes").asLong())
                .isPositive()
                .isLessThan(need.get("there_bytes").asLong()));
    }

    @Test
    void allHolesAreCountedAndTheDataIsRefused() throws IOException {
        List<String> lines = new ArrayList<>(List.of("a,b,c,y"));
        for (int i = 0; i < 120; i++) {
            lines.add((i % 10 == 0 ? "" : i) + "," + (i % 30 == 0 ? "" : i * i) + "," + i % 7 + ","
                    + (i % 2 == 0 ? "p" : "q"));
        }
        Path table = Files.write(dir.resolve("holes.csv"), lines);
        CapturedRun run = check("task: classification\ndata: { train: " + table + ", label: y, missing: error }\n");
        assertThat(run.code()).isEqualTo(3);
        fits(run);
        assertThat(run.err()).startsWith("lockstep: column \"").contains("expected a value, found none");
        assertThat(texts(found().get("warnings")))
                .singleElement()
                .asString()
                .startsWith("missing values in data.train: \"a\" (12), \"b\" (4).")
                .contains("data.missing: impute");
        assertThat(texts(found().get("errors"))).hasSize(1);
        long missing = 0;
        for (JsonNode count : found().get("tables").get(0).get("columns").get(0).get("missing")) {
            missing += count.asLong();
        }
        assertThat(missing).isEqualTo(12);
    }

    @Test
    void holesThatAreFilledInAreCountedAndFine() throws IOException {
        List<String> lines = new ArrayList<>(List.of("a,y"));
        for (int i = 0; i < 200; i++) {
            lines.add((i % 10 == 0 ? "" : i % 9) + "," + (i % 7 < 3 ? "p" : "q"));
        }
        Path table = Files.write(dir.resolve("filled.csv"), lines);
        CapturedRun run = check("task: classification\nshards: 4\ndata: { train: " + table
                + ", label: y, missing: impute, split: { train: 1, dev: 0, test: 0 } }\n");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(texts(found().get("warnings"))).noneMatch(text -> text.contains("missing"));
        JsonNode column = found().get("tables").get(0).get("columns").get(0);
        assertThat(column.get("missing").get("train").asLong()).isEqualTo(20);
        // the number and its indicator
        assertThat(found().get("features").asInt()).isEqualTo(2);
    }

    @Test
    void rowsWithEachOfSeveralLabelsAreCounted() throws IOException {
        Random random = new Random(2);
        List<String> lines = new ArrayList<>(List.of("a,b,importance,red,big"));
        int red = 0;
        for (int i = 0; i < 300; i++) {
            int isRed = random.nextInt(3) == 0 ? 1 : 0;
            red += isRed;
            lines.add(random.nextGaussian() + "," + random.nextGaussian() + "," + (1 + i % 2) + "," + isRed + ","
                    + random.nextInt(2));
        }
        Path table = Files.write(dir.resolve("labels.csv"), lines);
        CapturedRun run = check("task: multilabel\nshards: 4\ndata: { train: " + table
                + ", label: [red, big], weight: importance, split: { train: 1, dev: 0, test: 0 } }\n");
        assertThat(run.code()).as(run.err()).isZero();
        fits(run);
        assertThat(texts(found().get("warnings"))).isEmpty();
        JsonNode first = found().get("tables").get(0);
        assertThat(first.get("classes").get("train").get("red").asInt()).isEqualTo(red);
        assertThat(first.get("columns").get(2).get("role").asText()).isEqualTo("weight");
        assertThat(first.get("columns").get(4).get("role").asText()).isEqualTo("label");
        assertThat(found().get("features").asInt()).isEqualTo(2);
        assertThat(found().get("gradient_check").get("verdict").asText()).isEqualTo("good");
    }

    @Test
    void aSoundTableHasNoWarnings() throws IOException {
        Random random = new Random(9);
        List<String> lines = new ArrayList<>(List.of("a,b,word,price"));
        for (int i = 0; i < 500; i++) {
            double a = random.nextGaussian();
            lines.add(String.format(
                    Locale.ROOT,
                    "%.4f,%.4f,%s,%.3f",
                    a,
                    random.nextGaussian(),
                    random.nextBoolean() ? "x" : "y",
                    100 + 10 * a + 5 * random.nextGaussian()));
        }
        Path table = Files.write(dir.resolve("sound.csv"), lines);
        CapturedRun run =
                check("task: regression\nshards: 4\nnetwork: [{ dense: 8, activation: relu }]\ndata: { train: " + table
                        + ", label: price, target: standard, split: { train: 1, dev: 0, test: 0 } }\n");
        assertThat(run.code()).as(run.err()).isZero();
        fits(run);
        assertThat(texts(found().get("warnings"))).isEmpty();
        assertThat(run.out()).contains("Fine: nothing to warn of.").contains("No column alone predicts a label");
        double[] prices = lines.stream()
                .skip(1)
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(',') + 1)))
                .sorted()
                .toArray();
        JsonNode target = found().get("tables").get(0).get("targets").get("price");
        double mean = java.util.Arrays.stream(prices).average().orElseThrow();
        assertThat(target.get("mean").asDouble()).isCloseTo(mean, within(1e-9));
        assertThat(target.get("min").asDouble()).isEqualTo(prices[0]);
        assertThat(target.get("max").asDouble()).isEqualTo(prices[499]);
        // quantiles are right to a thousandth of the ranks
        assertThat(target.get("median").asDouble()).isBetween(prices[248], prices[251]);
    }

    @Test
    void rowsThatTwoFilesShareAreCounted() throws IOException {
        List<String> train = new ArrayList<>(List.of("a,y"));
        List<String> exam = new ArrayList<>(List.of("a,y"));
        for (int i = 0; i < 100; i++) {
            train.add(i + "," + (i % 3 == 0 ? "p" : "q"));
        }
        train.add(train.get(1));
        train.add(train.get(1));
        for (int i = 90; i < 130; i++) {
            exam.add(i + "," + (i % 3 == 0 ? "p" : "q"));
        }
        CapturedRun run = check("task: classification\ndata: { train: " + Files.write(dir.resolve("t.csv"), train)
                + ", test: " + Files.write(dir.resolve("e.csv"), exam) + ", label: y }\n");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(found().get("duplicate_rows").asLong()).isEqualTo(2);
        assertThat(found().get("rows_shared_by_train_and_test").asLong()).isEqualTo(10);
        assertThat(texts(found().get("warnings"))).anySatisfy(text -> assertThat(text)
                .startsWith("10 different rows of data.test are in data.train as well"));
        assertThat(run.out()).contains("so equal rows are never in").contains("two sets of one file");
    }

    @Test
    void aMistakeInTheConfigEndsWithTwo() throws IOException {
        CapturedRun run = check("task: classification\nnetwrok: []\ndata: { train: a.csv, label: y }\n");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("netwrok");
    }
}
