package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.SaveMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code evaluate --by}, beside {@code evaluate} on the rows of each slice alone. */
class EvaluateByTest {
    private static final int ROWS = 400;

    @TempDir
    Path directory;

    private Path model;

    private record Person(
            double a, double b, String kind, String town, String visits, String born, boolean member, int id) {
        String line() {
            return String.format(
                    Locale.ROOT, "%.4f,%.4f,%s,%s,%s,%s,%s,%d", a, b, kind, town, visits, born, member, 1 + id % 3);
        }
    }

    private static List<Person> people() {
        Random random = new Random(3);
        List<Person> people = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            double a = random.nextGaussian();
            double b = random.nextGaussian();
            people.add(new Person(
                    a,
                    b,
                    a + b + 0.3 * random.nextGaussian() > 0 ? "yes" : "no",
                    List.of("Aachen", "Bonn", "").get(random.nextInt(3)),
                    random.nextInt(9) == 0 ? "" : Integer.toString(random.nextInt(1000)),
                    "2024-0" + (1 + random.nextInt(3)) + "-01",
                    random.nextBoolean(),
                    i));
        }
        return people;
    }

    private Path write(String name, List<Person> people) throws IOException {
        List<String> lines = new ArrayList<>(List.of("a,b,kind,town,visits,born,member,heft"));
        people.forEach(person -> lines.add(person.line()));
        return Files.write(directory.resolve(name + ".csv"), lines);
    }

    @BeforeEach
    void session() {
        TestSpark.session();
        model = directory.resolve("model");
    }

    private void train(String data) throws IOException {
        Path config = Files.writeString(
                directory.resolve("c.yaml"),
                "task: classification\ntraining: { epochs: 3, batch_size: 64 }\ndata: { train: "
                        + write("train", people().subList(0, 200)) + ", features: [a, b], label: kind" + data
                        + " }\noutput: "
                        + model + "\n");
        assertThat(Lockstep.run("train", config.toString())).isZero();
    }

    private JsonNode evaluate(Path data, String... more) throws IOException {
        Path out = directory.resolve("out.json");
        List<String> arguments = new ArrayList<>(
                List.of("evaluate", model.toString(), "--data", data.toString(), "--out", out.toString()));
        arguments.addAll(List.of(more));
        assertThat(Lockstep.run(arguments.toArray(String[]::new))).isZero();
        return new ObjectMapper().readTree(out.toFile()).get("metrics");
    }

    private void check(JsonNode slices, Map<String, List<Person>> expected) throws IOException {
        assertThat(slices.get("values").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrderElementsOf(expected.keySet());
        for (Map.Entry<String, List<Person>> slice : expected.entrySet()) {
            JsonNode found = slices.get("values").get(slice.getKey());
            JsonNode alone = evaluate(write("slice", slice.getValue()));
            assertThat(found.get("examples").asLong())
                    .isEqualTo(slice.getValue().size());
            for (String name : List.of("loss", "accuracy", "f1_macro", "auc", "auc_pr", "ece")) {
                // in passes of other shapes, products round otherwise
                assertThat(found.get(name).asDouble())
                        .as(slice.getKey() + " " + name)
                        .isCloseTo(alone.get(name).asDouble(), within(1e-6));
            }
            assertThat(found.get("intervals").has("accuracy")).isTrue();
        }
    }

    @Test
    void aSliceIsEvaluatedAsIfItWereAlone() throws IOException {
        train("");
        Path data = write("data", people());
        JsonNode metrics = evaluate(data, "--by", "town");
        assertThat(metrics.get("slices").get("column").asText()).isEqualTo("town");
        check(metrics.get("slices"), byTown());
        JsonNode whole = evaluate(data);
        whole.properties()
                .forEach(metric -> assertThat(metrics.get(metric.getKey())).isEqualTo(metric.getValue()));
        assertThat(whole.has("slices")).isFalse();
    }

    private static Map<String, List<Person>> byTown() {
        Map<String, List<Person>> towns = new TreeMap<>();
        people().forEach(person -> towns.computeIfAbsent(
                        person.town.isEmpty() ? "null" : person.town, town -> new ArrayList<>())
                .add(person));
        return towns;
    }

    @Test
    void aSliceLiesBehindTheWeightOfDenseAndOfSparseRows() throws IOException {
        for (String storage : List.of("dense", "sparse")) {
            train(", weight: heft, storage: " + storage);
            check(evaluate(write("data", people()), "--by", "town").get("slices"), byTown());
        }
    }

    @Test
    void manyNumbersAreCutAtTheirDeciles() throws IOException {
        train("");
        JsonNode slices = evaluate(write("data", people()), "--by", "visits").get("slices");
        long missing =
                people().stream().filter(person -> person.visits.isEmpty()).count();
        List<String> names = new ArrayList<>();
        slices.get("values").fieldNames().forEachRemaining(names::add);
        assertThat(names).hasSize(11).last().isEqualTo("null");
        assertThat(slices.get("values").get("null").get("examples").asLong()).isEqualTo(missing);
        assertThat(names.get(0)).startsWith("below ");
        assertThat(names.get(9)).endsWith(" and more");
        double least = Double.parseDouble(names.get(0).substring("below ".length()));
        assertThat(slices.get("values").get(names.get(0)).get("examples").asLong())
                .isEqualTo(people().stream()
                        .filter(person -> !person.visits.isEmpty() && Integer.parseInt(person.visits) < least)
                        .count())
                .isBetween((ROWS - missing) / 10 - 3, (ROWS - missing) / 10 + 3);
        assertThat(names.get(1)).startsWith(names.get(0).substring("below ".length()) + " to ");
    }

    @Test
    void daysAndTruthValuesMakeSlicesInAnyFormatAndOnAnyPartitions() throws IOException {
        train("");
        Path csv = write("data", people());
        Path parquet = directory.resolve("data.parquet");
        TestSpark.session()
                .read()
                .option("header", "true")
                .option("inferSchema", "true")
                .csv(csv.toString())
                .repartition(5)
                .write()
                .mode(SaveMode.Overwrite)
                .parquet(parquet.toString());
        for (String column : List.of("born", "member")) {
            JsonNode expected = evaluate(csv, "--by", column);
            assertThat(evaluate(parquet, "--by", column)).isEqualTo(expected);
            assertThat(expected.get("slices").get("values").size()).isEqualTo(column.equals("born") ? 3 : 2);
            assertThat(expected.get("slices").get("values").has(column.equals("born") ? "2024-02-01" : "true"))
                    .isTrue();
        }
    }

    @Test
    void ofManyTextsTheMostFrequentAreSlicesAndOfNamesNone() throws IOException {
        train("");
        List<String> lines = new ArrayList<>(List.of("a,b,kind,tag,name"));
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < 10_300; i++) {
            String tag = "t" + (i < 130 ? i : i % 100);
            counts.merge(tag, 1, Integer::sum);
            lines.add(String.format(
                    Locale.ROOT, "%.3f,%.3f,%s,%s,n%d", i % 7 / 7.0, i % 5 / 5.0, i % 2 == 0 ? "yes" : "no", tag, i));
        }
        Path data = Files.write(directory.resolve("many.csv"), lines);
        JsonNode values = evaluate(data, "--by", "tag").get("slices").get("values");
        assertThat(values.size()).isEqualTo(101);
        assertThat(values.get("other").get("examples").asInt()).isEqualTo(30);
        assertThat(values.get("t7").get("examples").asInt()).isEqualTo(counts.get("t7"));
        assertRefused(data, "name", "--by: column \"name\" has more than 10000 different values");
        assertRefused(data, "nme", "--by: no column \"nme\" in the data");
    }

    private void assertRefused(Path data, String column, String message) {
        CapturedRun run = CapturedRun.of("evaluate", model.toString(), "--data", data.toString(), "--by", column);
        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).contains(message);
    }

    @Test
    void slicesArePrintedTheWorstFirstInEightyColumns() throws IOException {
        train("");
        CapturedRun run = CapturedRun.of(
                "evaluate", model.toString(), "--data", write("data", people()).toString(), "--by", "visits");
        List<String> lines = run.out().lines().toList();
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        int header = lines.indexOf(lines.stream()
                .filter(line -> line.startsWith("visits "))
                .findFirst()
                .orElseThrow());
        List<Double> errors = lines.subList(header + 1, lines.size()).stream()
                .takeWhile(line -> !line.startsWith("Drift: "))
                .map(line -> Double.valueOf(line.substring(38, 50).strip()))
                .toList();
        assertThat(errors).hasSize(11).isSortedAccordingTo(java.util.Comparator.reverseOrder());
    }
}
