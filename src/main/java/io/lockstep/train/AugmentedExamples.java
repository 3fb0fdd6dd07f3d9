package io.lockstep.train;

import io.lockstep.augment.Augmenter;
import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.Jobs;
import io.lockstep.data.Shard;
import io.lockstep.data.ShardRange;
import io.lockstep.data.ShardTask;
import io.lockstep.data.TrainingData;
import io.lockstep.model.Normalization;
import io.lockstep.nn.Shape;
import io.lockstep.nn.TrainingPass;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Some training examples beside what augmentation makes of them in the first epochs, for a person to look at.
 *
 * @param shape of an example
 * @param originals example after example, in units of the values as they were read
 * @param versions of all of them: versions.get(e) in epoch e + 1
 */
@SuppressWarnings("ArrayRecordComponent") // to be drawn, never compared
public record AugmentedExamples(Shape shape, float[] originals, List<float[]> versions) {

    /** The first {@code examples} of the training set, or all if they are fewer, in {@code epochs} epochs. */
    public static AugmentedExamples of(
            JavaSparkContext spark, LockstepConfig config, TrainingData data, int examples, int epochs) {
        int width = data.features().width();
        float[] originals = first(spark, data, width, examples);
        int count = originals.length / width;
        Normalization normalization = data.preparation().normalization();
        Augmenter augmenter = Augmentations.of(config, data).augmenter();
        List<float[]> versions = new ArrayList<>();
        for (int epoch = 1; epoch <= epochs; epoch++) {
            float[] version = originals.clone();
            augmenter.augment(version, count, new TrainingPass(config.training().seed(), epoch, 0, 0, 0));
            versions.add(asRead(version, normalization));
        }
        return new AugmentedExamples(Networks.input(config, width), asRead(originals, normalization), versions);
    }

    /** How many examples. */
    public int examples() {
        return originals.length / shape.size();
    }

    private static float[] first(JavaSparkContext spark, TrainingData data, int width, int examples) {
        List<float[]> rows = Jobs.named(spark.sc(), "first training examples", () -> data.set(DataRole.TRAIN)
                .normalized(spark.defaultParallelism(), data.preparation())
                .mapPartitions(tasks -> first(tasks.next(), width, examples))
                .collect());
        int count = Math.min(examples, rows.size());
        float[] x = new float[count * width];
        for (int j = 0; j < count; j++) {
            System.arraycopy(rows.get(j), 0, x, j * width, width);
        }
        return x;
    }

    /** A set has few examples in its first shard where it has few at all: each shard offers as many as are wanted. */
    private static Iterator<float[]> first(ShardTask task, int width, int examples) {
        List<float[]> rows = new ArrayList<>();
        for (ShardRange range : task.shards()) {
            if (rows.size() < examples && range.rows() > 0) {
                Shard shard = task.shard(range);
                float[] y = new float[1];
                for (int i = 0; i < shard.rows() && rows.size() < examples; i++) {
                    float[] x = new float[width];
                    shard.read(i, 1, x, y);
                    rows.add(x);
                }
            }
        }
        return rows.iterator();
    }

    private static float[] asRead(float[] normalized, Normalization normalization) {
        double[] means = normalization.means();
        double[] deviations = normalization.deviations();
        float[] read = new float[normalized.length];
        for (int i = 0; i < read.length; i++) {
            int feature = i % means.length;
            read[i] = (float) (normalized[i] * deviations[feature] + means[feature]);
        }
        return read;
    }
}
