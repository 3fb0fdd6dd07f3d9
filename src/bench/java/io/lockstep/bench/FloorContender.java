package io.lockstep.bench;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/**
 * The floor under {@code driver}: a Spark job for each step that broadcasts θ's bytes, computes nothing, brings as many
 * back from every task and adds them on the driver.
 */
final class FloorContender implements Contender {
    /** So that an epoch of few steps is not left to chance. */
    private static final int FEWEST_STEPS = 60;

    private final JavaSparkContext spark;
    private final JavaRDD<Integer> tasks;
    private final float[] theta;
    private final float[] sum;
    private final int steps;

    FloorContender(LockstepData data, Net net) {
        Slices slices = data.slices(net);
        this.spark = data.spark();
        int slots = Math.min(spark.defaultParallelism(), slices.shards());
        this.tasks = spark.parallelize(IntStream.range(0, slots).boxed().toList(), slots);
        this.theta = Fill.uniform(net.parameters(slices.width()), 1);
        this.sum = new float[theta.length];
        this.steps = slices.steps();
    }

    @Override
    public Lap lap() {
        int jobs = Math.max(steps, FEWEST_STEPS);
        long start = System.nanoTime();
        for (int i = 0; i < jobs; i++) {
            step();
        }
        double each = (System.nanoTime() - start) / 1e9 / jobs;
        return new Lap(each * steps, Map.of("step_seconds", each));
    }

    private void step() {
        Broadcast<float[]> parameters = spark.broadcast(theta);
        List<float[]> gradients = tasks.mapPartitions(new Echo(parameters)).collect();
        parameters.destroy();
        for (float[] gradient : gradients) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += gradient[i];
            }
        }
    }

    /** Sends back what was broadcast. */
    private static final class Echo implements FlatMapFunction<Iterator<Integer>, float[]> {
        private static final long serialVersionUID = 1L;

        private final Broadcast<float[]> parameters;

        Echo(Broadcast<float[]> parameters) {
            this.parameters = parameters;
        }

        @Override
        public Iterator<float[]> call(Iterator<Integer> task) {
            return List.of(parameters.value()).iterator();
        }
    }
}
