package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.report.tensorboard.EventReader;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a training looks like from outside: in Spark's UI and in TensorBoard. */
class JobNamesTest {
    @TempDir
    Path dir;

    private final SparkContext spark = TestSpark.session().sparkContext();
    private final Names names = new Names();

    /** The names of jobs and stages. */
    private static final class Names extends SparkListener {
        private final Set<String> jobs = new ConcurrentSkipListSet<>();
        private final Set<String> stages = new ConcurrentSkipListSet<>();

        @Override
        public void onJobStart(SparkListenerJobStart job) {
            jobs.add(String.valueOf(job.properties().getProperty("spark.job.description")));
        }

        @Override
        public void onStageSubmitted(SparkListenerStageSubmitted stage) {
            stages.add(stage.stageInfo().name());
        }
    }

    @BeforeEach
    void listen() {
        spark.addSparkListener(names);
    }

    @AfterEach
    void stop() {
        spark.removeSparkListener(names);
    }

    private Set<String> run(String... arguments) throws Exception {
        names.jobs.clear();
        names.stages.clear();
        CapturedRun run = CapturedRun.of(arguments);
        assertThat(run.code()).as(run.err()).isZero();
        spark.listenerBus().waitUntilEmpty(60_000);
        for (String name : names.stages) {
            assertThat(name).doesNotContain(".java:").doesNotContain(".scala:").doesNotContain(" at ");
        }
        assertThat(names.stages).isNotEmpty().isSubsetOf(names.jobs);
        return Set.copyOf(names.jobs);
    }

    private Path config(String sync) throws IOException {
        Random random = new Random(4);
        StringBuilder lines = new StringBuilder("a,b,y\n");
        for (int i = 0; i < 120; i++) {
            double a = random.nextGaussian();
            lines.append(a).append(',').append(random.nextGaussian()).append(a > 0 ? ",yes\n" : ",no\n");
        }
        Files.writeString(dir.resolve("d.csv"), lines);
        return Files.writeString(
                dir.resolve("c.yaml"),
                "name: digits\ntask: classification\ndata: { train: " + dir + "/d.csv, label: y }\n"
                        + "network: [ { dense: 4 } ]\ntraining: { epochs: 2, batch_size: 32, early_stopping: null }\n"
                        + "sync: " + sync + "\nshards: 2\noutput: " + dir + "/model\n");
    }

    @Test
    void everyJobAndStageIsNamedByWhatItIsFor() throws Exception {
        String config = config("driver").toString();
        assertThat(run("train", config))
                .contains(
                        "digits: columns of data.train",
                        "digits: survey of the training rows",
                        "digits: sort rows into their order",
                        "digits: statistics of the training rows",
                        "digits: epoch 1, step 1 of 3",
                        "digits: epoch 2, step 3 of 3",
                        "digits: epoch 2, dev: score")
                .anyMatch(name -> name.startsWith("digits: evaluate test"))
                .allMatch(name -> name.startsWith("digits: "));
        assertThat(run("train", config, "--set", "sync=barrier"))
                .contains("digits: epoch 1 and on, barrier, from step 1 of 3")
                .allMatch(name -> name.startsWith("digits: "));
        assertThat(run("evaluate", dir + "/model", "--data", dir + "/d.csv", "--by", "a"))
                .contains("evaluate digits: values of a", "evaluate digits: metrics")
                .allMatch(name -> name.startsWith("evaluate digits: "));
        assertThat(run("predict", dir + "/model", "--data", dir + "/d.csv", "--out", dir + "/p"))
                .contains("predict digits: score rows")
                .allMatch(name -> name.startsWith("predict digits: "));
        assertThat(run("check", config)).allMatch(name -> name.startsWith("check digits: "));
        assertThat(spark.getLocalProperty("spark.job.description")).isNull();
    }

    @Test
    void tensorBoardSeesTheNumbersOfTheModelsMetrics() throws Exception {
        Path events = dir.resolve("events");
        run("train", config("barrier").toString(), "--tensorboard", events.toString());
        JsonNode epoch = new ObjectMapper()
                .readTree(dir.resolve("model/metrics.json").toFile())
                .get("epochs")
                .get(1);
        Path folder = only(events);
        assertThat(folder.getFileName().toString()).matches("digits-\\d{8}-\\d{6}-\\d{3}");
        List<EventReader.Point> points = EventReader.points(folder);
        Map<String, Double> last = EventReader.last(points);
        JsonNode layer = epoch.get("health").get("layers").get(1);
        // float32, as TensorBoard has them
        Map.of(
                        "loss/train", "/train_loss",
                        "loss/dev", "/dev_loss",
                        "accuracy/dev", "/dev_accuracy",
                        "learning_rate", "/learning_rate",
                        "gradient_norm/layer_2", "/health/layers/1/gradient_norm",
                        "update_norm/layer_1", "/health/layers/0/update_norm")
                .forEach((tag, pointer) -> assertThat(last.get(tag))
                        .as(tag)
                        .isCloseTo(
                                epoch.at(pointer).asDouble(),
                                within(1e-6 * Math.abs(epoch.at(pointer).asDouble()))));
        assertThat(points.stream()
                        .filter(point -> point.tag().equals("weights/layer_2_weight"))
                        .map(EventReader.Point::step))
                .containsExactly(0L, 3L, 6L);
        // ‖dW, db‖² of the layer from both histograms
        double squares = points.stream()
                .filter(point -> point.step() == 6 && point.tag().startsWith("gradients/layer_2"))
                .mapToDouble(point -> point.number("sum_squares"))
                .sum();
        double norm = layer.get("gradient_norm").asDouble();
        assertThat(Math.sqrt(squares)).isCloseTo(norm, within(1e-6 * norm));
        assertThat(points.stream().filter(point -> point.tag().equals("loss/batch")))
                .hasSize(6);

        run(
                "train",
                config("barrier").toString(),
                "--tensorboard",
                events.toString(),
                "--resume",
                "--set",
                "training.epochs=3");
        assertThat(only(events)).isEqualTo(folder);
        assertThat(EventReader.starts(folder)).containsExactly(7L);
        assertThat(EventReader.points(folder))
                .anyMatch(point -> point.step() == 9 && point.tag().equals("loss/train"));
    }

    private static Path only(Path folder) throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            List<Path> all = found.toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }
}
