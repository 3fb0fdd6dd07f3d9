package io.lockstep.bench;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Writes a libsvm file of random rows of which few features are not 0, low numbers more often than high ones, as words are;
 * the class of 2 is the side of a random plane. The file is a function of the arguments alone.
 */
final class SparseTable {
    private static final long SEED = 7;
    /** Of the number of features that are not 0, relative to its mean. */
    private static final double SPREAD = 0.2;

    private static final double SKEW = 1.5;

    private SparseTable() {}

    static void write(Path file, int rows, int features, double share) throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        double[] plane = random.doubles(features, -1, 1).toArray();
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (BufferedWriter out = Files.newBufferedWriter(part)) {
            for (int i = 0; i < rows; i++) {
                out.write(line(random, plane, features * share, i == 0));
            }
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String line(SplittableRandom random, double[] plane, double mean, boolean isFirst) {
        int count = (int) Math.max(1, Math.min(plane.length, mean * (1 + SPREAD * random.nextGaussian())));
        TreeMap<Integer, Double> values = new TreeMap<>();
        if (isFirst) {
            // readers take the width from the highest index
            values.put(plane.length - 1, 1.0);
        }
        while (values.size() < count) {
            int index = (int) (plane.length * Math.pow(random.nextDouble(), SKEW));
            values.put(index, Math.round(1000 * (random.nextDouble() + 0.1)) / 1000.0);
        }
        double side = 0;
        StringBuilder text = new StringBuilder();
        for (var value : values.entrySet()) {
            side += plane[value.getKey()] * value.getValue();
            text.append(String.format(Locale.ROOT, " %d:%s", value.getKey() + 1, value.getValue()));
        }
        return (side > 0 ? "1" : "0") + text + "\n";
    }
}
