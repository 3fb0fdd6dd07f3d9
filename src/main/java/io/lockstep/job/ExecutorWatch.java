package io.lockstep.job;

import java.io.PrintStream;
import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.apache.spark.SparkContext;

/**
 * Says so when a cluster gives no executors: Spark itself waits for them without a word and without end, whether its master
 * has vanished, its machines are busy, or no machine has what an executor asks for.
 */
final class ExecutorWatch {
    private static final long LOOK_SECONDS = 1;
    /** Longer than a cluster takes to start an executor in the place of one that was lost. */
    private static final long FIRST_SECONDS = 15;

    private static final long AGAIN_SECONDS = 120;

    private final String master;
    private final IntSupplier executors;
    private final PrintStream err;
    private long without;
    private long nextWord = FIRST_SECONDS;

    /**
     * A watch that looks when it is told to.
     *
     * @param executors how many there are now
     */
    ExecutorWatch(String master, IntSupplier executors, PrintStream err) {
        this.master = master;
        this.executors = executors;
        this.err = err;
    }

    /** Watches a context's executors from now on, until what it returns is cancelled. */
    static Timer over(SparkContext spark) {
        // the driver counts as one
        ExecutorWatch watch = new ExecutorWatch(
                spark.master(), () -> spark.statusTracker().getExecutorInfos().length - 1, System.err);
        Timer timer = new Timer("lockstep-executor-watch", true);
        long millis = TimeUnit.SECONDS.toMillis(LOOK_SECONDS);
        timer.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        watch.look(LOOK_SECONDS);
                    }
                },
                millis,
                millis);
        return timer;
    }

    /** Looks, {@code seconds} after the last time. */
    void look(long seconds) {
        int there = executors.getAsInt();
        if (there > 0) {
            if (nextWord > FIRST_SECONDS) {
                err.println("lockstep: " + there + (there == 1 ? " executor" : " executors") + " came; going on.");
            }
            without = 0;
            nextWord = FIRST_SECONDS;
            return;
        }
        without += seconds;
        if (without >= nextWord) {
            // the line of a progress bar is not ended
            err.println(System.lineSeparator() + "lockstep: waiting for an executor, for " + without + " s now. Does "
                    + master + " still run, has it free cores, and a machine with the memory of spark.executor.memory?"
                    + " Ctrl-C ends the command.");
            nextWord = without + AGAIN_SECONDS;
        }
    }
}
