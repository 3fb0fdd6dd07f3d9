package io.lockstep.train;

import io.lockstep.math.ReductionTree;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;

/**
 * What an executor of a barrier stage tells the driver at the end of a stride.
 *
 * @param firstRank of the executor's tasks
 * @param tasks how many they are
 * @param from first element of θ of which it brings the new values
 * @param theta θ[from..], what the executor owns of it
 * @param state the optimizer's state there
 * @param taken how many steps were taken
 * @param losses Σ L of each step, and of the one whose loss was not finite; of the first executor alone
 * @param nanos compute, wait, exchange, optimizer: the sums over the tasks
 * @param scores of the set that is scored, in the order of its shards; none where a step was not taken
 * @param scoringNanos how long the slowest task scored
 */
@SuppressWarnings("ArrayRecordComponent") // carries them home, and no one compares it
record StrideOutcome(
        int firstRank,
        int tasks,
        int from,
        float[] theta,
        float[][] state,
        int taken,
        double[] losses,
        long[] nanos,
        List<ReductionTree.Node<ScoreSums>> scores,
        long scoringNanos)
        implements Serializable {
    private static final int SPARE_BYTES = 1 << 16;

    /** For Spark's RPC, which knows the JDK's classes alone. */
    byte[] toBytes() {
        long size = (long) theta.length * Float.BYTES * (1 + state.length)
                + (long) losses.length * Double.BYTES
                + SPARE_BYTES;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) Math.min(Integer.MAX_VALUE - SPARE_BYTES, size));
        try (ObjectOutputStream stream = new ObjectOutputStream(bytes)) {
            stream.writeObject(this);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** @throws IllegalStateException if {@code bytes} are no outcome's */
    static StrideOutcome fromBytes(byte[] bytes) {
        try (ObjectInputStream stream = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return (StrideOutcome) stream.readObject();
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException("an executor's outcome of a stride cannot be read: " + e, e);
        }
    }

    private Object writeReplace() {
        byte[][] arrays = Arrays.stream(state).map(FloatBytes::of).toArray(byte[][]::new);
        return new Bytes(
                firstRank, tasks, from, FloatBytes.of(theta), arrays, taken, losses, nanos, scores, scoringNanos);
    }

    private void readObject(ObjectInputStream stream) throws InvalidObjectException {
        throw new InvalidObjectException("an outcome travels as bytes");
    }

    /** The serial form. */
    @SuppressWarnings("ArrayRecordComponent") // the serial form alone
    private record Bytes(
            int firstRank,
            int tasks,
            int from,
            byte[] theta,
            byte[][] state,
            int taken,
            double[] losses,
            long[] nanos,
            List<ReductionTree.Node<ScoreSums>> scores,
            long scoringNanos)
            implements Serializable {
        private Object readResolve() {
            return new StrideOutcome(
                    firstRank,
                    tasks,
                    from,
                    FloatBytes.floats(theta),
                    Arrays.stream(state).map(FloatBytes::floats).toArray(float[][]::new),
                    taken,
                    losses,
                    nanos,
                    scores,
                    scoringNanos);
        }
    }
}
