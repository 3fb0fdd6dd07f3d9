package io.lockstep.bench;

import io.lockstep.math.Blas;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/** OpenBLAS at its best: large square products, first in one thread, then in all of them. */
final class SquareContender implements Contender {
    private static final int N = 2048;
    private static final int REPEATS = 4;

    private final Threads all;
    private final Threads one = new Threads(1);
    private final List<float[]> results = new ArrayList<>();
    private final float[] a = Fill.uniform(N * N, 1);
    private final float[] b = Fill.uniform(N * N, 2);

    SquareContender(LockstepData data) {
        this.all = new Threads(data.spark().defaultParallelism());
        for (int t = 0; t < all.count(); t++) {
            results.add(new float[N * N]);
        }
    }

    @Override
    public Lap lap() throws InterruptedException, ExecutionException {
        double flops = 2.0 * N * N * N * REPEATS;
        double alone = flops / one.time(this::multiply);
        double seconds = all.time(this::multiply);
        return new Lap(
                seconds, Map.of("gflops_one_thread", alone / 1e9, "gflops", flops * all.count() / seconds / 1e9));
    }

    private void multiply(int thread) {
        for (int i = 0; i < REPEATS; i++) {
            Blas.sgemm("N", "N", N, N, N, 1f, a, 0, N, b, 0, N, 0f, results.get(thread), 0, N);
        }
    }

    @Override
    public void close() {
        one.close();
        all.close();
    }
}
