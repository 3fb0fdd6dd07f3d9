package io.lockstep.report;

import io.lockstep.nn.Shape;
import io.lockstep.train.AugmentedExamples;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/**
 * A picture of training examples as the network sees them: a row for each example, at the left the original, framed, then
 * what augmentation makes of it in one epoch after the other. An image of 3 channels is in colours, of any other number in
 * the grays of its first; a sound is its wave. The originals' least value is black and their greatest white.
 */
public final class AugmentationPicture {
    private static final int BACKGROUND = 0xFFFFFF;
    private static final int FRAME = 0xD95F02;
    private static final int WAVE = 0x1F4E79;
    private static final int GAP = 4;
    private static final int IMAGE_PIXELS = 84;
    private static final int WAVE_WIDTH = 160;
    private static final int WAVE_HEIGHT = 64;

    private final AugmentedExamples examples;
    private final float least;
    private final float greatest;
    private final int zoom;
    private final int cellWidth;
    private final int cellHeight;
    private final BufferedImage picture;

    private AugmentationPicture(AugmentedExamples examples) {
        this.examples = examples;
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (float value : examples.originals()) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        this.least = low;
        this.greatest = Math.max(high, Math.nextUp(low));
        if (examples.shape() instanceof Shape.Image image) {
            this.zoom = Math.max(1, IMAGE_PIXELS / Math.max(image.height(), image.width()));
            this.cellWidth = zoom * image.width();
            this.cellHeight = zoom * image.height();
        } else {
            this.zoom = 1;
            this.cellWidth = WAVE_WIDTH;
            this.cellHeight = WAVE_HEIGHT;
        }
        int columns = 1 + examples.versions().size();
        this.picture = new BufferedImage(
                columns * (cellWidth + GAP) + 2 * GAP,
                examples.examples() * (cellHeight + GAP) + GAP,
                BufferedImage.TYPE_INT_RGB);
    }

    /** The picture as a PNG file's bytes. */
    public static byte[] png(AugmentedExamples examples) {
        AugmentationPicture picture = new AugmentationPicture(examples);
        picture.draw();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(picture.picture, "png", bytes)) {
                throw new IllegalStateException("this JVM writes no PNG files");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private void draw() {
        fill(0, 0, picture.getWidth(), picture.getHeight(), BACKGROUND);
        for (int row = 0; row < examples.examples(); row++) {
            int top = GAP + row * (cellHeight + GAP);
            int frame = GAP / 2;
            fill(GAP - frame, top - frame, cellWidth + 2 * frame, cellHeight + 2 * frame, FRAME);
            cell(examples.originals(), row, GAP, top);
            for (int version = 0; version < examples.versions().size(); version++) {
                // a gap more sets the originals apart
                int left = 2 * GAP + (version + 1) * (cellWidth + GAP);
                cell(examples.versions().get(version), row, left, top);
            }
        }
    }

    private void cell(float[] x, int row, int left, int top) {
        int start = row * examples.shape().size();
        if (examples.shape() instanceof Shape.Image image) {
            image(x, start, image, left, top);
        } else {
            wave(x, start, examples.shape().size(), left, top);
        }
    }

    private void image(float[] x, int start, Shape.Image image, int left, int top) {
        int plane = image.height() * image.width();
        int second = image.channels() == 3 ? plane : 0;
        for (int p = 0; p < plane; p++) {
            int red = level(x[start + p]);
            int green = level(x[start + second + p]);
            int blue = level(x[start + 2 * second + p]);
            int column = left + p % image.width() * zoom;
            fill(column, top + p / image.width() * zoom, zoom, zoom, red << 16 | green << 8 | blue);
        }
    }

    /** From 0 to 255. */
    private int level(float value) {
        return Math.max(0, Math.min(255, Math.round(255 * (value - least) / (greatest - least))));
    }

    /** In each column a line from the least to the greatest of the samples that fall into it. */
    private void wave(float[] x, int start, int samples, int left, int top) {
        fill(left, top, cellWidth, cellHeight, BACKGROUND);
        for (int column = 0; column < cellWidth; column++) {
            int from = (int) ((long) column * samples / cellWidth);
            int to = Math.max(from + 1, (int) ((column + 1L) * samples / cellWidth));
            int low = 255;
            int high = 0;
            for (int i = from; i < to; i++) {
                int level = level(x[start + i]);
                low = Math.min(low, level);
                high = Math.max(high, level);
            }
            int upper = (255 - high) * (cellHeight - 1) / 255;
            int lower = (255 - low) * (cellHeight - 1) / 255;
            fill(left + column, top + upper, 1, lower - upper + 1, WAVE);
        }
    }

    private void fill(int left, int top, int width, int height, int colour) {
        for (int y = top; y < top + height; y++) {
            for (int x = left; x < left + width; x++) {
                picture.setRGB(x, y, colour);
            }
        }
    }
}
