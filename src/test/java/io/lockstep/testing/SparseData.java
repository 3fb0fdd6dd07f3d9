package io.lockstep.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** Seeded libsvm lines of two classes, whose features are mostly 0. */
public final class SparseData {
    private SparseData() {}

    /** {@code n} lines: the class is whether the sum of an example's features with even numbers is the greater part. */
    public static List<String> libsvm(int n, int width, int nonZeros, long seed) {
        Random random = new Random(seed);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            TreeMap<Integer, Double> values = new TreeMap<>();
            // the first line has the last feature, from which Spark takes the width; another has no feature at all
            if (i == 0) {
                values.put(width, 1.5);
            }
            int count = i == 1 ? 0 : i == 2 ? 1 : 1 + random.nextInt(2 * nonZeros);
            for (int k = 0; k < count; k++) {
                // few features are frequent and most are rare, as words are
                double u = random.nextDouble();
                values.put(1 + (int) (width * u * u * u), Math.round(100 * (0.2 + random.nextDouble())) / 100.0);
            }
            double even = 0;
            double odd = 0;
            StringBuilder line = new StringBuilder();
            for (var value : values.entrySet()) {
                even += value.getKey() % 2 == 0 ? value.getValue() : 0;
                odd += value.getKey() % 2 == 0 ? 0 : value.getValue();
                line.append(' ').append(value.getKey()).append(':').append(value.getValue());
            }
            lines.add((even > odd ? 1 : 0) + line.toString());
        }
        return lines;
    }

    /** Writes lines, shuffled by {@code seed}, as a folder of {@code files}. */
    public static Path write(Path folder, List<String> lines, int files, long seed) {
        List<String> shuffled = new ArrayList<>(lines);
        Collections.shuffle(shuffled, new Random(seed));
        try {
            Files.createDirectories(folder);
            for (int f = 0; f < files; f++) {
                Files.write(
                        folder.resolve("part-" + f + ".libsvm"),
                        shuffled.subList(f * lines.size() / files, (f + 1) * lines.size() / files));
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
