package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.config.ConfigReader;
import io.lockstep.config.LockstepConfig;
import io.lockstep.config.Task;
import io.lockstep.config.TrainingConfig;
import io.lockstep.nn.Network;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.ParameterBlock;
import io.lockstep.nn.TrainingPass;
import io.lockstep.optim.Optimizer;
import io.lockstep.optim.Regularization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fifty steps of the engine against fifty steps of PyTorch 2.7.1 in float64, from the same start on the same data. The
 * golden files hold the config, the start, and what PyTorch made of it; {@code scripts/golden} makes them.
 */
class GoldenTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** ‖θ − θ̂‖/‖θ̂‖. Float32 makes 2·10⁻⁷ of it, clipping 10⁻⁶ (PyTorch adds 10⁻⁶ to the norm); 10⁻⁴ is promised. */
    private static final double WHOLE = 1e-5;

    /**
     * Of each element. A step rounds θ to half an ulp, 6·10⁻⁸ of |θ| ≤ 2; fifty of them, and as much from the gradient,
     * come to 6·10⁻⁶ at most, and nets this small and smooth multiply an error by little in fifty steps.
     */
    private static final double ELEMENT = 1e-5;

    private static Path directory() {
        try {
            return Path.of(GoldenTest.class.getResource("/golden").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals("data.json"))
                    .sorted()
                    .toList();
        }
    }

    private static JsonNode read(String name) {
        try {
            return JSON.readTree(directory().resolve(name).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void allOptimizersSchedulesLossesAndActivationsAreThere() throws IOException {
        String all = String.join(" ", names());
        for (String technique : List.of(
                "sgd momentum nesterov rmsprop adam adamw l2-sgd l2-adam l1 clip-norm clip-value warm-up",
                "schedule-inverse-time schedule-exponential schedule-inverse-sqrt schedule-step schedule-cosine",
                "loss-softmax loss-sigmoid loss-squared loss-huber loss-multilabel loss-squared-several loss-softmax-weighted",
                "deep-relu deep-leaky-relu deep-tanh deep-sigmoid",
                "batch-norm-before batch-norm-after")) {
            assertThat(all).contains(technique.split(" "));
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void fiftyStepsGiveTheParametersOfPyTorch(String name) {
        JsonNode golden = read(name);
        LockstepConfig config = ConfigReader.read(golden.get("config").toString(), name, List.of());
        TrainingConfig training = config.training();
        JsonNode data = read("data.json");
        NetworkSpec spec = network(config, golden, data);
        JsonNode rates = golden.get("learning_rates");
        int batch = Math.toIntExact(training.batchSize().rows(data.get("x").size()));
        BatchPlan plan = new BatchPlan(data.get("x").size(), batch, 1);
        LearningRate rate = new LearningRate(
                training.optimizer().learningRate(), training.schedule(), training.warmupEpochs(), training.epochs());
        Optimizer optimizer = new Optimizer(
                training.optimizer(),
                new Regularization(
                        training.l2(), training.l1(), training.clipNorm(), training.clipValue(), plan.examples()),
                spec);
        Network network = new Network(spec, batch);
        float[] theta = theta(spec, golden.get("start"));
        double greatestLossError = 0;
        for (int step = 0; step < rates.size(); step++) {
            int epoch = 1 + step / plan.steps();
            int ofEpoch = step % plan.steps();
            double alpha = rate.at(epoch, ofEpoch, plan.steps());
            // the same formula in another order of operations
            assertThat(alpha).as("α of step %d", step).isCloseTo(rates.get(step).asDouble(), within(1e-14));
            int from = plan.start(0, ofEpoch);
            int m = Math.toIntExact(plan.rows(ofEpoch));
            float[] gradient = new float[theta.length];
            float[] x = columns(data.get("x"), from, m, spec.input().size());
            float[] y = targets(data.get(golden.get("target").asText()), from, m, spec);
            TrainingPass pass = new TrainingPass(1, epoch, ofEpoch, 0, 0);
            double loss = golden.get("weighted").asBoolean()
                    ? network.addGradient(theta, x, y, columns(data.get("weights"), from, m, 1), m, pass, gradient)
                    : network.addGradient(theta, x, y, m, pass, gradient);
            double expected = golden.get("losses").get(step).asDouble();
            greatestLossError = Math.max(greatestLossError, Math.abs(loss / m - expected) / expected);
            optimizer.step(theta, gradient, m, alpha);
        }
        assertThat(greatestLossError).as("relative error of a loss").isLessThan(WHOLE);
        requireClose(theta, theta(spec, golden.get("end")));
        assertThat(relativeDifference(theta(spec, golden.get("start")), theta(spec, golden.get("end"))))
                .as("fifty steps lead somewhere")
                .isGreaterThan(1000 * WHOLE);
    }

    private static void requireClose(float[] theta, float[] expected) {
        assertThat(relativeDifference(theta, expected)).isLessThan(WHOLE);
        for (int i = 0; i < theta.length; i++) {
            assertThat((double) theta[i]).as("θ[%d]", i).isCloseTo(expected[i], within(ELEMENT));
        }
    }

    private static NetworkSpec network(LockstepConfig config, JsonNode golden, JsonNode data) {
        int classes = 0;
        if (config.task() == Task.CLASSIFICATION) {
            classes = golden.get("target").asText().equals("class") ? 3 : 2;
        }
        return Networks.of(config, data.get("x").get(0).size(), classes);
    }

    /** θ of the file's tensors, whose weights lie there by rows and in θ by columns. */
    private static float[] theta(NetworkSpec spec, JsonNode tensors) {
        float[] theta = new float[spec.parameterCount()];
        for (ParameterBlock block : spec.parameters()) {
            JsonNode tensor = tensors.get(block.tensorName());
            assertThat(tensor).as(block.tensorName()).hasSize(block.size());
            for (int i = 0; i < block.rows(); i++) {
                for (int k = 0; k < block.columns(); k++) {
                    theta[block.offset() + k * block.rows() + i] =
                            tensor.get(i * block.columns() + k).floatValue();
                }
            }
        }
        return theta;
    }

    private static float[] targets(JsonNode rows, int from, int m, NetworkSpec spec) {
        return columns(rows, from, m, spec.loss().targets(spec.outputs()));
    }

    /** The first {@code width} numbers of m rows, a row behind the other. */
    private static float[] columns(JsonNode rows, int from, int m, int width) {
        float[] columns = new float[m * width];
        for (int j = 0; j < m; j++) {
            for (int k = 0; k < width; k++) {
                columns[j * width + k] = rows.get(from + j).get(k).floatValue();
            }
        }
        return columns;
    }

    private static double relativeDifference(float[] actual, float[] expected) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < actual.length; i++) {
            difference += Math.pow((double) actual[i] - expected[i], 2);
            size += Math.pow(expected[i], 2);
        }
        return Math.sqrt(difference / size);
    }
}
