package io.lockstep.testing;

import io.lockstep.data.Shard;
import io.lockstep.data.ShardRange;
import io.lockstep.data.ShardTask;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;

/**
 * A set's normalized examples, on the driver and in float64.
 *
 * @param x X (n_x, n), an example a column, in the order of the shards
 * @param y the targets of each example as the network is trained on them
 * @param weights of the examples, 1 where they have none
 * @param starts where each shard begins, and behind them n
 */
@SuppressWarnings("ArrayRecordComponent") // a test's data, never compared
public record Examples(double[][] x, double[][] y, double[] weights, List<Integer> starts) {

    /** Collects examples with one target. */
    public static Examples of(JavaRDD<ShardTask> shards, int width) {
        return of(shards, width, 1);
    }

    /** Collects them. */
    public static Examples of(JavaRDD<ShardTask> shards, int width, int targets) {
        List<double[][]> collected = shards.mapPartitions(tasks -> read(tasks.next(), width, targets))
                .collect();
        List<double[]> x = new ArrayList<>();
        List<Integer> starts = new ArrayList<>();
        for (double[][] shard : collected) {
            starts.add(x.size());
            x.addAll(List.of(shard));
        }
        starts.add(x.size());
        return new Examples(
                x.stream()
                        .map(example -> java.util.Arrays.copyOf(example, width))
                        .toArray(double[][]::new),
                x.stream()
                        .map(example -> java.util.Arrays.copyOfRange(example, width, width + targets))
                        .toArray(double[][]::new),
                x.stream().mapToDouble(example -> example[width + targets]).toArray(),
                starts);
    }

    private static Iterator<double[][]> read(ShardTask task, int width, int targets) {
        List<double[][]> shards = new ArrayList<>();
        for (ShardRange range : task.shards()) {
            Shard shard = task.shard(range);
            double[][] rows = new double[shard.rows()][width + targets + 1];
            float[] x = new float[width];
            float[] y = new float[targets];
            float[] weight = new float[1];
            for (int i = 0; i < rows.length; i++) {
                shard.read(i, 1, x, y);
                shard.readWeights(i, 1, weight);
                for (int f = 0; f < width; f++) {
                    rows[i][f] = x[f];
                }
                for (int t = 0; t < targets; t++) {
                    rows[i][width + t] = y[t];
                }
                rows[i][width + targets] = weight[0];
            }
            shards.add(rows);
        }
        return shards.iterator();
    }

    /** How many. */
    public int size() {
        return y.length;
    }

    /** Example {@code i} as a matrix of one column. */
    public double[] x(int i) {
        return x[i];
    }

    /** Its targets, likewise. */
    public double[] y(int i) {
        return y[i];
    }
}
