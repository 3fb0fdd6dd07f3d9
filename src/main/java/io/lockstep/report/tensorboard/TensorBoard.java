package io.lockstep.report.tensorboard;

import io.lockstep.error.ConfigException;
import io.lockstep.error.Reason;
import io.lockstep.nn.ParameterBlock;
import io.lockstep.train.EpochRecord;
import io.lockstep.train.LayerHealth;
import io.lockstep.train.TrainingListener;
import io.lockstep.train.TrainingResult;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Shows a training in TensorBoard while it runs: losses, metrics, learning rate, norms of gradients, weights and updates,
 * and histograms of parameters and their gradients, by optimizer steps. A thread of its own writes; what goes wrong there
 * is told once and ends no training.
 */
public final class TensorBoard implements TrainingListener, AutoCloseable {
    private static final DateTimeFormatter RUN =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** Of an epoch: each is the mean of the steps since the one before. */
    private static final int POINTS = 100;
    /** Looks that wait to be written, each with two copies of θ; more are left out. */
    private static final int MOST_WAITING = 2;

    private static final long LONGEST_END_SECONDS = 30;

    private final Path folder;
    private final String name;
    private final Configuration hadoop;
    private final Consumer<String> warning;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread made = new Thread(work, "lockstep-tensorboard");
        made.setDaemon(true);
        return made;
    });
    private final Semaphore waiting = new Semaphore(MOST_WAITING);
    private final AtomicReference<String> trouble = new AtomicReference<>();

    // of the writing thread
    private EventFiles files;
    private boolean failed;

    // of the training's thread
    private boolean warned;
    private long steps;
    private double loss;
    private int averaged;

    /**
     * A listener that makes a folder for its run.
     *
     * @param folder which TensorBoard is to watch ({@code --logdir})
     * @param name of the training, before its beginning in the name of the run's folder
     * @param warning takes sentences, each without its stop
     * @throws ConfigException if the folder cannot be made
     */
    public TensorBoard(String folder, String name, Configuration hadoop, Consumer<String> warning) {
        this.folder = new Path(folder);
        this.name = name.replaceAll("[^\\w.-]+", "_");
        this.hadoop = hadoop;
        this.warning = warning;
        try {
            FileSystem fs = this.folder.getFileSystem(hadoop);
            if (!fs.mkdirs(this.folder)) {
                throw new IOException("it could not be made");
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigException(
                    "--tensorboard: the folder " + folder + " cannot be written: " + Reason.of(e) + ".", e);
        }
    }

    @Override
    public void began(Instant first, long taken) {
        steps = taken;
        Path run = new Path(folder, name + "-" + RUN.format(first));
        double now = now();
        write(() -> {
            files = new EventFiles(run, hadoop);
            // an event of this step may be of a run that was killed after the checkpoint that this one goes on from
            if (taken > 0) {
                files.write(Event.start(now, taken + 1));
            }
        });
    }

    @Override
    public void stepTaken(Step step) {
        steps++;
        loss += step.loss();
        averaged++;
        if (step.step() * (long) POINTS / step.steps() > (step.step() - 1L) * POINTS / step.steps()) {
            offer(new Event().scalar("loss/batch", loss / averaged));
            loss = 0;
            averaged = 0;
        }
    }

    @Override
    public void epochEnded(EpochRecord epoch) {
        Event event = new Event()
                .scalar("epoch", epoch.epoch())
                .scalar("loss/train", epoch.trainLoss())
                .scalar("learning_rate", epoch.learningRate())
                .scalar("speed/examples_per_second", epoch.examplesPerSecond())
                .scalar("speed/sync_share", epoch.time().syncShare());
        epoch.dev().ifPresent(dev -> dev.values()
                .forEach((metric, value) -> event.scalar(metric.configName() + "/dev", value)));
        for (LayerHealth layer : epoch.health().layers()) {
            String tag = "/layer_" + layer.activity().layer();
            event.scalar("gradient_norm" + tag, layer.activity().gradient())
                    .scalar("weight_norm" + tag, layer.activity().weights())
                    .scalar("update_norm" + tag, layer.update());
        }
        offer(event);
        write(() -> files.flush());
        tellTrouble();
    }

    @Override
    public void lookedInto(Look look) {
        if (!waiting.tryAcquire()) {
            // a disk that is slower than the training must not fill the heap
            return;
        }
        float[] theta = look.theta().clone();
        float[] gradient = look.gradient().clone();
        double now = now();
        long step = steps;
        write(() -> {
            try {
                Event event = new Event();
                for (ParameterBlock block : look.network().parameters()) {
                    if (block.isTrained()) {
                        String tag = "/layer_" + block.layer() + "_" + block.name();
                        event.histogram("weights" + tag, histogram(theta, block, 1))
                                .histogram("gradients" + tag, histogram(gradient, block, 1.0 / look.examples()));
                    }
                }
                files.write(event.at(now, step));
                files.flush();
            } finally {
                waiting.release();
            }
        });
    }

    private static Histogram histogram(float[] values, ParameterBlock block, double scale) {
        Histogram histogram = new Histogram();
        histogram.add(values, block.offset(), block.offset() + block.size(), scale);
        return histogram;
    }

    @Override
    public void ended(TrainingResult result) {
        close();
        tellTrouble();
    }

    private void offer(Event event) {
        if (!event.isEmpty()) {
            double now = now();
            long step = steps;
            write(() -> files.write(event.at(now, step)));
        }
    }

    /** Part of the writing. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    private void write(Work work) {
        if (thread.isShutdown()) {
            return;
        }
        thread.execute(() -> {
            try {
                if (!failed) {
                    work.run();
                }
            } catch (IOException | RuntimeException e) {
                // a look that waits gives its place back nevertheless: its work is what failed
                failed = true;
                trouble.compareAndSet(null, Reason.of(e));
            }
        });
    }

    private void tellTrouble() {
        String reason = trouble.get();
        if (reason != null && !warned) {
            warned = true;
            warning.accept("TensorBoard's files in " + folder + " cannot be written (" + reason
                    + "), and there will be no more of them");
        }
    }

    private static double now() {
        return System.currentTimeMillis() / 1e3;
    }

    /** Ends the files with what was offered. */
    @Override
    public void close() {
        write(() -> {
            if (files != null) {
                files.close();
            }
        });
        thread.shutdown();
        try {
            if (!thread.awaitTermination(LONGEST_END_SECONDS, TimeUnit.SECONDS)) {
                trouble.compareAndSet(null, "they did not end within " + LONGEST_END_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
