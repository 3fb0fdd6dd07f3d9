package io.lockstep.math;

/**
 * Arrays of random numbers from a {@link RandomStream}, many blocks of Philox at a time, as {@link RandomMask} draws
 * them. Every operation is one that IEEE 754 defines, so compiled and interpreted code give the same bits. Its buffers
 * belong to one thread.
 */
public final class RandomArrays {
    private final RandomBlocks random = new RandomBlocks();
    private final float[] numbers = new float[RandomBlocks.MOST];

    /**
     * out[i] ← 2u − 1 + 2⁻²⁴, u = {@code stream.uniform(first + i)}: uniform in (−1, 1), exactly symmetric, never 0.
     *
     * @param first a multiple of 4
     * @param n i goes from 0 to n − 1
     */
    public void symmetric(RandomStream stream, long first, float[] out, int n) {
        if ((first & 3) != 0) {
            throw new IllegalArgumentException("numbers begin with a block of four, not at " + first);
        }
        for (int done = 0; done < n; done += 4 * RandomBlocks.MOST) {
            int count = Math.min(n - done, 4 * RandomBlocks.MOST);
            int blocks = (count + 3) / 4;
            random.draw(stream, (first + done) >>> 2, blocks);
            for (int k = 0; k < 4; k++) {
                center(random.word(k), numbers, blocks);
                spread(numbers, out, done + k, done + count);
            }
        }
    }

    /**
     * out[i] ← (Σ of twelve random bytes − 1530)/256, those of words 0 to 2 of the stream's block first + i: mean 0,
     * standard deviation 1 − 8·10⁻⁶, and by the central limit a distribution function within 0.003 of N(0, 1)'s; |out[i]|
     * &lt; 6. Logarithms and cosines would cost twenty times as much.
     *
     * @param first a block's number; a block has four of {@link RandomStream#bits}
     * @param n i goes from 0 to n − 1
     */
    public void normal(RandomStream stream, long first, float[] out, int n) {
        for (int done = 0; done < n; done += RandomBlocks.MOST) {
            int count = Math.min(n - done, RandomBlocks.MOST);
            random.draw(stream, first + done, count);
            sumBytes(random.word(0), random.word(1), random.word(2), numbers, count);
            System.arraycopy(numbers, 0, out, done, count);
        }
    }

    private static void center(int[] word, float[] out, int n) {
        for (int c = 0; c < n; c++) {
            out[c] = (word[c] >>> 8) * 0x1.0p-23f - 0x1.fffffep-1f;
        }
    }

    private static void spread(float[] numbers, float[] out, int from, int to) {
        for (int i = from, c = 0; i < to; i += 4, c++) {
            out[i] = numbers[c];
        }
    }

    /** Bytes are added in pairs of 16-bit lanes, which hold 6 · 255. */
    private static void sumBytes(int[] a, int[] b, int[] c, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            int even = (a[i] & 0xFF00FF) + (b[i] & 0xFF00FF) + (c[i] & 0xFF00FF);
            int odd = ((a[i] >>> 8) & 0xFF00FF) + ((b[i] >>> 8) & 0xFF00FF) + ((c[i] >>> 8) & 0xFF00FF);
            int sum = even + odd;
            out[i] = ((sum & 0xFFFF) + (sum >>> 16) - 1530) * 0x1.0p-8f;
        }
    }
}
