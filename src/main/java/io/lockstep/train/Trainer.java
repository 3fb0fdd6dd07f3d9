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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
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

    /**
     * A training that is ready to start.
     *
     * @throws ConfigException if the config asks for early stopping and there is no dev set
     */
    public Trainer(JavaSparkContext spark, LockstepConfig config, TrainingData data, TrainingListener listener) {
        this(spark, config, data, listener, Integer.MAX_VALUE);
    }

    /** A training on at most {@code slots} tasks at a time. */
    Trainer(JavaSparkContext spark, LockstepConfig config, TrainingData data, TrainingListener listener, int slots) {
        this.slots = slots;
        this.spark = spark;
        this.config = config;
        this.data = data;
        this.listener = listener;
        this.network =
                Networks.of(config, data.features().width(), data.classes().size());
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
        TrainingConfig training = config.training();
        ShardedSet set = data.set(DataRole.TRAIN);
        TrainingState state = initialState();
        HealthCheck health = new HealthCheck(config, network, shards(DataRole.TRAIN), state.theta(), listener);
        BestEpoch best = new BestEpoch(earlyStopping);
        List<EpochRecord> records = new ArrayList<>();
        BatchPlan miniBatches = miniBatches();
        Synchronization synchronization = synchronization();
        Synchronization.Choice choice = synchronization.choose(state, miniBatches);
        listener.started(plan(synchronization, choice, miniBatches));

        boolean stopped;
        try (GradientSync sync = synchronization.open(choice.mode(), miniBatches)) {
            stopped = run(sync, miniBatches, state, 1, training.epochs(), best, records, health, best::patienceEnds);
        }
        OptionalInt patienceEnded = stopped ? OptionalInt.of(records.size()) : OptionalInt.empty();
        if (training.finishFullBatchEpochs() > 0) {
            // patience ends the mini-batches, not what is to come after them; and the best of them is what to finish
            System.arraycopy(best.theta(), 0, state.theta(), 0, best.theta().length);
            BatchPlan fullBatch = new BatchPlan(set.examples(), BatchSize.full().rows(set.examples()), set.shards());
            int first = records.size() + 1;
            int last = records.size() + training.finishFullBatchEpochs();
            try (GradientSync sync = synchronization.open(choice.mode(), fullBatch)) {
                run(sync, fullBatch, state, first, last, best, records, health, epoch -> false);
            }
        }
        TrainingResult result = new TrainingResult(best.theta(), best.epoch(), records, patienceEnded, health.report());
        listener.ended(result);
        return result;
    }

    /** What {@link #train} would tell its listener at the start; {@code sync: auto} takes some steps on a copy of the state. */
    public TrainingListener.Plan plan() {
        BatchPlan miniBatches = miniBatches();
        Synchronization synchronization = synchronization();
        return plan(synchronization, synchronization.choose(initialState(), miniBatches), miniBatches);
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

    private BatchPlan miniBatches() {
        ShardedSet set = data.set(DataRole.TRAIN);
        return new BatchPlan(set.examples(), config.training().batchSize().rows(set.examples()), set.shards());
    }

    private Synchronization synchronization() {
        return new Synchronization(spark, config, data, network, learningRate(), slots);
    }

    private TrainingState initialState() {
        TrainingConfig training = config.training();
        long examples = data.set(DataRole.TRAIN).examples();
        return new TrainingState(
                network.initialize(config.initializer(), training.seed()),
                new Optimizer(training.optimizer(), regularization(examples), network));
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

    /** Runs epochs [first, last], or until {@code stop}; whether that ended them. */
    private boolean run(
            GradientSync sync,
            BatchPlan plan,
            TrainingState state,
            int first,
            int last,
            BestEpoch best,
            List<EpochRecord> records,
            HealthCheck health,
            IntPredicate stop) {
        for (int epoch = first; epoch <= last; epoch++) {
            GradientSync.StrideSums sums =
                    sync.take(state, GradientSync.Stride.epoch(epoch, plan), new Steps(listener, health, epoch));
            Divergence.requireFinite(network, state.theta(), epoch, sums.steps());
            Optional<Score> dev = sums.score();
            best.consider(epoch, state.theta(), dev);
            EpochRecord epochRecord = new EpochRecord(
                    epoch,
                    sums.loss() / sums.examples(),
                    dev,
                    sums.examples() / sums.time().seconds(),
                    sums.time(),
                    learningRate().at(epoch, 0, 1),
                    health.look(state.theta()));
            records.add(epochRecord);
            listener.epochEnded(epochRecord);
            health.judge(epochRecord);
            if (stop.test(epoch)) {
                return true;
            }
        }
        return false;
    }

    /** Tells the training's listener what happens in an epoch. */
    private record Steps(TrainingListener listener, HealthCheck health, int epoch)
            implements GradientSync.StepListener {
        @Override
        public void stepTaken(int step, int steps, double loss, long examples, double syncShare) {
            listener.stepTaken(new TrainingListener.Step(epoch, step, steps, loss, examples, syncShare));
            health.step(epoch, step, loss);
        }

        @Override
        public void restarted(int step, String reason) {
            listener.restarted(epoch, step, reason);
        }
    }

    /** The examples of {@code role} as tasks map them to score them. */
    public JavaRDD<ShardTask> shards(DataRole role) {
        return data.set(role).normalized(Math.min(slots, spark.defaultParallelism()), data.evaluation());
    }
}
