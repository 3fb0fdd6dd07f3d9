package io.lockstep.report.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.error.ConfigException;
import io.lockstep.nn.Activation;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import io.lockstep.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The event files, read by Google's protobuf. */
class TensorBoardTest {
    private static final Configuration HADOOP = new Configuration();
    private static final Instant BEGAN = Instant.parse("2026-03-01T10:20:30.456Z");

    @TempDir
    Path dir;

    private final List<String> warnings = new ArrayList<>();

    private TensorBoard board() {
        return new TensorBoard(dir.toString(), "my digits/2", HADOOP, warnings::add);
    }

    private Path run() {
        return dir.resolve("my_digits_2-20260301-102030-456");
    }

    private static TrainingListener.Step step(int step, double loss) {
        return new TrainingListener.Step(1, step, 1000, loss, 8, 0);
    }

    @Test
    void aFileBeginsWithTheBytesThatTensorFlowsBeginWith() throws IOException {
        try (EventFiles files = new EventFiles(new org.apache.hadoop.fs.Path(dir.toString()), HADOOP)) {
            files.write(new Event().scalar("a", 1).at(2e9, 1));
        }
        try (Stream<Path> files = Files.list(dir)) {
            byte[] bytes = Files.readAllBytes(files.findFirst().orElseThrow());
            // the length 24 and its checksum, as every event file of TensorFlow has them
            assertThat(HexFormat.of().formatHex(bytes, 0, 13)).isEqualTo("1800000000000000a37f4b2209");
        }
    }

    @Test
    void whatWasFlushedIsThereBeforeTheFileEnds() throws IOException {
        try (EventFiles files = new EventFiles(new org.apache.hadoop.fs.Path(dir.toString()), HADOOP)) {
            files.write(new Event().scalar("a", 1.5).at(2e9, 7));
            files.flush();
            assertThat(EventReader.points(dir)).containsExactly(new EventReader.Point(7, "a", 1.5));
            files.write(new Event().scalar("a", 2.5).at(2e9, 8));
        }
        assertThat(EventReader.points(dir)).hasSize(2);
    }

    @Test
    void aPointIsTheMeanOfItsSteps() throws IOException {
        try (TensorBoard board = board()) {
            board.began(BEGAN, 0);
            for (int i = 1; i <= 1000; i++) {
                board.stepTaken(step(i, i));
            }
        }
        List<EventReader.Point> points = EventReader.points(run());
        assertThat(points).hasSize(100);
        assertThat(points.get(0)).isEqualTo(new EventReader.Point(10, "loss/batch", 5.5));
        assertThat(points.get(99)).isEqualTo(new EventReader.Point(1000, "loss/batch", 995.5));
        assertThat(EventReader.starts(run())).isEmpty();
        assertThat(warnings).isEmpty();
    }

    @Test
    void aRunThatGoesOnDiscardsWhatCameAfterItsCheckpoint() throws IOException {
        try (TensorBoard board = board()) {
            board.began(BEGAN, 0);
            board.stepTaken(new TrainingListener.Step(1, 1, 1, 3, 8, 0));
        }
        try (TensorBoard board = board()) {
            board.began(BEGAN, 40);
            board.stepTaken(new TrainingListener.Step(2, 1, 1, 4, 8, 0));
        }
        assertThat(EventReader.starts(run())).containsExactly(41L);
        assertThat(EventReader.points(run()))
                .containsExactlyInAnyOrder(
                        new EventReader.Point(1, "loss/batch", 3.0), new EventReader.Point(41, "loss/batch", 4.0));
    }

    @Test
    void histogramsHoldEachParameterAndGradientOnce() throws IOException {
        NetworkSpec network = new NetworkSpec(
                new Shape.Vector(3),
                List.of(
                        new LayerSpec.Dense(4),
                        new LayerSpec.Activate(Activation.of(Activation.Kind.RELU)),
                        new LayerSpec.Dense(1)),
                Loss.HALVED_SQUARED);
        Random random = new Random(2);
        float[] theta = new float[network.parameterCount()];
        float[] gradient = new float[theta.length];
        for (int i = 0; i < theta.length; i++) {
            theta[i] = (float) random.nextGaussian();
            gradient[i] = 64 * i;
        }
        try (TensorBoard board = board()) {
            board.began(BEGAN, 0);
            board.lookedInto(new TrainingListener.Look(network, theta, gradient, 64));
            // the arrays are the training's, which goes on
            Arrays.fill(theta, 0);
            Arrays.fill(gradient, 0);
        }
        List<EventReader.Point> points = EventReader.points(run());
        assertThat(points)
                .extracting(EventReader.Point::tag)
                .containsExactly(
                        "weights/layer_1_weight",
                        "gradients/layer_1_weight",
                        "weights/layer_1_bias",
                        "gradients/layer_1_bias",
                        "weights/layer_2_weight",
                        "gradients/layer_2_weight",
                        "weights/layer_2_bias",
                        "gradients/layer_2_bias");
        assertThat(points).allMatch(point -> point.step() == 0);
        EventReader.Point dW = points.get(1);
        assertThat(dW.number("num")).isEqualTo(12);
        assertThat(dW.number("min")).isEqualTo(0);
        assertThat(dW.number("max")).isEqualTo(11);
        // 0 + 1 + … + 11, and their squares
        assertThat(dW.number("sum")).isEqualTo(66);
        assertThat(dW.number("sum_squares")).isEqualTo(506);
    }

    @Test
    void aBinHoldsWhatIsBelowItsLimitAndNotBelowTheOneBefore() throws IOException {
        Random random = new Random(3);
        float[] values = new float[500];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(12) - 8));
        }
        values[0] = 0;
        values[1] = -0f;
        values[2] = Float.NaN;
        values[3] = Float.NEGATIVE_INFINITY;
        values[4] = Float.MAX_VALUE;
        Histogram histogram = new Histogram();
        histogram.add(values, 0, values.length, 1);
        try (EventFiles files = new EventFiles(new org.apache.hadoop.fs.Path(dir.toString()), HADOOP)) {
            files.write(new Event().histogram("h", histogram).at(2e9, 1));
        }
        EventReader.Point point = EventReader.points(dir).get(0);
        List<Double> limits = point.numbers("bucket_limit");
        List<Double> counts = point.numbers("bucket");
        assertThat(limits).hasSameSizeAs(counts).isSorted().hasSizeLessThan(500);
        double before = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < limits.size(); i++) {
            double count = 0;
            for (float value : values) {
                count += Float.isFinite(value) && value >= before && value < limits.get(i) ? 1 : 0;
            }
            assertThat(counts.get(i)).as("below %s", limits.get(i)).isEqualTo(count);
            before = limits.get(i);
            // neighbours grow by a tenth: a bin with something in it is that narrow
            boolean narrow =
                    i == 0 || Math.abs(limits.get(i) - limits.get(i - 1)) < 0.1001 * Math.abs(limits.get(i)) + 2e-12;
            assertThat(count == 0 || narrow || limits.get(i) == Double.MAX_VALUE)
                    .isTrue();
        }
        assertThat(point.number("num")).isEqualTo(498);
        double sum = 0;
        for (float value : values) {
            sum += Float.isFinite(value) ? value : 0;
        }
        assertThat(point.number("sum")).isCloseTo(sum, within(1e-12 * Math.abs(sum)));
    }

    @Test
    void aDiskThatFailsIsToldOfOnceAndEndsNothing() throws IOException {
        try (TensorBoard board = board()) {
            Files.writeString(run(), "in the way");
            board.began(BEGAN, 0);
            for (int i = 1; i <= 1000; i++) {
                board.stepTaken(step(i, 1));
            }
            board.ended(null);
            board.ended(null);
        }
        assertThat(warnings).hasSize(1);
        assertThat(warnings.get(0))
                .startsWith("TensorBoard's files in " + dir + " cannot be written (")
                .endsWith("), and there will be no more of them");
    }

    @Test
    void aFolderThatCannotBeMadeIsRefusedAtOnce() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "");
        assertThatThrownBy(() -> new TensorBoard(file.toString(), "m", HADOOP, warnings::add))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("--tensorboard: the folder " + file + " cannot be written: ");
    }
}
