package io.lockstep.train;

import io.lockstep.config.BatchSize;
import io.lockstep.config.EarlyStopping;
import io.lockstep.config.LockstepConfig;
import io.lockstep.config.TrainingConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.ShardTask;
import io.lockstep.data.ShardedSet;
import io.lockstep.data.TrainingData;
import io.lockstep.error.ConfigException;
import io.lockstep.error.DivergedException;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.optim.Optimizer;
import io.lockstep.optim.Regularization;
import java.time.Instant;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/** The epoch loop: synchronized steps, the score on dev, early stopping, the best epoch's weights. */
public final class Trainer {
    private final JavaSparkContext spark;
    private final LockstepConfig config;
    private final TrainingData data;
    private final NetworkSpec network;
    private final TrainingListener listener;
    private final Optional<EarlyStopping> earlyStopping;
    private final int slots;
    private final Optional<float[]> start;

    /**
     * A training that is ready to start.
     *
     * @throws ConfigException if the config asks for early stopping and there is no dev set
     */
    public Trainer(JavaSparkContext spark, LockstepConfig config, TrainingData data, TrainingListener listener) {
        this(spark, config, data, listener, Optional.empty());
    }

    /**
     * {@link #Trainer(JavaSparkContext, LockstepConfig, TrainingData, TrainingListener)} that goes on from an earlier model's
     * θ.
     *
     * @param start of the network's parameter count; empty: at random
     */
    public Trainer(
            JavaSparkContext spark,
            LockstepConfig config,
            TrainingData data,
            TrainingListener listener,
            Optional<float[]> start) {
        this(spark, config, data, listener, Integer.MAX_VALUE, start);
    }

    /** A training on at most {@code slots} tasks at a time. */
    Trainer(JavaSparkContext spark, LockstepConfig config, TrainingData data, TrainingListener listener, int slots) {
        this(spark, config, data, listener, slots, Optional.empty());
    }

    private Trainer(
            JavaSparkContext spark,
            LockstepConfig config,
            TrainingData data,
            TrainingListener listener,
            int slots,
            Optional<float[]> start) {
        this.slots = slots;
        this.start = start.map(float[]::clone);
        this.spark = spark;
        this.config = config;
        this.data = data;
        this.listener = listener;
        this.network =
                Networks.of(config, data.features().width(), data.classes().size());
        start.filter(theta -> theta.length != network.parameterCount()).ifPresent(theta -> {
            throw new IllegalArgumentException(
                    "θ of " + theta.length + " numbers for a network of " + network.parameterCount());
        });
        requireThickSlices();
        this.earlyStopping = config.training().earlyStopping().filter(rule -> hasDevSet(rule, data));
    }

    /** Batch normalization of a slice of one example is β whatever the example. */
    private void requireThickSlices() {
        ShardedSet set = data.set(DataRole.TRAIN);
        long batch = Math.min(set.examples(), config.training().batchSize().rows(set.examples()));
        if (network.normalizesBatches() && batch < 2L * set.shards()) {
            throw new ConfigException("training.batch_size: mini-batches of " + batch + " examples on " + set.shards()
                    + " shards have slices of fewer than 2, whose variance batch normalization cannot take. Batches of "
                    + 2L * set.shards() + " or more, fewer shards, or no batch_norm.");
        }
    }

    private static boolean hasDevSet(EarlyStopping rule, TrainingData data) {
        if (rule.needsDevSet() && !data.has(DataRole.DEV)) {
            throw new ConfigException(
                    "training.early_stopping: needs a dev set, and there are no dev rows. Give data.dev"
                            + " or a data.split with a dev share, or set early_stopping: null.");
        }
        return data.has(DataRole.DEV);
    }

    /** The network to train. */
    public NetworkSpec network() {
        return network;
    }

    /**
     * Trains.
     *
     * @throws DivergedException if a loss or a parameter is not finite
     */
    public TrainingResult train() {
        return train(Optional.empty(), Optional.empty());
    }

    /**
     * Trains.
     *
     * @param from where an earlier run of this training was; empty: from the beginning
     * @param checkpoints where checkpoints go; empty: none are made
     * @throws DivergedException if a loss or a parameter is not finite
     */
    TrainingResult train(Optional<Checkpoint> from, Optional<CheckpointSink> checkpoints) {
        TrainingConfig training = config.training();
        TrainingState state =
                from.map(checkpoint -> checkpoint.state(optimizer())).orElseGet(this::initialState);
        BatchPlan miniBatches = miniBatches();
        EpochLoop loop = loop(from, checkpoints, state);
        Synchronization synchronization = synchronization();
        Synchronization.Choice choice = synchronization.choose(
                state,
                miniBatches,
                from.map(checkpoint -> checkpoint.epochs().size() + 1).orElse(1));
        from.ifPresent(checkpoint -> {
            loop.resume(checkpoint);
            EpochSums current = checkpoint.current();
            int epochs = checkpoint.epochs().size();
            listener.resumed(epochs, current.steps(), epochs * miniBatches.examples() + current.examples());
        });
        listener.started(plan(synchronization, choice, miniBatches));

        try (GradientSync sync = synchronization.open(choice.mode(), miniBatches)) {
            loop.runMiniBatches(sync, miniBatches, training.epochs());
        }
        if (training.finishFullBatchEpochs() > 0) {
            ShardedSet set = data.set(DataRole.TRAIN);
            BatchPlan fullBatch = new BatchPlan(set.examples(), BatchSize.full().rows(set.examples()), set.shards());
            int first = loop.miniBatchEpochs(training.epochs());
            try (GradientSync sync = synchronization.open(choice.mode(), fullBatch)) {
                loop.finish(sync, fullBatch, first, first + training.finishFullBatchEpochs());
            }
        }
        checkpoints.ifPresent(sink -> {
            sink.finish();
            sink.trouble().ifPresent(listener::checkpointFailed);
        });
        TrainingResult result = loop.result();
        listener.ended(result);
        return result;
    }

    private EpochLoop loop(Optional<Checkpoint> from, Optional<CheckpointSink> checkpoints, TrainingState state) {
        JavaRDD<ShardTask> shards = shards(DataRole.TRAIN);
        HealthCheck health = from.map(checkpoint -> new HealthCheck(config, network, shards, checkpoint, listener))
                .orElseGet(() -> new HealthCheck(config, network, shards, state.theta(), listener));
        BestEpoch best = from.map(checkpoint -> new BestEpoch(earlyStopping, checkpoint))
                .orElseGet(() -> new BestEpoch(earlyStopping));
        Optional<EpochLoop.Checkpointing> checkpointing =
                config.checkpoint().flatMap(when -> checkpoints.map(sink -> EpochLoop.Checkpointing.of(when, sink)));
        return new EpochLoop(network, learningRate(), state, best, health, listener, checkpointing);
    }

    /** Tells the listener which training this is. */
    void announce(Instant first, long steps) {
        listener.began(first, steps);
    }

    /** What {@link #train} would tell its listener at the start; {@code sync: auto} takes some steps on a copy of the state. */
    public TrainingListener.Plan plan() {
        BatchPlan miniBatches = miniBatches();
        Synchronization synchronization = synchronization();
        return plan(synchronization, synchronization.choose(initialState(), miniBatches, 1), miniBatches);
    }

    private TrainingListener.Plan plan(
            Synchronization synchronization, Synchronization.Choice choice, BatchPlan miniBatches) {
        TrainingConfig training = config.training();
        return new TrainingListener.Plan(
                network,
                miniBatches.examples(),
                training.epochs() + training.finishFullBatchEpochs(),
                miniBatches.batchSize(),
                miniBatches.steps(),
                miniBatches.shards(),
                synchronization.tasks(),
                Synchronization.slots(spark),
                choice.mode(),
                choice.reason());
    }

    /** What a checkpoint of it must fit. */
    TrainingShape shape() {
        BatchPlan plan = miniBatches();
        return new TrainingShape(
                network,
                optimizer().state(0, 0).length,
                plan.steps(),
                plan.examples(),
                earlyStopping.isPresent() ? TrainingShape.Stopping.EARLY : TrainingShape.Stopping.AT_THE_END);
    }

    private BatchPlan miniBatches() {
        ShardedSet set = data.set(DataRole.TRAIN);
        return new BatchPlan(set.examples(), config.training().batchSize().rows(set.examples()), set.shards());
    }

    private Synchronization synchronization() {
        return new Synchronization(spark, config, data, network, learningRate(), slots);
    }

    private TrainingState initialState() {
        return new TrainingState(
                start.map(float[]::clone)
                        .orElseGet(() -> network.initialize(
                                config.initializer(), config.training().seed())),
                optimizer());
    }

    /** At its first step. */
    private Optimizer optimizer() {
        long examples = data.set(DataRole.TRAIN).examples();
        return new Optimizer(config.training().optimizer(), regularization(examples), network);
    }

    private LearningRate learningRate() {
        TrainingConfig training = config.training();
        return new LearningRate(
                training.optimizer().learningRate(), training.schedule(), training.warmupEpochs(), training.epochs());
    }

    private Regularization regularization(long examples) {
        TrainingConfig training = config.training();
        return new Regularization(training.l2(), training.l1(), training.clipNorm(), training.clipValue(), examples);
    }

    /** The examples of {@code role} as tasks map them to score them. */
    public JavaRDD<ShardTask> shards(DataRole role) {
        return data.set(role).normalized(Math.min(slots, spark.defaultParallelism()), data.evaluation());
    }
}
