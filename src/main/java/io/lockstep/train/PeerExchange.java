package io.lockstep.train;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.spark.network.client.TransportClient;

/**
 * What the executors of a barrier stage send each other in a step: gradient sums to the owner of each piece of θ
 * (reduce-scatter), and the stepped piece back to all (all-gather); beside them the losses, and where the gradient is
 * clipped its squares.
 *
 * <p>One buffer for each message is enough, and no acknowledgement is needed. An owner steps a piece when it has all
 * gradients of it, and an executor computes the next gradients when it has all pieces. So whoever sends a message of step
 * t + 1 has had, of everyone it hears from, all messages of step t. Only losses have two places on both sides, for even
 * and odd steps: nobody waits until an executor without a piece of θ has read them, before that executor's next gradient.
 */
final class PeerExchange implements PeerNetwork.Receiver {
    private static final long POLL_NANOS = 1_000_000;

    private final StageKey key;
    private final RankTable table;
    private final int self;
    private final Pieces pieces;
    private final GroupSums sums;
    private final float[] theta;
    private final SpinBarrier group;
    private final long timeoutNanos;
    private final double[] chunkSquares;

    /** By executor; none for this one. */
    private final TransportClient[] clients;

    private final PeerBuffers buffers;

    private final long[][] slowest;
    /** Arrivals: of each piece's gradients, then of losses (even and odd steps), parameters and squares. */
    private final AtomicIntegerArray arrived;

    private final AtomicReferenceArray<Thread> waiting;
    /** Steps that were begun, over all strides of the stage, less one: what tells messages apart. */
    private volatile int step;

    private volatile int epoch;
    private volatile int stepOfEpoch;

    /**
     * The exchange of one executor's tasks.
     *
     * @param self the executor's number
     * @param sums where gradients from other executors go
     * @param theta θ, where parameters from other executors go
     * @param chunkSquares Σ of each chunk's squares
     * @param buffers for what this executor sends
     * @param group fails where this exchange does
     */
    PeerExchange(
            StageKey key,
            RankTable table,
            int self,
            Pieces pieces,
            GroupSums sums,
            float[] theta,
            double[] chunkSquares,
            PeerBuffers buffers,
            SpinBarrier group,
            long timeoutNanos) {
        this.key = key;
        this.table = table;
        this.self = self;
        this.pieces = pieces;
        this.sums = sums;
        this.theta = theta;
        this.chunkSquares = chunkSquares;
        this.buffers = buffers.address(key);
        this.group = group;
        this.timeoutNanos = timeoutNanos;
        int executors = table.executors().size();
        this.clients = new TransportClient[executors];
        this.slowest = new long[2][executors];
        this.arrived = new AtomicIntegerArray(pieces.count() + 4);
        this.waiting = new AtomicReferenceArray<>(sums.members());
    }

    /** Meets the other executors and connects to them. */
    void open(String rendezvous) {
        PeerNetwork network = PeerNetwork.ofThisJvm();
        // before the others can know of this executor
        network.register(key, this);
        List<Rendezvous.Address> addresses = Rendezvous.meet(
                rendezvous,
                key,
                table.executors().get(self),
                clients.length,
                new Rendezvous.Address(network.host(), network.port()));
        for (int e = 0; e < clients.length; e++) {
            Rendezvous.Address address = addresses.get(e);
            if (e != self) {
                clients[e] = network.connect(address.host(), address.port());
            }
        }
    }

    void close() {
        PeerNetwork.ofThisJvm().unregister(key);
    }

    /** The other executors, the next one first, so that not all send to the same at once. */
    private IntStream others() {
        return IntStream.range(1, clients.length).map(i -> (self + i) % clients.length);
    }

    /**
     * Begins a step, for which nothing can have come yet but losses; called by one task when all have ended the last.
     *
     * @param newStep counted from 0 over all strides of the stage
     * @param newEpoch from 1, for messages, as is {@code newStepOfEpoch}, from 0
     */
    void begin(int newStep, int newEpoch, int newStepOfEpoch) {
        step = newStep;
        epoch = newEpoch;
        stepOfEpoch = newStepOfEpoch;
        arrived.set(lossesOf(newStep + 1), 0);
        arrived.set(parametersAt(), 0);
        arrived.set(squaresAt(), 0);
    }

    /** Sends what is known of a step besides the gradients. */
    void sendLosses(long slowestNanos) {
        PeerBuffers.Message message = buffers.losses(step);
        ByteBuffer bytes = message.bytes();
        int at = PeerBuffers.HEADER;
        bytes.putLong(at, slowestNanos);
        at += Long.BYTES;
        for (int place = sums.firstPlace(self); place < sums.firstPlace(self + 1); place++) {
            bytes.putDouble(at, sums.loss(step, place)).putLong(at + Double.BYTES, sums.examples(step, place));
            at += Double.BYTES + Long.BYTES;
        }
        for (int i = 1; i < clients.length; i++) {
            send(message, (self + i) % clients.length);
        }
    }

    /** Sends this executor's sums of a piece to its owner. */
    void sendGradient(int piece) {
        Pieces.Piece cut = pieces.piece(piece);
        PeerBuffers.Message message = buffers.gradient(piece);
        int at = 0;
        for (int place = sums.firstPlace(self); place < sums.firstPlace(self + 1); place++) {
            message.floats().put(at, sums.array(place), cut.from() - sums.shift(place), cut.length());
            at += cut.length();
        }
        send(message, table.executorOf(cut.rank()));
    }

    /** Sends the squares of a piece of the whole gradient to all. */
    void sendSquares(int piece) {
        Pieces.Piece cut = pieces.piece(piece);
        PeerBuffers.Message message = buffers.squares(piece);
        for (int chunk = cut.firstChunk(); chunk < cut.endChunk(); chunk++) {
            message.bytes()
                    .putDouble(PeerBuffers.HEADER + (chunk - cut.firstChunk()) * Double.BYTES, chunkSquares[chunk]);
        }
        for (int i = 1; i < clients.length; i++) {
            send(message, (self + i) % clients.length);
        }
    }

    /** Sends a piece of θ, after its step, to all. */
    void sendParameters(int piece) {
        Pieces.Piece cut = pieces.piece(piece);
        PeerBuffers.Message message = buffers.parameters(piece);
        message.floats().put(0, theta, cut.from(), cut.length());
        for (int i = 1; i < clients.length; i++) {
            send(message, (self + i) % clients.length);
        }
    }

    private void send(PeerBuffers.Message message, int executor) {
        message.bytes().putInt(PeerBuffers.STEP_AT, step);
        clients[executor].send(message.bytes().duplicate());
    }

    /** Tells the others that this executor will not go on. */
    void sendFailure(Throwable cause) {
        byte[] text = cause.toString().getBytes(StandardCharsets.UTF_8);
        PeerBuffers.Message message = new PeerBuffers.Message(PeerBuffers.FAILURE, self, 0, text.length).address(key);
        message.bytes().put(PeerBuffers.HEADER, text);
        others().filter(e -> clients[e] != null && clients[e].isActive()).forEach(e -> send(message, e));
    }

    @Override
    public void receive(ByteBuffer message) {
        try {
            take(message);
        } catch (RuntimeException e) {
            // the transport would only log it
            fail(new IllegalStateException("a message from another executor cannot be read: " + e, e));
        }
    }

    private void take(ByteBuffer message) {
        int start = message.position() - StageKey.BYTES;
        int kind = message.getInt(start + PeerBuffers.KIND_AT);
        int sentIn = message.getInt(start + PeerBuffers.STEP_AT);
        int sender = message.getInt(start + PeerBuffers.SENDER_AT);
        int index = message.getInt(start + PeerBuffers.INDEX_AT);
        message.position(start + PeerBuffers.HEADER);
        if (kind == PeerBuffers.FAILURE) {
            byte[] text = new byte[message.remaining()];
            message.get(text);
            fail(new IllegalStateException("the executor at "
                    + table.executors().get(sender) + " failed: " + new String(text, StandardCharsets.UTF_8)));
            return;
        }
        if (sentIn != step && sentIn != step + 1) {
            fail(new IllegalStateException("the executor at "
                    + table.executors().get(sender) + " is in step " + sentIn + " while this one is in step " + step));
            return;
        }
        switch (kind) {
            case PeerBuffers.LOSSES -> {
                slowest[sentIn & 1][sender] = message.getLong();
                for (int place = sums.firstPlace(sender); place < sums.firstPlace(sender + 1); place++) {
                    sums.put(sentIn, place, message.getDouble(), message.getLong());
                }
                count(lossesOf(sentIn), clients.length - 1);
            }
            case PeerBuffers.GRADIENT -> {
                Pieces.Piece cut = pieces.piece(index);
                FloatBuffer floats = floats(message);
                for (int place = sums.firstPlace(sender); place < sums.firstPlace(sender + 1); place++) {
                    floats.get(sums.array(place), cut.from() - sums.shift(place), cut.length());
                }
                count(index, clients.length - 1);
            }
            case PeerBuffers.SQUARES -> {
                Pieces.Piece cut = pieces.piece(index);
                for (int chunk = cut.firstChunk(); chunk < cut.endChunk(); chunk++) {
                    chunkSquares[chunk] = message.getDouble();
                }
                count(squaresAt(), foreignPieces());
            }
            case PeerBuffers.PARAMETERS -> {
                Pieces.Piece cut = pieces.piece(index);
                floats(message).get(theta, cut.from(), cut.length());
                count(parametersAt(), foreignPieces());
            }
            default -> fail(new IllegalStateException("a message of unknown kind " + kind));
        }
    }

    private static FloatBuffer floats(ByteBuffer message) {
        return message.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }

    private int lossesOf(int ofStep) {
        return pieces.count() + (ofStep & 1);
    }

    private int parametersAt() {
        return pieces.count() + 2;
    }

    private int squaresAt() {
        return pieces.count() + 3;
    }

    private int foreignPieces() {
        return pieces.count() - pieces.first(table.firstRank(self + 1)) + pieces.first(table.firstRank(self));
    }

    private void count(int what, int complete) {
        if (arrived.incrementAndGet(what) >= complete) {
            wake();
        }
    }

    private void fail(Throwable cause) {
        group.fail(cause);
        wake();
    }

    private void wake() {
        for (int member = 0; member < waiting.length(); member++) {
            // of no thread it does nothing
            LockSupport.unpark(waiting.get(member));
        }
    }

    /** Waits for the losses of the step; how long the slowest of the other executors computed. */
    long awaitLosses(int member, long patienceNanos) {
        await(lossesOf(step), clients.length - 1, member, patienceNanos, "losses");
        long most = 0;
        for (long nanos : slowest[step & 1]) {
            most = Math.max(most, nanos);
        }
        return most;
    }

    /** Waits for the other executors' sums of an own piece. */
    void awaitGradient(int piece, int member, long patienceNanos) {
        await(piece, clients.length - 1, member, patienceNanos, "gradients");
        arrived.set(piece, 0);
    }

    void awaitSquares(int member, long patienceNanos) {
        await(squaresAt(), foreignPieces(), member, patienceNanos, "gradients' squares");
    }

    /** Waits for the pieces of θ that are not this executor's. */
    void awaitParameters(int member, long patienceNanos) {
        await(parametersAt(), foreignPieces(), member, patienceNanos, "parameters");
    }

    private void await(int what, int complete, int member, long patienceNanos, String name) {
        if (arrived.get(what) >= complete) {
            return;
        }
        long deadline = System.nanoTime() + timeoutNanos + patienceNanos;
        waiting.set(member, Thread.currentThread());
        try {
            while (arrived.get(what) < complete) {
                group.requireWhole();
                LockSupport.parkNanos(this, POLL_NANOS);
                if (arrived.get(what) < complete) {
                    requireAlive(deadline, name);
                }
            }
        } finally {
            waiting.set(member, null);
        }
    }

    private void requireAlive(long deadline, String name) {
        group.requireNotCancelled();
        for (int e = 0; e < clients.length; e++) {
            if (e != self && !clients[e].isActive()) {
                throw new IllegalStateException("lost the connection to the executor at "
                        + table.executors().get(e) + " in step " + (stepOfEpoch + 1) + " of epoch " + epoch);
            }
        }
        if (System.nanoTime() > deadline) {
            throw new IllegalStateException(String.format(
                    Locale.ROOT,
                    "waited %.0f s and more for the other executors' %s in step %d of epoch %d"
                            + " (spark.network.timeout)",
                    timeoutNanos / 1e9,
                    name,
                    stepOfEpoch + 1,
                    epoch));
        }
    }
}
