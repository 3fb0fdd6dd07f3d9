package io.lockstep.data;

import io.lockstep.nn.Shape;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Makes planes of pixels in [0, 1] of the bytes of a PNG or JPEG file: channels × height × width, the width running
 * fastest. Red, green and blue are divided by their greatest value; alpha is dropped; grey is
 * 0.299·R + 0.587·G + 0.114·B (ITU-R BT.601), and three channels of a grey image are alike. A rotation in a JPEG's
 * metadata is ignored. Another size is reached as {@link ImageResizer} says.
 */
final class ImageDecoder {
    /** What claims to be larger would fill an executor's memory. */
    private static final long MOST_PIXELS = 1L << 26;

    /** Decoded, as an int, and as three floats. */
    private static final int BYTES_A_PIXEL = 20;

    private static final Set<String> FORMATS = Set.of("png", "jpeg");
    private static final int RGB = 3;

    private final int height;
    private final int width;
    private final int channels;
    /** For sizes that came before: most images of a data set have one size. */
    private final Map<Long, ImageResizer> resizers = new HashMap<>();

    ImageDecoder(Shape.Image shape) {
        this.height = shape.height();
        this.width = shape.width();
        this.channels = shape.channels();
    }

    /** The bytes are no image, for the reason that the message gives in a few words. */
    static final class UnreadableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnreadableException(String message, Throwable cause) {
            super(message, cause);
        }

        UnreadableException(String message) {
            super(message);
        }
    }

    /**
     * Writes the image to {@code out[start ...]}.
     *
     * @throws UnreadableException if it is none, or not whole
     */
    void decode(byte[] file, float[] out, int start) throws UnreadableException {
        BufferedImage image = read(file);
        float[][] planes = planes(image);
        ImageResizer resizer = resizers.computeIfAbsent(
                (long) image.getHeight() << Integer.SIZE | image.getWidth(),
                size -> new ImageResizer(image.getHeight(), image.getWidth(), height, width));
        for (int c = 0; c < channels; c++) {
            resizer.resize(planes[Math.min(c, planes.length - 1)], out, start + c * height * width);
        }
    }

    private static BufferedImage read(byte[] file) throws UnreadableException {
        if (file.length == 0) {
            throw new UnreadableException("empty");
        }
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new UnreadableException("neither PNG nor JPEG");
            }
            ImageReader reader = readers.next();
            try {
                // Java reads others as well, which nobody has looked at closely
                if (!FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
                    throw new UnreadableException("neither PNG nor JPEG");
                }
                return read(reader, in);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            // readers throw whatever their parsing runs into
            throw new UnreadableException(reason(e), e);
        }
    }

    private static BufferedImage read(ImageReader reader, ImageInputStream in) throws IOException, UnreadableException {
        reader.setInput(in, true, true);
        long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
        // a file of kilobytes may claim as many as it likes
        if (pixels > MOST_PIXELS
                || pixels * BYTES_A_PIXEL > Runtime.getRuntime().maxMemory() / 2) {
            throw new UnreadableException(reader.getWidth(0) + "×" + reader.getHeight(0) + " pixels, too many");
        }
        boolean[] torn = new boolean[1];
        // a JPEG that ends too early is only warned of, and grey where it lacks data
        reader.addIIOReadWarningListener(
                (source, warning) -> torn[0] |= warning.toLowerCase(Locale.ROOT).contains("premature end"));
        BufferedImage image = reader.read(0);
        if (torn[0]) {
            throw new UnreadableException("not whole");
        }
        return image;
    }

    private static String reason(Exception e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : Faults.reason(e);
        return "damaged: " + message;
    }

    /** One plane of grey values, or three of colours, in [0, 1]. */
    private float[][] planes(BufferedImage image) {
        Raster grey = grey(image);
        int size = image.getWidth() * image.getHeight();
        if (grey != null) {
            float[] plane = new float[size];
            float white = (1 << image.getColorModel().getComponentSize(0)) - 1;
            grey.getSamples(0, 0, image.getWidth(), image.getHeight(), 0, plane);
            for (int i = 0; i < size; i++) {
                plane[i] /= white;
            }
            return new float[][] {plane};
        }
        int[] colours = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        float[][] planes = new float[channels == RGB ? RGB : 1][size];
        for (int i = 0; i < size; i++) {
            int red = (colours[i] >> 16) & 0xFF;
            int green = (colours[i] >> 8) & 0xFF;
            int blue = colours[i] & 0xFF;
            if (channels == RGB) {
                planes[0][i] = red / 255f;
                planes[1][i] = green / 255f;
                planes[2][i] = blue / 255f;
            } else {
                planes[0][i] = (float) ((0.299 * red + 0.587 * green + 0.114 * blue) / 255);
            }
        }
        return planes;
    }

    /**
     * The samples of an image without colours; null for others. getRGB would take them for linear light and brighten
     * them.
     */
    private static Raster grey(BufferedImage image) {
        boolean isGrey = image.getColorModel() instanceof ComponentColorModel model
                && model.getColorSpace().getType() == ColorSpace.TYPE_GRAY
                && model.getComponentSize(0) <= Short.SIZE;
        return isGrey ? image.getRaster() : null;
    }
}
