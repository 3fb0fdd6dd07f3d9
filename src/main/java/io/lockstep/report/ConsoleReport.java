package io.lockstep.report;

import io.lockstep.config.EvaluationMetric;
import io.lockstep.config.LockstepConfig;
import io.lockstep.config.Task;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.train.EpochRecord;
import io.lockstep.train.EpochTime;
import io.lockstep.train.HealthWarning;
import io.lockstep.train.TrainingListener;
import io.lockstep.train.TrainingResult;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;

/** Tells a person how a training goes: a bar on a terminal, a line for each epoch elsewhere. */
public final class ConsoleReport implements TrainingListener, AutoCloseable {
    private static final int WIDTH = 80;
    private static final int BAR = 20;
    private static final int SHORTEST_BAR = 6;
    /** Of a number in the bar's text: there is room for no more. */
    private static final int BAR_NUMBER = 8;
    /** Of a number in a table. */
    private static final int NUMBER = 10;
    /** 76 characters; an epoch of more than five digits has four to spare. */
    private static final String LINE = "%5s %10s %10s %12s %10s %15s %8s%n";

    private static final int UPDATE_MILLIS = 250;
    /** Leaves room for the number of parameters. */
    private static final int LONGEST_SHAPE = 45;

    private final PrintStream out;
    private final EvaluationMetric metric;
    private final Optional<PrintStream> terminal;
    private final MovingAverage loss = new MovingAverage();
    private final StringBuilder devText = new StringBuilder();
    private ProgressBar bar;
    private Plan plan;
    private long start;
    /** Examples that another run has behind it, and this one. */
    private long before;

    private long here;

    private long epochStart;
    private long epochExamples;

    /**
     * A report.
     *
     * @param out where lines go
     * @param terminal where a bar goes; empty: no bar, but a line for each epoch
     */
    public ConsoleReport(LockstepConfig config, PrintStream out, Optional<PrintStream> terminal) {
        this.out = out;
        this.terminal = terminal;
        this.metric = devMetric(config.task());
    }

    private static EvaluationMetric devMetric(Task task) {
        return switch (task) {
            case CLASSIFICATION -> EvaluationMetric.ACCURACY;
            case MULTILABEL -> EvaluationMetric.F1_MICRO;
            case REGRESSION -> EvaluationMetric.R2;
        };
    }

    @Override
    public void started(Plan started) {
        plan = started;
        out.printf(
                Locale.ROOT,
                "Network %s: %,d parameters.%n",
                shape(started.network()),
                started.network().parameterCount());
        out.printf(
                Locale.ROOT,
                "%,d steps an epoch, %d shards on %d tasks, sync: %s.%n",
                started.steps(),
                started.shards(),
                started.tasks(),
                started.sync().configName());
        started.reason().ifPresent(reason -> out.println("sync: auto " + reason + "."));
        if (started.tasks() < started.slots()) {
            out.println(idleSlots(started));
        }
        start = System.nanoTime();
        epochStart = start;
        if (terminal.isPresent()) {
            bar = new ProgressBarBuilder()
                    // in examples: a full-batch epoch is one step, but takes as long as its examples
                    .setInitialMax(started.epochs() * started.examples())
                    .startsFrom(before, Duration.ZERO)
                    .setConsumer(new ConsoleProgressBarConsumer(terminal.get(), WIDTH))
                    .setUpdateIntervalMillis(UPDATE_MILLIS)
                    .setRenderer(ConsoleReport::render)
                    .build();
        } else {
            out.println("Time in percent: compute/wait/exchange/optimizer/Spark.");
            out.printf(
                    Locale.ROOT,
                    LINE,
                    "epoch",
                    "train-loss",
                    "dev-loss",
                    "dev-" + metric.configName(),
                    "examples/s",
                    "c/w/e/o/S",
                    "left");
        }
    }

    @Override
    public void resumed(int epochs, int steps, long examples) {
        out.println("Goes on from the checkpoint after epoch " + epochs
                + (steps == 0 ? "." : String.format(Locale.ROOT, " and %,d steps of the next.", steps)));
        before = examples;
    }

    @Override
    public void checkpointFailed(String trouble) {
        trouble(trouble);
    }

    /** Something beside the training fails; {@code trouble} is a sentence without its stop. */
    public void trouble(String trouble) {
        endBar();
        Text.wrap("Warning: " + trouble + ". The training goes on.", "  ", WIDTH)
                .forEach(out::println);
    }

    /** A shard is not divided, so fewer shards than slots leave some of them without work. */
    private static String idleSlots(Plan plan) {
        int shards = Integer.highestOneBit(2 * plan.slots() - 1);
        return String.format(
                Locale.ROOT,
                "Only %d of %d slots work. shards: %d would occupy all, in thinner slices;%n"
                        + "so would a training.batch_size of %,d, in slices as thick as now.",
                plan.tasks(),
                plan.slots(),
                shards,
                plan.batchSize() * shards / plan.shards());
    }

    /** Layer sizes, activations and batch normalizations, e.g. {@code 64-128 bn relu-10}; of a net that is too deep for a line, its ends. */
    static String shape(NetworkSpec network) {
        StringBuilder shape = new StringBuilder().append(network.input().size());
        List<LayerSpec> layers = network.layers();
        for (LayerSpec layer : layers) {
            if (layer instanceof LayerSpec.Dense dense) {
                shape.append('-').append(dense.units());
            } else if (layer instanceof LayerSpec.Activate activate) {
                shape.append(' ').append(activate.activation().kind().configName());
            } else if (layer instanceof LayerSpec.BatchNorm) {
                shape.append(" bn");
            }
        }
        String whole = shape.toString();
        if (whole.length() <= LONGEST_SHAPE) {
            return whole;
        }
        long hidden = layers.stream().filter(LayerSpec.Dense.class::isInstance).count() - 1;
        return network.input().size() + "-(" + hidden + " hidden layers)-" + network.outputs();
    }

    @Override
    public void stepTaken(Step step) {
        loss.add(step.loss());
        epochExamples += step.examples();
        here += step.examples();
        if (bar != null) {
            double rate = epochExamples / Math.max(1e-9, (System.nanoTime() - epochStart) / 1e9);
            bar.setExtraMessage(String.format(
                    Locale.ROOT,
                    "epoch %d/%d  loss %s%s  %s/s  sync %.0f%%",
                    step.epoch(),
                    plan.epochs(),
                    Numbers.compact(loss.value(), BAR_NUMBER),
                    devText,
                    Numbers.rate(rate),
                    100 * step.syncShare()));
            bar.stepBy(step.examples());
        }
    }

    /** The bar in what the message and the time left leave of the line. */
    private static String render(ProgressState progress, int width) {
        long done = progress.getCurrent();
        double elapsed = progress.getElapsedAfterStart().toMillis() / 1e3;
        long here = done - progress.getStart();
        String left = here == 0 ? "" : "  left " + Numbers.duration(elapsed / here * (progress.getMax() - done));
        String text = progress.getExtraMessage() + left;
        if (text.length() > width) {
            text = text.replace("  ", " ");
        }
        int room = Math.max(0, Math.min(BAR, width - text.length() - "[]  ".length()));
        int filled = (int) (room * done / Math.max(1, progress.getMax()));
        String line = room < SHORTEST_BAR ? text : "[" + "=".repeat(filled) + " ".repeat(room - filled) + "]  " + text;
        // a shorter line must wipe out the end of the longer one before it
        return line + " ".repeat(Math.max(0, width - line.length()));
    }

    @Override
    public void epochEnded(EpochRecord epoch) {
        devText.setLength(0);
        epoch.dev().ifPresent(dev -> devText.append("  dev ")
                .append(shortName(metric))
                .append(' ')
                .append(Numbers.compact(dev.value(metric), BAR_NUMBER)));
        long now = System.nanoTime();
        epochStart = now;
        epochExamples = 0;
        if (bar == null) {
            double perExample = (now - start) / 1e9 / Math.max(1, here);
            out.printf(
                    Locale.ROOT,
                    LINE,
                    epoch.epoch(),
                    Numbers.compact(epoch.trainLoss(), NUMBER),
                    devValue(epoch, EvaluationMetric.LOSS),
                    devValue(epoch, metric),
                    Numbers.count(epoch.examplesPerSecond(), NUMBER),
                    percents(epoch.time()),
                    Numbers.duration((plan.epochs() * plan.examples() - before - here) * perExample));
        }
    }

    private static String percents(EpochTime time) {
        return DoubleStream.of(time.compute(), time.waiting(), time.exchange(), time.optimizer(), time.overhead())
                .mapToObj(part -> String.format(Locale.ROOT, "%.0f", 100 * part / Math.max(1e-9, time.seconds())))
                .collect(Collectors.joining("/"));
    }

    @Override
    public void restarted(int epoch, int step, String reason) {
        endBar();
        Text.wrap("Epoch " + epoch + " goes on from step " + step + ": " + reason, "  ", WIDTH)
                .forEach(out::println);
    }

    @Override
    public void warned(HealthWarning warning) {
        endBar();
        Text.wrap("Warning (epoch " + warning.epoch() + "): " + warning.message(), "  ", WIDTH)
                .forEach(out::println);
    }

    /** The bar's line is not ended. */
    private void endBar() {
        if (bar != null) {
            out.println();
        }
    }

    private static String devValue(EpochRecord epoch, EvaluationMetric metric) {
        return epoch.dev()
                .map(dev -> Numbers.compact(dev.value(metric), NUMBER))
                .orElse("-");
    }

    @Override
    public void ended(TrainingResult result) {
        close();
        int ran = result.epochs().size();
        out.println(whereTimeWent(result.epochs()));
        out.println(end(result.patienceEnded(), ran) + "; kept the weights of epoch " + result.bestEpoch() + " of "
                + ran + ".");
    }

    private static String whereTimeWent(List<EpochRecord> epochs) {
        double all = sum(epochs, EpochTime::seconds);
        return String.format(
                Locale.ROOT,
                "Time: compute %.0f %%, wait %.0f %%, exchange %.0f %%, optimizer %.0f %%, Spark %.0f %% of %.1f s.",
                100 * sum(epochs, EpochTime::compute) / all,
                100 * sum(epochs, EpochTime::waiting) / all,
                100 * sum(epochs, EpochTime::exchange) / all,
                100 * sum(epochs, EpochTime::optimizer) / all,
                100 * sum(epochs, EpochTime::overhead) / all,
                all);
    }

    private static double sum(List<EpochRecord> epochs, ToDoubleFunction<EpochTime> part) {
        return Math.max(
                1e-9,
                epochs.stream()
                        .mapToDouble(epoch -> part.applyAsDouble(epoch.time()))
                        .sum());
    }

    private static String end(OptionalInt patienceEnded, int ran) {
        if (patienceEnded.isEmpty()) {
            return "Ran all epochs";
        }
        int epoch = patienceEnded.getAsInt();
        return (epoch < ran ? "Stopped mini-batches early" : "Stopped early") + " after epoch " + epoch;
    }

    /** Ends the bar, if there is one, where it is. */
    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    /** A sentence that is not to be missed, on standard error. */
    public static void warn(String sentence) {
        Text.wrap("Warning: " + sentence + ".", "  ", WIDTH).forEach(System.err::println);
    }

    private static String shortName(EvaluationMetric metric) {
        return metric == EvaluationMetric.ACCURACY ? "acc" : metric.configName();
    }
}
