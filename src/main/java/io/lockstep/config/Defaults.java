package io.lockstep.config;

import io.lockstep.augment.AugmentSpec;
import io.lockstep.nn.Activation;
import io.lockstep.nn.Initializer;
import io.lockstep.nn.Loss;
import io.lockstep.optim.OptimizerSpec;
import io.lockstep.optim.Schedule;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SortedMap;

/** What a key means that the config leaves out or sets to null. No other place holds a default. */
public final class Defaults {
    public static final SortedMap<String, String> OPTIONS = Collections.emptySortedMap();
    public static final FeatureSelection FEATURES = new FeatureSelection.All();
    public static final CategoricalSelection CATEGORICAL = new CategoricalSelection.Auto();
    public static final SortedMap<String, Integer> HASHING = Collections.emptySortedMap();
    public static final Missing MISSING = Missing.ERROR;
    public static final List<String> KEY = List.of();
    public static final Split SPLIT = new Split(0.7, 0.15, 0.15);
    /** The dev, test or train_dev part that a written split leaves out. */
    public static final double SPLIT_PART = 0;

    public static final Normalize NORMALIZE = Normalize.STANDARD;
    /** Of an image. */
    public static final int CHANNELS = 1;

    public static final StorageChoice STORAGE = StorageChoice.AUTO;
    public static final TargetTransform TARGET = TargetTransform.NONE;
    public static final Shuffle SHUFFLE = Shuffle.AUTO;

    public static final List<HiddenLayer> NETWORK = List.of();
    public static final Activation ACTIVATION = Activation.of(Activation.Kind.RELU);
    public static final double LEAKY_SLOPE = Activation.DEFAULT_LEAKY_SLOPE;
    public static final Optional<BatchNorm> BATCH_NORM = Optional.empty();
    public static final BatchNorm.Placement BATCH_NORM_PLACEMENT = BatchNorm.Placement.BEFORE;
    public static final double BATCH_NORM_MOMENTUM = 0.9;
    public static final double BATCH_NORM_EPSILON = 1e-5;
    public static final double DROPOUT = 0;
    public static final Initializer INITIALIZER = Initializer.AUTO;

    public static final Loss REGRESSION_LOSS = Loss.HALVED_SQUARED;
    public static final double HUBER_DELTA = 1;
    public static final int EPOCHS = 30;
    public static final BatchSize BATCH_SIZE = BatchSize.of(512);
    public static final int FINISH_FULL_BATCH_EPOCHS = 0;
    public static final double L2 = 0;
    public static final double L1 = 0;
    public static final OptionalDouble CLIP_NORM = OptionalDouble.empty();
    public static final OptionalDouble CLIP_VALUE = OptionalDouble.empty();
    public static final EarlyStopping EARLY_STOPPING =
            new EarlyStopping(EvaluationMetric.LOSS, 5, 0, EarlyStopping.Origin.DEFAULT);
    /** What a key of {@code augment} means that is left out; without the section nothing is augmented. */
    public static final AugmentSpec AUGMENT = AugmentSpec.nothing();

    public static final double BAYES_ERROR = 0;
    public static final long SEED = 1;

    /** Of sgd, momentum and nesterov. */
    public static final double PLAIN_LEARNING_RATE = 0.01;
    /** Of rmsprop, adam and adamw, whose steps do not shrink with the gradient. */
    public static final double ADAPTIVE_LEARNING_RATE = 0.001;
    /** Of momentum, nesterov and rmsprop. */
    public static final double BETA = 0.9;

    public static final double BETA1 = 0.9;
    public static final double BETA2 = 0.999;
    public static final double EPSILON = 1e-8;
    public static final double WEIGHT_DECAY = 0.01;
    public static final OptimizerSpec OPTIMIZER = new OptimizerSpec.Adam(ADAPTIVE_LEARNING_RATE, BETA1, BETA2, EPSILON);

    public static final Schedule SCHEDULE = new Schedule.Constant();
    public static final double WARMUP_EPOCHS = 0;
    public static final double INVERSE_TIME_RATE = 1;
    public static final double EXPONENTIAL_BASE = 0.95;
    public static final double INVERSE_SQRT_K = 1;
    public static final double STEP_FACTOR = 0.1;
    public static final double COSINE_FLOOR = 0;

    public static final SyncMode SYNC = SyncMode.AUTO;
    public static final OptionalInt SHARDS = OptionalInt.empty();
    public static final CheckpointConfig CHECKPOINT = new CheckpointConfig(1, 10, 3);

    public static final CardConfig CARD = new CardConfig(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    public static final RetrainConfig RETRAIN =
            new RetrainConfig(RetrainConfig.Start.WARM, RetrainConfig.Data.ALL, Optional.empty(), 0, 0.05, 10);

    private Defaults() {}

    /** The model directory of a training without {@code output}. */
    public static String output(String name) {
        return "models/" + name;
    }

    /** The label column of formats whose files do not name their columns. */
    public static Optional<String> label(DataFormat format) {
        return switch (format) {
            case IDX, LIBSVM, IMAGE -> Optional.of("label");
            case CSV, PARQUET, ORC, JSON -> Optional.empty();
        };
    }

    /** The name of a training without {@code name}: the config's file name without directory and extension. */
    public static String name(String fileName) {
        String last = fileName.substring(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1);
        int dot = last.lastIndexOf('.');
        return dot > 0 ? last.substring(0, dot) : last;
    }
}
