package io.lockstep.report.tensorboard;

import java.util.Arrays;

/**
 * A histogram in TensorFlow's bins, whose limits grow by a tenth from 10⁻¹² to 10²⁰ on both sides of 0. A value belongs to
 * the first bin whose limit is greater.
 *
 * @see <a href="https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/lib/histogram/histogram.cc">
 *     histogram.cc</a>
 */
final class Histogram {
    private static final double LEAST = 1e-12;
    private static final double GREATEST = 1e20;
    private static final double GROWTH = 1.1;
    /** The limits above 0. */
    private static final double[] POSITIVE = positive();

    /** All limits: those below 0, 0 and those above. */
    private static final double[] LIMITS = limits();

    /** Where to look for a number, by its exponent: the first positive limit that is not below that power of 2. */
    private static final int[] STARTS = starts();

    private final long[] counts = new long[LIMITS.length];
    private double min = Double.MAX_VALUE;
    private double max = -Double.MAX_VALUE;
    private long count;
    private double sum;
    private double squares;

    private static double[] positive() {
        double[] limits = new double[1000];
        int count = 0;
        for (double limit = LEAST; limit < GREATEST; limit *= GROWTH) {
            limits[count++] = limit;
        }
        limits[count++] = Double.MAX_VALUE;
        return Arrays.copyOf(limits, count);
    }

    private static double[] limits() {
        int count = POSITIVE.length;
        double[] limits = new double[2 * count + 1];
        for (int i = 0; i < count; i++) {
            limits[i] = -POSITIVE[count - 1 - i];
            limits[count + 1 + i] = POSITIVE[i];
        }
        return limits;
    }

    private static int[] starts() {
        int[] starts = new int[Double.MAX_EXPONENT - Double.MIN_EXPONENT + 2];
        int limit = 0;
        for (int i = 0; i < starts.length; i++) {
            double power = Math.scalb(1.0, i + Double.MIN_EXPONENT - 1);
            while (POSITIVE[limit] < power) {
                limit++;
            }
            starts[i] = limit;
        }
        return starts;
    }

    /** Takes in {@code values[from .. to)}, each times {@code scale}; what is not finite is left out. */
    void add(float[] values, int from, int to, double scale) {
        for (int i = from; i < to; i++) {
            // −0 is 0
            double value = values[i] * scale + 0.0;
            if (Math.abs(value) <= Double.MAX_VALUE) {
                min = Math.min(min, value);
                max = Math.max(max, value);
                sum += value;
                squares += value * value;
                count++;
                counts[bin(value)]++;
            }
        }
    }

    private static int bin(double value) {
        double size = Math.abs(value);
        int limit = STARTS[Math.getExponent(size) - Double.MIN_EXPONENT + 1];
        if (value >= 0) {
            while (limit < POSITIVE.length - 1 && POSITIVE[limit] <= size) {
                limit++;
            }
            return POSITIVE.length + 1 + limit;
        }
        while (POSITIVE[limit] < size) {
            limit++;
        }
        // the limit below in size is the next above the value
        return POSITIVE.length - limit;
    }

    /** TensorFlow's HistogramProto; of neighbouring bins that are empty there is one. */
    Message message() {
        double[] limits = new double[LIMITS.length];
        double[] buckets = new double[LIMITS.length];
        int size = 0;
        for (int i = 0; i < LIMITS.length; i++) {
            boolean goesOn = size > 0 && counts[i] == 0 && buckets[size - 1] == 0;
            size = goesOn ? size : size + 1;
            limits[size - 1] = LIMITS[i];
            buckets[size - 1] = counts[i];
        }
        return new Message()
                .real(1, min)
                .real(2, max)
                .real(3, (double) count)
                .real(4, sum)
                .real(5, squares)
                .reals(6, Arrays.copyOf(limits, size))
                .reals(7, Arrays.copyOf(buckets, size));
    }
}
