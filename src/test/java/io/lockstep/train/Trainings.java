package io.lockstep.train;

import io.lockstep.config.ConfigReader;
import io.lockstep.config.LockstepConfig;
import io.lockstep.data.TrainingData;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import org.apache.spark.api.java.JavaSparkContext;

/** Trainings of tests: from a config's text to the losses of the steps. */
final class Trainings {

    /** What a training gave. */
    record Run(TrainingResult result, List<Double> losses) {

        /** All that must be the same everywhere, as bits: θ, the losses of the steps, and those of the epochs. */
        List<Long> bits() {
            List<Long> bits = new ArrayList<>();
            for (float value : result.theta()) {
                bits.add((long) Float.floatToRawIntBits(value));
            }
            losses.forEach(loss -> bits.add(Double.doubleToRawLongBits(loss)));
            for (EpochRecord epoch : result.epochs()) {
                bits.add(Double.doubleToRawLongBits(epoch.trainLoss()));
                epoch.dev()
                        .ifPresent(dev -> dev.values().values().forEach(v -> bits.add(Double.doubleToRawLongBits(v))));
            }
            return bits;
        }
    }

    private Trainings() {}

    static LockstepConfig config(String yaml, String... overrides) {
        return ConfigReader.read(yaml, "test.yaml", List.of(overrides));
    }

    static TrainingData data(LockstepConfig config) {
        return TrainingData.prepare(TestSpark.session(), config);
    }

    static Run train(LockstepConfig config, TrainingData data, int slots) {
        return train(TestSpark.context(), config, data, slots);
    }

    static Run train(JavaSparkContext spark, LockstepConfig config, TrainingData data, int slots) {
        return train(spark, config, data, slots, Optional.empty(), Optional.empty());
    }

    /** Goes on from a checkpoint, and hands out others. */
    static Run train(
            JavaSparkContext spark,
            LockstepConfig config,
            TrainingData data,
            int slots,
            Optional<Checkpoint> from,
            Optional<CheckpointSink> checkpoints) {
        List<Double> losses = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void stepTaken(Step step) {
                losses.add(step.loss());
            }
        };
        TrainingResult result = new Trainer(spark, config, data, listener, slots).train(from, checkpoints);
        return new Run(result, losses);
    }

    static Run train(LockstepConfig config) {
        try (TrainingData data = data(config)) {
            return train(config, data, 2);
        }
    }

    /** A table with a header and n rows: three numbers, a word, a class of three ({@code kind}) and a number ({@code price}). */
    static List<String> table(int n, long seed) {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        lines.add("a,b,c,word,kind,price");
        String[] words = {"red", "green", "blue"};
        for (int i = 0; i < n; i++) {
            double a = random.nextGaussian();
            double b = 100 + 30 * random.nextGaussian();
            double c = random.nextInt(5);
            int word = random.nextInt(3);
            double score = a + (b - 100) / 30 + word - 1 + 0.2 * random.nextGaussian();
            // the first three rows are one of each kind
            String kind = i < 3 ? "xyz".substring(i, i + 1) : score < -0.7 ? "x" : score < 0.7 ? "y" : "z";
            lines.add(String.format(
                    Locale.ROOT, "%.6f,%.4f,%.0f,%s,%s,%.3f", a, b, c, words[word], kind, 300 + 20 * score + c));
        }
        return lines;
    }

    /**
     * As {@link #table}, with three columns more: a weight {@code w}, of which one in five is 0, and two labels that are
     * there or not, {@code up} and {@code odd}.
     */
    static List<String> labelled(int n, long seed) {
        Random random = new Random(seed + 1);
        List<String> lines = new ArrayList<>();
        for (String line : table(n, seed)) {
            if (lines.isEmpty()) {
                lines.add(line + ",w,up,odd");
                continue;
            }
            String[] cells = line.split(",", -1);
            double up = Double.parseDouble(cells[0]) + 0.3 * random.nextGaussian();
            double odd = Double.parseDouble(cells[1]) - 100 + 30 * up;
            lines.add(String.format(
                    Locale.ROOT, "%s,%.2f,%d,%d", line, random.nextInt(5) * 0.75, up > 0.4 ? 1 : 0, odd > 0 ? 1 : 0));
        }
        return lines;
    }

    /** Writes a table as {@code files} files into a new folder, its rows in an order that the seed decides. */
    static Path write(Path folder, List<String> table, int files, long seed) {
        List<String> rows = new ArrayList<>(table.subList(1, table.size()));
        Collections.shuffle(rows, new Random(seed));
        try {
            Files.createDirectories(folder);
            for (int i = 0; i < files; i++) {
                List<String> lines = new ArrayList<>();
                lines.add(table.get(0));
                // a rough cut: the files are of different lengths
                lines.addAll(rows.subList(cut(rows, i, files), cut(rows, i + 1, files)));
                Files.write(folder.resolve("part-" + i + ".csv"), lines);
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int cut(List<String> rows, int i, int files) {
        return (int) ((long) rows.size() * i * i / ((long) files * files));
    }

    /** The first rows of a file of the project, as a file of their own. */
    static Path head(Path file, int rows, Path target) {
        try {
            Files.write(target, Files.readAllLines(file).subList(0, rows + 1));
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
