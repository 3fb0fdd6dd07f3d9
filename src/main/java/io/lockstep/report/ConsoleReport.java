package io.lockstep.report;

import io.lockstep.config.EvaluationMetric;
import io.lockstep.config.LockstepConfig;
import io.lockstep.config.Task;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.train.EpochRecord;
import io.lockstep.train.TrainingListener;
import io.lockstep.train.TrainingResult;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressState;

/** Tells a person how a training goes: a bar on a terminal, a line for each epoch elsewhere. */
public final class ConsoleReport implements TrainingListener, AutoCloseable {
    private static final int WIDTH = 80;
    private static final int BAR = 20;
    private static final int UPDATE_MILLIS = 250;

    private final PrintStream out;
    private final EvaluationMetric metric;
    private final Optional<PrintStream> terminal;
    private final MovingAverage loss = new MovingAverage();
    private final StringBuilder devText = new StringBuilder();
    private ProgressBar bar;
    private Plan plan;
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
        this.metric = config.task() == Task.CLASSIFICATION ? EvaluationMetric.ACCURACY : EvaluationMetric.R2;
    }

    @Override
    public void started(Plan started) {
        plan = started;
        out.printf(
                Locale.ROOT,
                "Network %s: %,d parameters. %,d steps an epoch, %d shards on %d tasks.%n",
                shape(started.network()),
                started.network().parameterCount(),
                started.steps(),
                started.shards(),
                started.tasks());
        epochStart = System.nanoTime();
        if (terminal.isPresent()) {
            bar = new ProgressBarBuilder()
                    .setInitialMax((long) started.epochs() * started.steps())
                    .setConsumer(new ConsoleProgressBarConsumer(terminal.get(), WIDTH))
                    .setUpdateIntervalMillis(UPDATE_MILLIS)
                    .setRenderer(ConsoleReport::render)
                    .build();
        } else {
            out.println("epoch  step-loss  train-loss   dev-loss   dev-" + metric.configName()
                    + "  examples/s  sync  left");
        }
    }

    /** Layer sizes and activations, e.g. {@code 64-128 relu-10}. */
    private static String shape(NetworkSpec network) {
        StringJoiner joiner =
                new StringJoiner("-").add(Integer.toString(network.input().size()));
        List<LayerSpec> layers = network.layers();
        for (int l = 0; l < layers.size(); l++) {
            if (layers.get(l) instanceof LayerSpec.Dense dense) {
                boolean activated = l + 1 < layers.size() && layers.get(l + 1) instanceof LayerSpec.Activate;
                joiner.add(dense.units()
                        + (activated
                                ? " "
                                        + ((LayerSpec.Activate) layers.get(l + 1))
                                                .activation()
                                                .kind()
                                                .configName()
                                : ""));
            }
        }
        return joiner.toString();
    }

    @Override
    public void stepTaken(Step step) {
        loss.add(step.loss());
        if (step.step() == 1) {
            epochStart = System.nanoTime();
            epochExamples = 0;
        }
        epochExamples += step.examples();
        if (bar != null) {
            double rate = epochExamples / ((System.nanoTime() - epochStart) / 1e9);
            bar.setExtraMessage(String.format(
                    Locale.ROOT,
                    "epoch %d/%d  loss %.4f%s  %s ex/s  sync %.0f%%",
                    step.epoch(),
                    plan.epochs(),
                    loss.value(),
                    devText,
                    thousands(rate),
                    100 * step.syncShare()));
            bar.step();
        }
    }

    /** The bar in what the message and the time left leave of the line. */
    private static String render(ProgressState progress, int width) {
        long done = progress.getCurrent();
        double elapsed = progress.getElapsedAfterStart().toMillis() / 1e3;
        String left = done == 0 ? "" : "  left " + duration(elapsed / done * (progress.getMax() - done));
        String text = "  " + progress.getExtraMessage() + left;
        int room = Math.max(0, Math.min(BAR, width - text.length() - 2));
        int filled = (int) (room * done / Math.max(1, progress.getMax()));
        return "[" + "=".repeat(filled) + " ".repeat(room - filled) + "]" + text;
    }

    @Override
    public void epochEnded(EpochRecord epoch) {
        devText.setLength(0);
        epoch.dev()
                .ifPresent(dev -> devText.append(
                        String.format(Locale.ROOT, "  dev %s %.4f", shortName(metric), dev.value(metric))));
        if (bar == null) {
            out.printf(
                    Locale.ROOT,
                    "%5d  %9.4f  %10.4f  %9s  %" + (metric.configName().length() + 4) + "s  %10s  %3.0f%%  %s%n",
                    epoch.epoch(),
                    loss.value(),
                    epoch.trainLoss(),
                    devValue(epoch, EvaluationMetric.LOSS),
                    devValue(epoch, metric),
                    String.format(Locale.ROOT, "%,.0f", epoch.examplesPerSecond()),
                    100 * epoch.syncShare(),
                    duration((plan.epochs() - epoch.epoch()) * epoch.seconds()));
        }
    }

    private static String devValue(EpochRecord epoch, EvaluationMetric metric) {
        return epoch.dev()
                .map(dev -> String.format(Locale.ROOT, "%.4f", dev.value(metric)))
                .orElse("-");
    }

    @Override
    public void ended(TrainingResult result) {
        close();
        int ran = result.epochs().size();
        out.println(
                (result.stop() == TrainingResult.Stop.PATIENCE ? "Stopped early after epoch " + ran : "Ran all epochs")
                        + "; kept the weights of epoch " + result.bestEpoch() + " of " + ran + ".");
    }

    /** Ends the bar, if there is one, where it is. */
    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    private static String thousands(double rate) {
        return rate >= 10_000
                ? String.format(Locale.ROOT, "%.0fk", rate / 1000)
                : String.format(Locale.ROOT, "%.0f", rate);
    }

    private static String duration(double seconds) {
        long whole = Math.round(seconds);
        return whole >= 3600
                ? String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60);
    }

    /** The metrics of the sets, side by side in a table. */
    public static void printMetrics(PrintStream out, Map<String, Map<String, Object>> metrics) {
        List<String> names = metrics.values().iterator().next().entrySet().stream()
                .filter(entry -> entry.getValue() instanceof Number)
                .map(Map.Entry::getKey)
                .toList();
        StringBuilder head = new StringBuilder(String.format(Locale.ROOT, "%-6s", ""));
        names.forEach(name -> head.append(String.format(Locale.ROOT, " %10s", name)));
        out.println(head);
        metrics.forEach((set, values) -> {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-6s", set));
            names.forEach(name -> line.append(String.format(Locale.ROOT, " %10s", number(values.get(name)))));
            out.println(line);
        });
    }

    private static String number(Object value) {
        if (value instanceof Long count) {
            return String.format(Locale.ROOT, "%,d", count);
        }
        double number = ((Number) value).doubleValue();
        return Math.abs(number) >= 1000
                ? String.format(Locale.ROOT, "%,.0f", number)
                : String.format(Locale.ROOT, "%.4f", number);
    }

    private static String shortName(EvaluationMetric metric) {
        return metric == EvaluationMetric.ACCURACY ? "acc" : metric.configName();
    }
}
