package io.lockstep.eval;

import io.lockstep.data.ShardRange;
import io.lockstep.model.TargetTransform;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Predictions that no network made, and their evaluation on any number of shards and tasks. */
@SuppressWarnings("ArrayRecordComponent") // a test's data, never compared
record ScoredRows(Loss loss, int n, int classes, float[][] outputs, float[][] targets, float[] weights, int[] slices) {

    int size() {
        return outputs.length;
    }

    /** Random scores of a classification; {@code digits} decimals, so that few make ties. */
    static ScoredRows classification(int rows, int classes, int digits, boolean weighted, long seed) {
        Random random = new Random(seed);
        int n = classes == 2 ? 1 : classes;
        float[][] outputs = new float[rows][n];
        float[][] targets = new float[rows][1];
        float[] weights = new float[rows];
        int[] slices = new int[rows];
        double scale = Math.pow(10, digits);
        for (int i = 0; i < rows; i++) {
            int observed = random.nextInt(classes);
            targets[i][0] = observed;
            weights[i] = weighted ? random.nextInt(6) / 2f : 1;
            slices[i] = random.nextInt(3);
            if (n == 1) {
                double p = 1 / (1 + Math.exp(-random.nextGaussian() - (observed == 1 ? 0.8 : -0.4)));
                outputs[i][0] = (float) (Math.rint(p * scale) / scale);
            } else {
                double sum = 0;
                double[] e = new double[n];
                for (int k = 0; k < n; k++) {
                    e[k] = Math.rint(scale * Math.exp(random.nextGaussian() + (k == observed ? 1 : 0))) + 1;
                    sum += e[k];
                }
                for (int k = 0; k < n; k++) {
                    outputs[i][k] = (float) (e[k] / sum);
                }
            }
        }
        Loss loss = n == 1 ? Loss.SIGMOID_CROSS_ENTROPY : Loss.SOFTMAX_CROSS_ENTROPY;
        return new ScoredRows(loss, n, classes, outputs, targets, weights, slices);
    }

    /** Random predictions of {@code n} numbers about {@code origin}, as far apart as float32 tells them apart there. */
    static ScoredRows regression(int rows, int n, double origin, boolean weighted, long seed) {
        Random random = new Random(seed);
        float[][] outputs = new float[rows][n];
        float[][] targets = new float[rows][n];
        float[] weights = new float[rows];
        int[] slices = new int[rows];
        double unit = Math.max(1, origin / 1e5);
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < n; k++) {
                targets[i][k] = (float) (origin + 10 * unit * random.nextGaussian());
                outputs[i][k] = (float) (targets[i][k] + unit * (random.nextGaussian() - 0.1));
            }
            weights[i] = weighted ? random.nextInt(6) / 2f : 1;
            slices[i] = random.nextInt(3);
        }
        return new ScoredRows(Loss.HALVED_SQUARED, n, 0, outputs, targets, weights, slices);
    }

    /** Random scores of labels. */
    static ScoredRows multilabel(int rows, int n, boolean weighted, long seed) {
        ScoredRows of = regression(rows, n, 0, weighted, seed);
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < n; k++) {
                of.targets[i][k] = of.targets[i][k] > 5 ? 1 : 0;
                of.outputs[i][k] = (float) (Math.rint(50 / (1 + Math.exp(-of.outputs[i][k] / 5))) / 50);
            }
        }
        return new ScoredRows(Loss.SIGMOID_CROSS_ENTROPY, n, 0, of.outputs, of.targets, of.weights, of.slices);
    }

    /** The rows that {@code wanted} takes. */
    ScoredRows where(IntPredicate wanted) {
        int[] rows = IntStream.range(0, size()).filter(wanted).toArray();
        float[] keptWeights = new float[rows.length];
        int[] keptSlices = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            keptWeights[i] = weights[rows[i]];
            keptSlices[i] = slices[rows[i]];
        }
        return new ScoredRows(
                loss,
                n,
                classes,
                IntStream.of(rows).mapToObj(i -> outputs[i]).toArray(float[][]::new),
                IntStream.of(rows).mapToObj(i -> targets[i]).toArray(float[][]::new),
                keptWeights,
                keptSlices);
    }

    /** A number for the loss of a row, for the network that would tell it is not there. */
    double lossOf(int row) {
        return 0.1 + Math.abs(outputs[row][0]) % 1 / 3;
    }

    List<String> names(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(k -> prefix + k).toList();
    }

    Evaluation evaluation() {
        return evaluation(4, 1, EvaluationJob.MOST_RANKED);
    }

    Evaluation evaluation(int shards, int tasks, long mostRanked) {
        EvaluationJob job = job(0, mostRanked);
        return evaluator().evaluation(job, sums(job, shards, tasks));
    }

    Map<String, Metrics> bySlice(int shards, int tasks, int slicesThere) {
        EvaluationJob job = job(slicesThere, EvaluationJob.MOST_RANKED);
        return Evaluator.bySlice(job, sums(job, shards, tasks), names("s", slicesThere));
    }

    private EvaluationJob job(int slicesThere, long mostRanked) {
        NetworkSpec network = new NetworkSpec(new Shape.Vector(1), List.of(new LayerSpec.Dense(n)), loss);
        return new EvaluationJob(network, TargetTransform.NONE, size(), slicesThere, mostRanked);
    }

    private Evaluator evaluator() {
        return new Evaluator(
                job(0, 0).network(),
                TargetTransform.NONE,
                names("c", classes),
                classes > 0 ? List.of("kind") : names("l", n));
    }

    /** What tasks would send, as Spark would bring it. */
    private List<List<GroupSums>> sums(EvaluationJob job, int shards, int tasks) {
        List<List<GroupSums>> parts = new ArrayList<>();
        for (int task = 0; task < tasks; task++) {
            TaskSums sums = new TaskSums(job);
            for (int shard = task * shards / tasks; shard < (task + 1) * shards / tasks; shard++) {
                ShardRange range = ShardRange.of(shard, shards, size());
                sums.beginShard(range);
                for (int i = (int) range.start(); i < range.end(); i++) {
                    if (job.slices() == 0) {
                        sums.add(outputs[i], 0, targets[i], 0, weights[i], lossOf(i));
                    } else {
                        sums.add(slices[i], outputs[i], 0, targets[i], 0, weights[i], lossOf(i));
                    }
                }
                sums.endShard();
            }
            parts.add(shipped(sums.end()));
        }
        return parts;
    }

    @SuppressWarnings("unchecked")
    private static List<GroupSums> shipped(List<GroupSums> sums) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                out.writeObject(new ArrayList<>(sums));
            }
            return (List<GroupSums>) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
