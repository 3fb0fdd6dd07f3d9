package io.lockstep.math;

/**
 * Random numbers that are a pure function of (seed, purpose, epoch, step, shard, layer, index): whoever asks, in
 * whatever order, on whatever machine, gets the same. Philox4x32-10, a counter-based generator: the key is made of seed,
 * purpose and epoch, the counter is (index/4, step, shard, layer).
 *
 * @see <a href="https://doi.org/10.1145/2063384.2063405">Salmon et al. 2011, Parallel Random Numbers: As Easy as 1, 2,
 *     3</a>
 */
public final class RandomStream {
    static final int MULTIPLIER_0 = 0xD2511F53;
    static final int MULTIPLIER_1 = 0xCD9E8D57;
    static final int WEYL_0 = 0x9E3779B9;
    static final int WEYL_1 = 0xBB67AE85;
    static final int ROUNDS = 10;
    private static final long MASK = 0xFFFFFFFFL;

    private final long key;
    private final int step;
    private final int shard;
    private final int layer;

    /** The last block computed; index/4 of it, or −1. */
    private final int[] block = new int[4];

    private long blockIndex = -1;

    private RandomStream(long key, int step, int shard, int layer) {
        this.key = key;
        this.step = step;
        this.shard = shard;
        this.layer = layer;
    }

    /** The stream of these coordinates; a coordinate that does not apply is 0. */
    public static RandomStream of(long seed, Purpose purpose, int epoch, int step, int shard, int layer) {
        long key = mix(mix(seed) + purpose.id() * 0x9E3779B97F4A7C15L);
        return new RandomStream(mix(key + epoch * 0xD1B54A32D192ED03L), step, shard, layer);
    }

    long key() {
        return key;
    }

    int step() {
        return step;
    }

    int shard() {
        return shard;
    }

    int layer() {
        return layer;
    }

    /**
     * 32 random bits.
     *
     * @param index from 0 to 2³⁴ − 1
     */
    public int bits(long index) {
        long wanted = index >>> 2;
        if (wanted != blockIndex) {
            philox((int) wanted, step, shard, layer, (int) key, (int) (key >>> 32), block);
            blockIndex = wanted;
        }
        return block[(int) (index & 3)];
    }

    /** A uniform number in [0, 1), a multiple of 2⁻²⁴. */
    public float uniform(long index) {
        return (bits(index) >>> 8) * 0x1.0p-24f;
    }

    /** A number of N(0, 1) (Box and Muller 1958), from bits 2·index and 2·index + 1. */
    public double gaussian(long index) {
        double u = ((bits(2 * index) & MASK) + 1) * 0x1.0p-32;
        double v = (bits(2 * index + 1) & MASK) * 0x1.0p-32;
        return StrictMath.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * Math.PI * v);
    }

    /**
     * A uniform integer in [0, bound), by multiplication (Lemire 2019); the bias, below bound/2³², is accepted.
     *
     * @throws IllegalArgumentException if {@code bound} is not positive
     */
    public int below(int bound, long index) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound must be positive, is " + bound);
        }
        return (int) (((bits(index) & MASK) * bound) >>> 32);
    }

    /** A random permutation of 0 … n−1 (Fisher and Yates; Knuth, vol. 2, algorithm P). */
    public int[] permutation(int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        shuffle(order, n);
        return order;
    }

    /** Brings the first {@code n} values into a random order: {@link #permutation} makes that of 0 … n−1. */
    public void shuffle(int[] values, int n) {
        for (int i = n - 1; i > 0; i--) {
            int j = below(i + 1, i);
            int swapped = values[i];
            values[i] = values[j];
            values[j] = swapped;
        }
    }

    /** One block of Philox4x32-10, as in the paper's reference implementation. */
    static void philox(int c0, int c1, int c2, int c3, int k0, int k1, int[] out) {
        int x0 = c0;
        int x1 = c1;
        int x2 = c2;
        int x3 = c3;
        int key0 = k0;
        int key1 = k1;
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = (MULTIPLIER_0 & MASK) * (x0 & MASK);
            long product1 = (MULTIPLIER_1 & MASK) * (x2 & MASK);
            x0 = (int) (product1 >>> 32) ^ x1 ^ key0;
            x1 = (int) product1;
            x2 = (int) (product0 >>> 32) ^ x3 ^ key1;
            x3 = (int) product0;
            key0 += WEYL_0;
            key1 += WEYL_1;
        }
        out[0] = x0;
        out[1] = x1;
        out[2] = x2;
        out[3] = x3;
    }

    /** The finalizer of SplitMix64 (Steele, Lea and Flood 2014): spreads a small seed over 64 bits. */
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
