package io.lockstep.job;

import io.lockstep.config.LockstepConfig;
import io.lockstep.config.SyncMode;
import io.lockstep.data.DataRole;
import io.lockstep.data.TrainingData;
import io.lockstep.error.ConfigException;
import io.lockstep.error.ExitCode;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.train.CostModel;
import io.lockstep.train.CostProbe;
import io.lockstep.train.Networks;
import java.io.PrintStream;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.deploy.SparkHadoopUtil;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code plan CONF}: what a step will take on a cluster, by either form of synchronization. */
@Command(
        name = "plan",
        description = "Predict the time of a step on a cluster, and the better synchronization.",
        mixinStandardHelpOptions = true)
final class PlanCommand extends SparkCommand {
    private static final int MOST_EXECUTORS = 512;
    private static final Pattern BANDWIDTH = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)([KMG])b(?:it)?(?:/s|ps)?");

    @Mixin
    private ConfigOptions options;

    @Option(names = "--executors", paramLabel = "N", required = true, description = "Executors of the cluster.")
    private int executors;

    @Option(names = "--cores", paramLabel = "C", defaultValue = "1", description = "Slots of an executor. Default: 1.")
    private int cores;

    @Option(
            names = "--bandwidth",
            paramLabel = "RATE",
            defaultValue = "10Gb",
            description = "Of an executor's network, in bits per second, such as 10Gb. Default: 10Gb.")
    private String bandwidth;

    @Option(
            names = "--latency",
            paramLabel = "MS",
            defaultValue = "0.2",
            description = "Of a message from one executor's task to another's, in milliseconds. Default: 0.2.")
    private double latencyMillis;

    @ArgGroup(exclusive = false, heading = "The data's size, where the data is not to be read:%n")
    private Size size;

    /** What a plan must know of the data. */
    static final class Size {
        @Option(names = "--examples", paramLabel = "M", required = true, description = "Training examples.")
        private long examples;

        @Option(names = "--features", paramLabel = "N", required = true, description = "Features, after encoding.")
        private int features;

        @Option(names = "--classes", paramLabel = "K", defaultValue = "0", description = "Classes; 0: a regression.")
        private int classes;

        Size() {}

        Size(long examples, int features, int classes) {
            this.examples = examples;
            this.features = features;
            this.classes = classes;
        }
    }

    @Override
    public Integer call() {
        requirePositive("--executors", executors);
        requirePositive("--cores", cores);
        if (!(latencyMillis >= 0)) {
            throw new ConfigException("--latency: expected milliseconds, 0 or more, found " + latencyMillis + ".");
        }
        double bytesPerSecond = bytesPerSecond(bandwidth);
        Configuration hadoop = SparkHadoopUtil.get().conf();
        LockstepConfig config = options.read(hadoop);
        try (Session session = Session.open("plan " + config.name(), common())) {
            Size known = size != null ? size : sizeOf(session, config);
            NetworkSpec network = Networks.of(config, known.features, known.classes);
            long batch = config.training().batchSize().rows(known.examples);
            int shards = TrainingData.shards(config);
            CostModel model = new CostProbe(
                            JavaSparkContext.fromSparkContext(session.spark().sparkContext()),
                            network,
                            config.training().optimizer())
                    .measure(known.examples, batch, shards, cores, bytesPerSecond, latencyMillis / 1e3);
            print(
                    PlainOutput.standard(),
                    model,
                    batch,
                    session.spark().sparkContext().master());
        }
        return ExitCode.DONE.number();
    }

    private static void requirePositive(String option, int value) {
        if (value < 1) {
            throw new ConfigException(option + ": expected a number of 1 or more, found " + value + ".");
        }
    }

    /**
     * Bytes per second of a bandwidth in bits.
     *
     * @throws ConfigException if it is none
     */
    static double bytesPerSecond(String text) {
        Matcher matcher = BANDWIDTH.matcher(text);
        if (!matcher.matches() || Double.parseDouble(matcher.group(1)) == 0) {
            throw new ConfigException(
                    "--bandwidth: expected bits per second, such as 10Gb or 900Mb, found \"" + text + "\".");
        }
        double unit = matcher.group(2).equals("G") ? 1e9 : matcher.group(2).equals("M") ? 1e6 : 1e3;
        return Double.parseDouble(matcher.group(1)) * unit / 8;
    }

    private static Size sizeOf(Session session, LockstepConfig config) {
        try (TrainingData data = TrainingData.prepare(session.spark(), config)) {
            return new Size(
                    data.set(DataRole.TRAIN).examples(),
                    data.features().width(),
                    data.classes().size());
        }
    }

    private void print(PrintStream out, CostModel model, long batch, String master) {
        out.printf(
                Locale.ROOT,
                "%,d parameters (%.1f MB), batch %,d in %d shards, %,d steps an epoch.%n",
                model.parameters(),
                model.parameters() * 4 / 1e6,
                batch,
                model.shards(),
                model.steps());
        out.printf(
                Locale.ROOT,
                "Measured here: a slice of %,d examples %.2f ms, optimizer %.2f ms;%n"
                        + "a job %.1f ms + %.1f ms a task, a barrier stage %.0f ms, on %s.%n",
                (batch + model.shards() - 1) / model.shards(),
                model.sliceSeconds() * 1e3,
                model.parameters() * model.optimizerSeconds() * 1e3,
                model.jobSeconds() * 1e3,
                model.taskSeconds() * 1e3,
                model.stageSeconds() * 1e3,
                master);
        out.printf(
                Locale.ROOT,
                "Assumed: %.1f Gb/s and %.2f ms a message between executors.%n",
                model.bytesPerSecond() * 8 / 1e9,
                model.latencySeconds() * 1e3);
        out.printf(Locale.ROOT, "%nMilliseconds a step, executors of %d:%n", cores);
        out.printf(
                "%9s %6s %10s %10s %10s %8s %12s%n",
                "executors", "tasks", "compute", "driver", "barrier", "better", "examples/s");
        for (int count = 2; count <= MOST_EXECUTORS; count *= 2) {
            if (count > executors && count / 2 < executors) {
                row(out, model, executors, batch);
            }
            row(out, model, count, batch);
        }
        if (executors > MOST_EXECUTORS || executors == 1) {
            row(out, model, executors, batch);
        }
        conclude(out, model, batch);
    }

    private void row(PrintStream out, CostModel model, int count, long batch) {
        CostModel.Step step = model.step(count, cores);
        out.printf(
                Locale.ROOT,
                "%9d %6d %10.2f %10.2f %10.2f %8s %,12.0f%s%n",
                count,
                step.tasks(),
                step.compute() * 1e3,
                step.driver() * 1e3,
                step.barrier() * 1e3,
                better(step).configName(),
                batch / Math.min(step.driver(), step.barrier()),
                count == executors ? "  <" : "");
    }

    private static SyncMode better(CostModel.Step step) {
        return step.barrier() <= step.driver() ? SyncMode.BARRIER : SyncMode.DRIVER;
    }

    private void conclude(PrintStream out, CostModel model, long batch) {
        CostModel.Step step = model.step(executors, cores);
        double best = Math.min(step.driver(), step.barrier());
        out.printf(
                Locale.ROOT,
                "%n%d executors of %d: sync: %s, %.2f ms a step, %.1f s an epoch.%n" + "%.0f %% of a step computes.%n",
                executors,
                cores,
                better(step).configName(),
                best * 1e3,
                best * model.steps(),
                100 * step.compute() / best);
        long slots = (long) executors * cores;
        if (step.tasks() < slots) {
            out.printf(
                    Locale.ROOT,
                    "Only %d of the %d slots have work: a shard is not divided.%n"
                            + "shards: %d would occupy all, in thinner slices;%n"
                            + "so would a training.batch_size of %,d.%n",
                    step.tasks(),
                    slots,
                    Long.highestOneBit(2 * slots - 1),
                    batch * Long.highestOneBit(2 * slots - 1) / model.shards());
        }
    }
}
