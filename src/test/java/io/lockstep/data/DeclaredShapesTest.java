package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.config.LockstepConfig;
import io.lockstep.error.DataException;
import io.lockstep.nn.Shape;
import io.lockstep.train.Networks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code data.image} and {@code data.audio} on numbers that a table has already. */
class DeclaredShapesTest {
    private static final int ROWS = 57;
    private static final int WIDTH = 12;

    @TempDir
    private Path dir;

    private final Random random = new Random(3);

    /** Columns of wildly different scales; the label is the last one. */
    private Path table() {
        List<String> lines = new ArrayList<>();
        lines.add(IntStream.range(0, WIDTH).mapToObj(i -> "x" + i).collect(Collectors.joining(",")) + ",y");
        for (int row = 0; row < ROWS; row++) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < WIDTH; i++) {
                line.append(i * 10 + random.nextInt(1 + i)).append(',');
            }
            lines.add(line.append(row % 3).toString());
        }
        return Sets.write(dir.resolve("t.csv"), lines.toArray(String[]::new));
    }

    private static LockstepConfig config(Path table, String shape) {
        return Sets.config("classification", "train: " + table, "label: y", "split: { train: 1 }", shape);
    }

    /** μ and σ of every {@code plane} neighbouring columns, by a plain sum over all their numbers. */
    private static void requirePooled(TrainingData data, int plane) {
        List<List<Float>> rows = Sets.stored(data.set(DataRole.TRAIN), 1);
        double[] means = data.preparation().normalization().means();
        double[] deviations = data.preparation().normalization().deviations();
        for (int i = 0; i < WIDTH; i++) {
            int from = i / plane * plane;
            double[] values = rows.stream()
                    .flatMap(row -> row.subList(from, from + plane).stream())
                    .mapToDouble(Float::doubleValue)
                    .toArray();
            double mean = IntStream.range(0, values.length)
                            .mapToDouble(j -> values[j])
                            .sum()
                    / values.length;
            double squares = IntStream.range(0, values.length)
                    .mapToDouble(j -> (values[j] - mean) * (values[j] - mean))
                    .sum();
            // hundreds of doubles of the same sign: some 10³·2⁻⁵³
            assertThat(means[i]).isCloseTo(mean, within(1e-12 * (1 + mean)));
            assertThat(deviations[i]).isCloseTo(Math.sqrt(squares / values.length), within(1e-10));
        }
    }

    @Test
    void aPictureIsNormalizedByChannelAndEntersTheNetworkAsPlanes() {
        LockstepConfig config = config(table(), "image: { height: 2, width: 3, channels: 2 }");
        try (TrainingData data = Sets.prepare(config)) {
            requirePooled(data, 6);
            assertThat(Networks.of(config, data.features().width(), 3).input()).isEqualTo(new Shape.Image(2, 2, 3));
        }
    }

    @Test
    void aSoundIsNormalizedAsAWhole() {
        LockstepConfig config = config(table(), "audio: { rate: 8000 }");
        try (TrainingData data = Sets.prepare(config)) {
            requirePooled(data, WIDTH);
            assertThat(Networks.of(config, data.features().width(), 3).input()).isEqualTo(new Shape.Vector(WIDTH));
        }
    }

    @Test
    void aTableIsNormalizedColumnByColumn() {
        try (TrainingData data = Sets.prepare(config(table(), "normalize: standard"))) {
            double[] deviations = data.preparation().normalization().deviations();
            assertThat(deviations[0]).as("a constant column").isEqualTo(1);
            assertThat(deviations[11]).isGreaterThan(deviations[2]);
        }
    }

    @Test
    void aPictureOfAnotherSizeIsRefused() {
        assertThatThrownBy(() -> Sets.prepare(config(table(), "image: { height: 2, width: 3 }")))
                .isInstanceOf(DataException.class)
                .hasMessage("data.image: 2×3×1 (height×width×channels) makes 6 features, and the data has 12. Name the"
                        + " picture's columns in data.features, or mend the sizes; a column of PNG or JPEG files is named in"
                        + " data.image.column.");
    }
}
