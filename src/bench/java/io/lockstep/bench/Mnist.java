package io.lockstep.bench;

import io.lockstep.math.Purpose;
import io.lockstep.math.RandomStream;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * The training images as the peers take them: standardized like Lockstep's own, with the population's μ and σ of each
 * pixel and σ = 1 for a constant one.
 */
final class Mnist {
    private static final int IMAGES_MAGIC = 0x803;
    private static final int LABELS_MAGIC = 0x801;
    private static final int EXAMPLES = 60_000;
    private static final int SIDE = 28;
    private static final int CLASSES = 10;

    private final int examples;
    private final int width;
    private final float[] x;
    private final byte[] labels;

    private Mnist(int examples, int width, float[] x, byte[] labels) {
        this.examples = examples;
        this.width = width;
        this.x = x;
        this.labels = labels;
    }

    /** Reads a pair of idx files, gzipped or not. */
    static Mnist read(Path images) throws IOException {
        byte[] pixels;
        int examples;
        int width;
        try (DataInputStream in = open(images, IMAGES_MAGIC)) {
            examples = in.readInt();
            width = in.readInt() * in.readInt();
            pixels = in.readNBytes(Math.multiplyExact(examples, width));
        }
        byte[] labels;
        try (DataInputStream in = open(labelsOf(images), LABELS_MAGIC)) {
            labels = in.readNBytes(in.readInt());
        }
        if (labels.length != examples) {
            throw new IOException(images + " has " + examples + " images and " + labels.length + " labels");
        }
        return new Mnist(examples, width, standardized(pixels, examples, width), labels);
    }

    private static Path labelsOf(Path images) {
        return images.resolveSibling(images.getFileName().toString().replace("images-idx3", "labels-idx1"));
    }

    private static DataInputStream open(Path path, int magic) throws IOException {
        InputStream raw = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
        DataInputStream in = new DataInputStream(
                path.toString().endsWith(".gz") ? new BufferedInputStream(new GZIPInputStream(raw), 1 << 16) : raw);
        int found = in.readInt();
        if (found != magic) {
            throw new IOException(path + ": expected an idx file that begins with " + magic + ", found " + found);
        }
        return in;
    }

    private static float[] standardized(byte[] pixels, int examples, int width) {
        long[] sums = new long[width];
        long[] squares = new long[width];
        for (int i = 0; i < examples; i++) {
            for (int j = 0; j < width; j++) {
                int value = pixels[i * width + j] & 0xFF;
                sums[j] += value;
                squares[j] += (long) value * value;
            }
        }
        float[] x = new float[pixels.length];
        for (int j = 0; j < width; j++) {
            double mean = (double) sums[j] / examples;
            double deviation = Math.sqrt(((double) squares[j] / examples) - mean * mean);
            double divisor = deviation > 0 ? deviation : 1;
            for (int i = 0; i < examples; i++) {
                x[i * width + j] = (float) (((pixels[i * width + j] & 0xFF) - mean) / divisor);
            }
        }
        return x;
    }

    /**
     * Writes a seeded stand-in of the same size where MNIST is not at hand: each class lights its own random pixels, on
     * noise. Good for speed and for nothing else.
     *
     * @return the images
     */
    static Path synthetic(Path directory) throws IOException {
        Path images = directory.resolve("train-images-idx3-ubyte");
        if (Files.exists(images)) {
            return images;
        }
        Files.createDirectories(directory);
        RandomStream noise = RandomStream.of(1, Purpose.PERMUTATION, 0, 0, 0, 0);
        RandomStream patterns = RandomStream.of(2, Purpose.PERMUTATION, 0, 0, 0, 0);
        try (DataOutputStream out = writer(labelsOf(images))) {
            out.writeInt(LABELS_MAGIC);
            out.writeInt(EXAMPLES);
            for (int i = 0; i < EXAMPLES; i++) {
                out.writeByte(i % CLASSES);
            }
        }
        // its name last: it stands for the pair
        Path unfinished = directory.resolve("unfinished");
        int width = SIDE * SIDE;
        try (DataOutputStream out = writer(unfinished)) {
            out.writeInt(IMAGES_MAGIC);
            out.writeInt(EXAMPLES);
            out.writeInt(SIDE);
            out.writeInt(SIDE);
            for (int i = 0; i < EXAMPLES; i++) {
                for (int j = 0; j < width; j++) {
                    boolean lit = patterns.below(5, (long) (i % CLASSES) * width + j) == 0;
                    out.writeByte((lit ? 128 : 0) + noise.below(128, (long) i * width + j));
                }
            }
        }
        return Files.move(unfinished, images);
    }

    private static DataOutputStream writer(Path path) throws IOException {
        return new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(path), 1 << 16));
    }

    int examples() {
        return examples;
    }

    int width() {
        return width;
    }

    /** X (width, examples), an example a column; the array itself, for nobody to change. */
    float[] x() {
        return x;
    }

    int label(int example) {
        return labels[example];
    }
}
