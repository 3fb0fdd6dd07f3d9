package io.lockstep.train;

import io.lockstep.data.Jobs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import scala.reflect.ClassTag$;

/** A barrier stage at work, as the driver sees it: it takes one stride after the other, until it is ended. */
final class LiveStage implements Rendezvous.Listener {
    private static final long POLL_MILLIS = 50;
    /** Tasks that have nothing to do end at once, unless their executor is gone. */
    private static final long END_SECONDS = 10;

    private final long created = System.nanoTime();
    private final JavaSparkContext spark;
    private final Rendezvous rendezvous;
    private final UUID name = UUID.randomUUID();
    private final int tasks;
    /** Until each executor has its copy. */
    private Optional<Handover<TrainingState, Integer>> start;

    private final FutureTask<List<Integer>> running;
    private final BlockingQueue<Object> outcomes = new LinkedBlockingQueue<>();
    private volatile boolean begun;
    /** Whether a stride is being taken. */
    private boolean underWay;

    /** How many strides were ordered. */
    private volatile int ordered;

    private volatile Optional<StrideProgress> progress = Optional.empty();

    /**
     * Starts the stage.
     *
     * @param purpose for Spark's UI
     * @param shards an element for each task
     * @param state where its first stride starts
     */
    LiveStage(
            JavaSparkContext spark,
            String purpose,
            Rendezvous rendezvous,
            JavaRDD<StageShards> shards,
            ShardWorker.Job job,
            LearningRate learningRate,
            TrainingState state) {
        this.spark = spark;
        this.rendezvous = rendezvous;
        this.tasks = shards.getNumPartitions();
        Handover<TrainingState, Integer> first = Handover.of(spark, state);
        this.start = Optional.of(first);
        rendezvous.listen(this);
        StageTask task = new StageTask(name, rendezvous.name(), job, learningRate, first);
        RDD<Integer> stage =
                shards.rdd().barrier().mapPartitions(task, false, ClassTag$.MODULE$.<Integer>apply(Integer.class));
        // a thread of our own, not collectAsync: Scala's futures print stack traces when the JVM is told to end
        this.running = new FutureTask<>(() -> {
            spark.addJobTag(tag());
            spark.setInterruptOnCancel(true);
            return Jobs.named(spark.sc(), purpose, () -> stage.toJavaRDD().collect());
        });
        Thread thread = new Thread(running, "lockstep-stage");
        thread.setDaemon(true);
        thread.start();
    }

    /** How many tasks it has. */
    int tasks() {
        return tasks;
    }

    /**
     * Has the tasks take a stride.
     *
     * @param about hears of its steps
     * @return what the executors came to, in no order
     * @throws StageFailure if the stage failed, also before the stride
     */
    List<StrideOutcome> take(GradientSync.Stride stride, StrideProgress about) throws StageFailure {
        underWay = true;
        about.begin();
        progress = Optional.of(about);
        int number = ordered;
        ordered = number + 1;
        rendezvous.order(name, number, stride);
        List<StrideOutcome> home = new ArrayList<>();
        int told = 0;
        while (told < tasks) {
            Optional<StrideOutcome> outcome = poll(stride);
            if (outcome.isPresent()) {
                home.add(outcome.get());
                told += outcome.get().tasks();
            } else if (running.isDone()) {
                throw failure();
            } else {
                requireSlots();
                about.tell();
            }
        }
        underWay = false;
        letGo();
        return home;
    }

    private void requireSlots() throws StageFailure {
        if (begun) {
            return;
        }
        int slots = Synchronization.slots(spark);
        double waited = (System.nanoTime() - created) / 1e9;
        long timeout = spark.getConf().getTimeAsSeconds("spark.network.timeout", "120s");
        if (slots < tasks) {
            throw new StageFailure(new IllegalStateException(
                    "executors were lost: " + slots + " slots are left for a barrier stage of " + tasks + " tasks"));
        }
        if (waited > timeout) {
            throw new StageFailure(new IllegalStateException("Spark has not begun the barrier stage of " + tasks
                    + " tasks within " + timeout + " s (spark.network.timeout): other jobs hold the slots"));
        }
    }

    private Optional<StrideOutcome> poll(GradientSync.Stride stride) {
        try {
            return Optional.ofNullable(outcomes.poll(POLL_MILLIS, TimeUnit.MILLISECONDS))
                    .map(home -> home instanceof byte[] bytes ? StrideOutcome.fromBytes(bytes) : (StrideOutcome) home);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in epoch " + stride.epoch(), e);
        }
    }

    private StageFailure failure() {
        try {
            running.get();
            return new StageFailure(new IllegalStateException("the barrier stage ended before its last stride"));
        } catch (ExecutionException e) {
            return new StageFailure(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new StageFailure(e);
        }
    }

    /** Ends the stage, if it has not ended itself. Never fails: who ends it has something else to tell. */
    void end() {
        rendezvous.orderEnd(name, ordered);
        try {
            // in the middle of a stride nobody asks for orders
            running.get(underWay ? 0 : END_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            quietly(() -> spark.cancelJobsWithTag(tag()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            quietly(() -> spark.cancelJobsWithTag(tag()));
        } catch (ExecutionException e) {
            // whoever waited for a stride was told
        }
        letGo();
    }

    private void letGo() {
        Optional<Handover<TrainingState, Integer>> held = start;
        start = Optional.empty();
        held.ifPresent(each -> quietly(each::close));
    }

    private static void quietly(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            // a Spark that was stopped refuses; there is nothing left to clean up then
        }
    }

    private String tag() {
        return "lockstep-" + name;
    }

    @Override
    public void begun(UUID stage) {
        if (stage.equals(name)) {
            begun = true;
        }
    }

    @Override
    public void stepsTaken(UUID stage, int number, int first, double[] losses, double syncShare) {
        if (stage.equals(name) && number == ordered - 1) {
            progress.ifPresent(about -> about.stepsTaken(first, losses, syncShare));
        }
    }

    @Override
    public void strideEnded(UUID stage, int number, Object outcome) {
        if (stage.equals(name) && number == ordered - 1) {
            outcomes.add(outcome);
        }
    }
}
