package io.lockstep.train;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.spark.rpc.RpcEndpointRef;
import scala.concurrent.Await;
import scala.concurrent.Future;
import scala.concurrent.duration.Duration;
import scala.concurrent.duration.FiniteDuration;

/**
 * Between two strides: the first task of an executor asks the driver for the next one, the others wait for what it hears.
 * Nobody spins, for the driver may take its time.
 */
final class StrideCall {
    private static final long POLL_MILLIS = 100;
    private static final FiniteDuration POLL = Duration.create(POLL_MILLIS, TimeUnit.MILLISECONDS);

    private final RpcEndpointRef driver;
    private final StageKey key;
    private final SpinBarrier group;
    private int heard = -1;
    private Optional<GradientSync.Stride> last = Optional.empty();

    /** Calls about the stage {@code key}; {@code group} fails with the other tasks of this executor, or is cancelled. */
    StrideCall(RpcEndpointRef driver, StageKey key, SpinBarrier group) {
        this.driver = driver;
        this.key = key;
        this.group = group;
    }

    /**
     * Asks for stride {@code number}; called by one task.
     *
     * @param begin is called with the stride before the other tasks hear of it
     */
    Optional<GradientSync.Stride> ask(int number, Consumer<GradientSync.Stride> begin) {
        Optional<GradientSync.Stride> stride = Rendezvous.stride(answer(number));
        stride.ifPresent(begin);
        synchronized (this) {
            last = stride;
            heard = number;
            notifyAll();
        }
        return stride;
    }

    private int[] answer(int number) {
        Future<int[]> question = Rendezvous.ask(driver, key, number);
        while (true) {
            try {
                return Await.result(question, POLL);
            } catch (TimeoutException e) {
                // Spark's RPC gives a question up after spark.rpc.askTimeout; the driver may be busy for longer
                if (question.isCompleted()) {
                    question = Rendezvous.ask(driver, key, number);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            requireGoingOn();
        }
    }

    /** Waits for stride {@code number}. */
    synchronized Optional<GradientSync.Stride> await(int number) {
        while (heard < number) {
            requireGoingOn();
            try {
                wait(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return last;
    }

    /** Lets waiting tasks see that the group has failed. */
    synchronized void wake() {
        notifyAll();
    }

    private void requireGoingOn() {
        group.requireWhole();
        group.requireNotCancelled();
    }
}
