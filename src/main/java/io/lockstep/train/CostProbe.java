package io.lockstep.train;

import io.lockstep.data.Jobs;
import io.lockstep.nn.Network;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.TrainingPass;
import io.lockstep.optim.Optimizer;
import io.lockstep.optim.OptimizerSpec;
import io.lockstep.optim.Regularization;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/** Measures what {@link CostModel} wants to know: the engine in this JVM, and Spark on its master. */
public final class CostProbe {
    private static final int ROUNDS = 7;
    private static final int JOBS = 25;
    private static final int STAGES = 7;
    private static final double ROUND_SECONDS = 0.05;
    private static final double JOB_WARM_UP_SECONDS = 4;

    private final JavaSparkContext spark;
    private final NetworkSpec network;
    private final OptimizerSpec optimizer;

    public CostProbe(JavaSparkContext spark, NetworkSpec network, OptimizerSpec optimizer) {
        this.spark = spark;
        this.network = network;
        this.optimizer = optimizer;
    }

    /**
     * The cost model of a training.
     *
     * @param cores slots of an executor; as many of them as this machine has compute at once while it is measured
     */
    public CostModel measure(
            long examples, long batchSize, int shards, int cores, double bytesPerSecond, double latencySeconds) {
        return Jobs.named(
                spark.sc(),
                "what Spark costs",
                () -> measured(new BatchPlan(examples, batchSize, shards), cores, bytesPerSecond, latencySeconds));
    }

    private CostModel measured(BatchPlan plan, int cores, double bytesPerSecond, double latencySeconds) {
        int threads = Math.max(1, Math.min(cores, Runtime.getRuntime().availableProcessors()));
        int n = network.parameterCount();
        float[] theta = new float[n];
        float[] gradient = random(n);
        Optimizer stepped = new Optimizer(optimizer, Regularization.none(), network);
        Optimizer.Step step = new Optimizer.Step(1, 1, 1e-3, 0);
        byte[][] bytes = new byte[1][];
        // until Spark's own code is compiled; and before the first job, no executor need have come
        timed(JOB_WARM_UP_SECONDS, () -> job(1));
        int slots = Math.max(1, Synchronization.slots(spark));
        timed(JOB_WARM_UP_SECONDS, () -> job(slots));
        double one = median(JOBS, () -> job(1));
        double all = median(JOBS, () -> job(slots));
        double task = slots > 1 ? Math.max(0, (all - one) / (slots - 1)) : 0;
        return new CostModel(
                n,
                plan.shards(),
                plan.steps(),
                sliceSeconds(plan.mostRows(), threads),
                perFloat(n, () -> add(theta, gradient)),
                perFloat(n, () -> stepped.stepSlice(theta, gradient, 0, n, step)),
                perFloat(n, () -> {
                            bytes[0] = FloatBytes.of(gradient);
                            FloatBytes.floats(bytes[0]);
                        })
                        / 2,
                Math.max(0, one - task),
                task,
                barrierRuns() ? median(STAGES, () -> stage(slots)) : Double.POSITIVE_INFINITY,
                bytesPerSecond,
                latencySeconds);
    }

    private boolean barrierRuns() {
        return Synchronization.obstacleToBarrier(spark.sc().isLocal(), spark.getConf())
                .isEmpty();
    }

    private static void add(float[] left, float[] right) {
        for (int i = 0; i < left.length; i++) {
            left[i] += right[i];
        }
    }

    private static float[] random(int length) {
        Random random = new Random(1);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** The gradient of {@code rows} examples, where {@code threads} threads compute one each. */
    private double sliceSeconds(int rows, int threads) {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Double>> tasks = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                tasks.add(() -> slice(rows));
            }
            double sum = 0;
            for (Future<Double> each : pool.invokeAll(tasks)) {
                sum += each.get();
            }
            return sum / threads;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "the measured step failed: " + e.getCause().getMessage(), e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    private double slice(int rows) {
        Network net = new Network(network, Math.min(rows, ShardWorker.PASS_ROWS));
        float[] theta = random(network.parameterCount());
        float[] gradient = new float[theta.length];
        float[] x = random(network.input().size() * net.capacity());
        float[] y = new float[network.loss().targets(network.outputs()) * net.capacity()];
        for (int i = 0; i < theta.length; i++) {
            theta[i] *= 0.01f;
        }
        return median(
                ROUNDS,
                () -> timed(ROUND_SECONDS, () -> {
                    for (int from = 0; from < rows; from += net.capacity()) {
                        int m = Math.min(net.capacity(), rows - from);
                        net.addGradient(theta, x.clone(), y, m, new TrainingPass(1, 1, 0, 0, from), gradient);
                    }
                }));
    }

    private static double perFloat(int n, Runnable pass) {
        return median(ROUNDS, () -> timed(ROUND_SECONDS, pass)) / n;
    }

    /** Seconds of one call, over as many as make a measurable time. */
    private static double timed(double atLeast, Runnable work) {
        long start = System.nanoTime();
        int calls = 0;
        double seconds = 0;
        while (seconds < atLeast) {
            work.run();
            calls++;
            seconds = (System.nanoTime() - start) / 1e9;
        }
        return seconds / calls;
    }

    /** The median of the later half, which finds everything compiled and in place. */
    private static double median(int rounds, Callable<Double> measurement) {
        double[] seconds = new double[rounds];
        try {
            for (int i = 0; i < rounds; i++) {
                seconds[i] = measurement.call();
            }
        } catch (Exception e) {
            throw new IllegalStateException("measuring failed: " + e.getMessage(), e);
        }
        double[] later = Arrays.copyOfRange(seconds, rounds / 2, rounds);
        Arrays.sort(later);
        return later[later.length / 2];
    }

    private double job(int tasks) {
        JavaRDD<Integer> numbers = numbers(tasks);
        long start = System.nanoTime();
        numbers.mapPartitions(new Nothing()).collect();
        return (System.nanoTime() - start) / 1e9;
    }

    private double stage(int tasks) {
        JavaRDD<Integer> numbers = numbers(tasks);
        long start = System.nanoTime();
        numbers.rdd()
                .barrier()
                .mapPartitions(new NothingTogether(), false, ClassTag$.MODULE$.<Integer>apply(Integer.class))
                .toJavaRDD()
                .collect();
        return (System.nanoTime() - start) / 1e9;
    }

    private JavaRDD<Integer> numbers(int tasks) {
        return spark.parallelize(IntStream.range(0, tasks).boxed().toList(), tasks);
    }

    /** A task that does nothing. */
    private record Nothing() implements FlatMapFunction<Iterator<Integer>, Integer> {
        @Override
        public Iterator<Integer> call(Iterator<Integer> numbers) {
            return numbers;
        }
    }

    /** A task of a barrier stage that does nothing. */
    private static final class NothingTogether
            extends AbstractFunction1<scala.collection.Iterator<Integer>, scala.collection.Iterator<Integer>>
            implements Serializable {
        private static final long serialVersionUID = 1L;

        @Override
        public scala.collection.Iterator<Integer> apply(scala.collection.Iterator<Integer> numbers) {
            return numbers;
        }
    }
}
