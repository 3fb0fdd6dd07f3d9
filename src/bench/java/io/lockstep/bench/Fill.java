package io.lockstep.bench;

import io.lockstep.math.Purpose;
import io.lockstep.math.RandomStream;

/** Arrays to compute with. */
final class Fill {
    private Fill() {}

    /** {@code n} numbers in [−0.5, 0.5), a function of the seed. */
    static float[] uniform(int n, long seed) {
        RandomStream random = RandomStream.of(seed, Purpose.INITIALIZATION, 0, 0, 0, 0);
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = random.uniform(i) - 0.5f;
        }
        return values;
    }
}
