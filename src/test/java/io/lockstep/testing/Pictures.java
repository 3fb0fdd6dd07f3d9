package io.lockstep.testing;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Image files for tests. */
public final class Pictures {
    private Pictures() {}

    /** The bytes of {@code image} as a file of {@code format}, png or jpg. */
    public static byte[] encode(BufferedImage image, String format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, out)) {
                throw new IllegalArgumentException("nothing writes " + format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Writes {@code bytes}, and the folders above. */
    public static Path write(Path file, byte[] bytes) {
        try {
            Files.createDirectories(file.getParent());
            return Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A picture of random pixels, of a type of {@link BufferedImage}. */
    public static BufferedImage random(int width, int height, int type, Random random) {
        BufferedImage image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int band = 0; band < image.getRaster().getNumBands(); band++) {
                    int white = (1 << image.getColorModel().getComponentSize(band)) - 1;
                    image.getRaster().setSample(x, y, band, random.nextInt(white + 1));
                }
            }
        }
        return image;
    }

    /** A noisy picture with a bright bar, upright or lying. */
    public static BufferedImage bar(boolean upright, int size, Random random) {
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_BYTE_GRAY);
        int at = size / 4 + random.nextInt(size / 2);
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                boolean inked = Math.abs((upright ? x : y) - at) <= size / 12;
                image.getRaster().setSample(x, y, 0, (inked ? 200 : 20) + random.nextInt(40));
            }
        }
        return image;
    }
}
