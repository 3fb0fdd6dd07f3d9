package io.lockstep.augment;

import io.lockstep.nn.Shape;
import java.util.Arrays;

/**
 * One bilinear resampling of an image, whatever moves its pixels: out(q) = in(c + M·(q − c − t) + d(q)), c the middle, t a
 * shift, M a matrix, d a displacement field. Beyond the image is the fill value. Pixels that come from whole positions
 * are copied to the bit.
 */
final class Resampler {
    /** One pixel of fill before the plane, and two behind it: one to blend with, one that is read and weighs nothing. */
    private static final int BEFORE = 1;

    private static final int PADDING = 3;

    private final int channels;
    private final int height;
    private final int width;
    private final int stride;

    /** A pixel's column and row, less the middle's. */
    private final float[] gridX;

    private final float[] gridY;

    /** Where a pixel comes from, in the padded plane. */
    private final float[] fromX;

    private final float[] fromY;

    /** A plane within its frame of fill. */
    private final float[] padded;

    Resampler(Shape.Image shape, float fill) {
        this.channels = shape.channels();
        this.height = shape.height();
        this.width = shape.width();
        this.stride = width + PADDING;
        int n = height * width;
        this.gridX = new float[n];
        this.gridY = new float[n];
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                gridX[i * width + j] = j - 0.5f * (width - 1);
                gridY[i * width + j] = i - 0.5f * (height - 1);
            }
        }
        this.fromX = new float[n];
        this.fromY = new float[n];
        this.padded = new float[(height + PADDING) * stride];
        Arrays.fill(padded, fill);
    }

    /**
     * Sets where pixels come from.
     *
     * @param map M and t
     * @param field d/α: the n displacements along x, then those along y
     * @param alpha α
     */
    void from(AffineMap map, float[] field, float alpha) {
        int n = height * width;
        coordinates(fromX, map.xx, map.xy, map.offsetX(0.5f * (width - 1) + BEFORE), field, 0, alpha, width, n);
        coordinates(fromY, map.yx, map.yy, map.offsetY(0.5f * (height - 1) + BEFORE), field, n, alpha, height, n);
    }

    /** Held between the frame's first pixel and the last but one, so that whatever lies beyond is fill. */
    private void coordinates(
            float[] out, float a, float b, float offset, float[] field, int start, float alpha, int size, int n) {
        float last = size + BEFORE;
        for (int p = 0; p < n; p++) {
            float at = a * gridX[p] + b * gridY[p] + offset + alpha * field[start + p];
            out[p] = Math.max(0f, Math.min(last, at));
        }
    }

    /** Resamples the image at {@code offset} of x, in place. */
    void apply(float[] x, int offset) {
        for (int channel = 0; channel < channels; channel++) {
            int start = offset + channel * height * width;
            for (int i = 0; i < height; i++) {
                System.arraycopy(x, start + i * width, padded, (i + BEFORE) * stride + BEFORE, width);
            }
            blend(padded, stride, fromX, fromY, x, start, height * width);
        }
    }

    private static void blend(float[] padded, int stride, float[] fromX, float[] fromY, float[] x, int start, int n) {
        for (int p = 0; p < n; p++) {
            // nothing is negative here, so that a cast is a floor
            int column = (int) fromX[p];
            int row = (int) fromY[p];
            float right = fromX[p] - column;
            float down = fromY[p] - row;
            int i = row * stride + column;
            float top = padded[i] + right * (padded[i + 1] - padded[i]);
            float bottom = padded[i + stride] + right * (padded[i + stride + 1] - padded[i + stride]);
            x[start + p] = top + down * (bottom - top);
        }
    }
}
