package io.lockstep.math;

/**
 * Functions of each element of an array, in place. The loops are plain, without branches or calls that the JIT compiler
 * cannot turn into SIMD code, and every operation is one that IEEE 754 defines, so compiled and interpreted code give the
 * same bits.
 */
public final class Elementwise {
    /** Beyond it the rational function would leave [−1, 1]; tanh is within 2⁻²³ of ±1 there. */
    private static final float TANH_END = 7.905311f;

    // tanh x ≈ x·P(x²)/Q(x²) on [−TANH_END, TANH_END], the minimax fit that Eigen's fast tanh has made common
    private static final float P0 = 0.0048935246f;
    private static final float P1 = 0.00063726195f;
    private static final float P2 = 1.48572235e-05f;
    private static final float P3 = 5.1222973e-08f;
    private static final float P4 = -8.604672e-11f;
    private static final float P5 = 2.000188e-13f;
    private static final float P6 = -2.7607684e-16f;
    private static final float Q0 = 0.004893525f;
    private static final float Q1 = 0.0022684347f;
    private static final float Q2 = 0.00011853471f;
    private static final float Q3 = 1.1982584e-06f;

    private Elementwise() {}

    /** x ← tanh x for the first {@code n} elements, to within 4·10⁻⁷ of its value and 2·10⁻⁴³. NaN stays NaN. */
    public static void tanh(float[] x, int n) {
        for (int i = 0; i < n; i++) {
            float z = Math.max(-TANH_END, Math.min(TANH_END, x[i]));
            float s = z * z;
            float p = (((((P6 * s + P5) * s + P4) * s + P3) * s + P2) * s + P1) * s + P0;
            float q = ((Q3 * s + Q2) * s + Q1) * s + Q0;
            x[i] = z * p / q;
        }
    }

    /** x ← σ(x) = 1/(1 + e^−x) = ½·tanh(x/2) + ½ for the first {@code n} elements, to within 2·10⁻⁷. NaN stays NaN. */
    public static void sigmoid(float[] x, int n) {
        for (int i = 0; i < n; i++) {
            float z = Math.max(-TANH_END, Math.min(TANH_END, 0.5f * x[i]));
            float s = z * z;
            float p = (((((P6 * s + P5) * s + P4) * s + P3) * s + P2) * s + P1) * s + P0;
            float q = ((Q3 * s + Q2) * s + Q1) * s + Q0;
            x[i] = 0.5f * (z * p / q) + 0.5f;
        }
    }

    /**
     * d ← d where a &gt; 0, else {@code slope}·d: dZ of a (leaky) ReLU from dA and A. Without a branch, for which units
     * are active is close to random, and in float arithmetic alone: min(1, a·2¹²⁷·2¹²⁷) is 1 for every a &gt; 0, even the
     * smallest. A NaN in a or d gives NaN.
     *
     * @param slope in [0, 1)
     */
    public static void scaleWhereNotPositive(float[] d, float[] a, float slope, int n) {
        for (int i = 0; i < n; i++) {
            d[i] *= Math.max(slope, Math.min(1f, a[i] * 0x1p127f * 0x1p127f));
        }
    }
}
