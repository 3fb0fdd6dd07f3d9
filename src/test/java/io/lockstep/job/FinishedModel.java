package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.model.LoadedModel;
import io.lockstep.model.ModelIo;
import io.lockstep.nn.ReferenceNetwork;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** A model that a training has left in {@code directory}, as the commands use it. */
record FinishedModel(Path directory) {

    static JsonNode json(Path file) throws IOException {
        return new ObjectMapper().readTree(file.toFile());
    }

    /** What the training wrote of its test rows. */
    JsonNode testMetrics() throws IOException {
        return json(directory.resolve("metrics.json")).get("test");
    }

    /** What {@code evaluate} writes of {@code data}. */
    JsonNode evaluated(Path data, Path out) throws IOException {
        assertThat(Lockstep.run("evaluate", directory.toString(), "--data", data.toString(), "--out", out.toString()))
                .isZero();
        return json(out).get("metrics");
    }

    /** Evaluates the test rows, whose metrics are those of the training. */
    void requireTestMetricsOf(Path data, Path out) throws IOException {
        JsonNode expected = testMetrics();
        JsonNode found = evaluated(data, out);
        assertThat(found.fieldNames()).toIterable().containsExactlyElementsOf(expected::fieldNames);
        assertThat(found.get("confusion")).isEqualTo(expected.get("confusion"));
        for (var metric : expected.properties()) {
            if (metric.getValue().isNumber()) {
                double value = metric.getValue().asDouble();
                // the rows come in another order, which may move the last bit of a float32 prediction
                assertThat(found.get(metric.getKey()).asDouble())
                        .as(metric.getKey())
                        .isCloseTo(value, within(1e-6 * Math.max(1e-3, Math.abs(value))));
            }
        }
    }

    /** What {@code predict} writes, in the format of {@code out}'s name. */
    Dataset<Row> predicted(Path data, Path out) {
        assertThat(Lockstep.run("predict", directory.toString(), "--data", data.toString(), "--out", out.toString()))
                .isZero();
        String name = out.getFileName().toString();
        return TestSpark.session()
                .read()
                .option("header", "true")
                .option("inferSchema", "true")
                .format(name.contains(".") ? name.substring(name.lastIndexOf('.') + 1) : "parquet")
                .load(out.toString());
    }

    LoadedModel loaded() {
        return ModelIo.read(
                directory.toString(), TestSpark.session().sparkContext().hadoopConfiguration());
    }

    /** One row of columns a and b through the reference network, normalized here by the model's μ and σ. */
    static double[] outputs(LoadedModel model, Row row) {
        double[] means = model.description().normalization().means();
        double[] deviations = model.description().normalization().deviations();
        double[] x = {row.<Double>getAs("a"), row.<Double>getAs("b")};
        for (int i = 0; i < x.length; i++) {
            x[i] = (x[i] - means[i]) / deviations[i];
        }
        double[] theta = new double[model.theta().length];
        for (int i = 0; i < theta.length; i++) {
            theta[i] = model.theta()[i];
        }
        return new ReferenceNetwork(model.description().network()).outputs(theta, x, 1);
    }
}
