package io.lockstep.data;

/**
 * Bilinear resizing of a plane, first along its rows, then along its columns. Pixel i of n lies at (i + ½)/n; its value is
 * the mean of the source's pixels, weighted by a triangle max(0, 1 − |distance|/support) around it, where the support is
 * one source pixel, and where the image shrinks one target pixel, so that no source pixel is left out. A plane that has its
 * size already stays as it is to the bit. Sums are in float64.
 */
final class ImageResizer {
    private final Axis rows;
    private final Axis columns;
    private final float[] narrowed;

    /** From {@code height} × {@code width} to {@code toHeight} × {@code toWidth}. */
    ImageResizer(int height, int width, int toHeight, int toWidth) {
        this.rows = new Axis(height, toHeight);
        this.columns = new Axis(width, toWidth);
        this.narrowed = new float[height * toWidth];
    }

    /** Resizes {@code plane} into {@code out[start ...]}. */
    void resize(float[] plane, float[] out, int start) {
        for (int row = 0; row < rows.from; row++) {
            for (int column = 0; column < columns.to; column++) {
                narrowed[row * columns.to + column] = columns.mean(plane, row * columns.from, 1, column);
            }
        }
        for (int row = 0; row < rows.to; row++) {
            for (int column = 0; column < columns.to; column++) {
                out[start + row * columns.to + column] = rows.mean(narrowed, column, columns.to, row);
            }
        }
    }

    /** The weights along one direction. */
    private static final class Axis {
        private final int from;
        private final int to;
        private final int[] firsts;
        private final double[][] weights;

        Axis(int from, int to) {
            this.from = from;
            this.to = to;
            this.firsts = new int[to];
            this.weights = new double[to][];
            double scale = (double) from / to;
            double support = Math.max(1, scale);
            for (int i = 0; i < to; i++) {
                double centre = (i + 0.5) * scale - 0.5;
                int first = Math.max(0, (int) Math.ceil(centre - support));
                int last = Math.min(from - 1, (int) Math.floor(centre + support));
                firsts[i] = first;
                weights[i] = new double[last - first + 1];
                double sum = 0;
                for (int j = first; j <= last; j++) {
                    weights[i][j - first] = Math.max(0, 1 - Math.abs(j - centre) / support);
                    sum += weights[i][j - first];
                }
                for (int j = first; j <= last; j++) {
                    weights[i][j - first] /= sum;
                }
            }
        }

        /** The weighted mean around target {@code i} of the values at start, start + step, … */
        float mean(float[] values, int start, int step, int i) {
            double sum = 0;
            for (int j = 0; j < weights[i].length; j++) {
                sum += weights[i][j] * values[start + (firsts[i] + j) * step];
            }
            return (float) sum;
        }
    }
}
