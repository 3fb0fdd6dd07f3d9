package io.lockstep.bench;

import io.lockstep.math.Runs;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;

/**
 * The machine's own limit: the matrix products of an epoch, each thread those of its shards, nobody waiting for anybody
 * before the end.
 */
final class ProductsContender implements Contender {
    private final Slices slices;
    private final Threads threads;
    private final List<StepProducts> products;
    private final double flops;

    ProductsContender(LockstepData data, Net net) {
        this.slices = data.slices(net);
        this.threads = new Threads(Math.min(data.spark().defaultParallelism(), slices.shards()));
        this.products = IntStream.range(0, threads.count())
                .mapToObj(t -> new StepProducts(net.sizes(slices.width()), slices.capacity()))
                .toList();
        this.flops = (double) net.flops(slices.width()) * slices.examples();
    }

    @Override
    public Lap lap() throws InterruptedException, ExecutionException {
        double seconds = threads.time(this::epoch);
        return new Lap(
                seconds, Map.of("gflops", flops / seconds / 1e9, "flops", flops, "shards", (double) slices.shards()));
    }

    private void epoch(int thread) {
        int first = Runs.start(slices.shards(), thread, threads.count());
        int last = Runs.start(slices.shards(), thread + 1, threads.count());
        for (int step = 0; step < slices.steps(); step++) {
            for (int shard = first; shard < last; shard++) {
                int rows = slices.rows(shard, step);
                for (int from = 0; from < rows; from += slices.capacity()) {
                    products.get(thread).pass(Math.min(slices.capacity(), rows - from));
                }
            }
        }
    }

    @Override
    public void close() {
        threads.close();
    }
}
