package io.lockstep.train;

import io.lockstep.math.ChunkedSum;
import io.lockstep.math.ReductionTree;
import io.lockstep.optim.Optimizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.spark.rpc.RpcEndpointRef;

/**
 * The tasks of a barrier stage that run in one JVM. They share θ, the optimizer's state for the pieces of θ that they own,
 * and each other's gradient sums; with the tasks of other executors they exchange sums and parameters.
 *
 * <p>A step: all tasks compute; then each adds up the gradient of its own pieces, in the order of the shard tree, and
 * steps the optimizer for them, while a piece is in the cache; then θ is whole again, and the next step begins.
 */
final class TaskGroup {
    /** A peer may compute this many times as long as this executor did, over the network's timeout, before it is given up. */
    private static final long LATENESS = 10;

    private static final long MAPPING_NANOS = TimeUnit.HOURS.toNanos(1);

    private final ShardWorker.Job job;
    private final LearningRate learningRate;
    private final int firstRank;
    private final TrainingState state;
    private final Pieces pieces;
    private final GroupSums sums;
    private final double[] chunkSquares;
    private final SpinBarrier barrier;
    private final Optional<PeerExchange> peers;
    private final StrideCall call;
    private final long[] computed;
    private final long[] scored;
    private final List<List<ReductionTree.Node<ScoreSums>>> scores;
    private final StepTimes[] times;
    private GradientSync.Stride stride = new GradientSync.Stride(0, 0, 0);
    /** Steps taken in earlier strides of the stage. */
    private int earlier;

    private double[] losses = {};
    private volatile int taken;

    /** What a task's steps took, in nanoseconds. */
    static final class StepTimes {
        private long compute;
        private long wait;
        private long exchange;
        private long optimizer;

        long[] nanos() {
            return new long[] {compute, wait, exchange, optimizer};
        }

        /** The share of the time that was neither computing nor waiting for who computed longer. */
        double syncShare() {
            long all = compute + wait + exchange + optimizer;
            return all == 0 ? 0 : (double) (exchange + optimizer) / all;
        }
    }

    /**
     * The tasks of executor {@code executor}.
     *
     * @param state θ, and the optimizer for at least the executor's pieces, both of which are updated in place
     * @param driver where strides are asked for
     * @param cancelled whether Spark wants the tasks to end
     * @param timeoutNanos how long to wait for other executors, besides their computing
     */
    TaskGroup(
            StageKey key,
            RankTable table,
            int executor,
            ShardWorker.Job job,
            LearningRate learningRate,
            TrainingState state,
            RpcEndpointRef driver,
            BooleanSupplier cancelled,
            long timeoutNanos) {
        this.job = job;
        this.learningRate = learningRate;
        this.state = state;
        this.firstRank = table.firstRank(executor);
        int parameters = state.theta().length;
        int members = table.firstRank(executor + 1) - firstRank;
        this.pieces = new Pieces(parameters, table.ranks());
        this.sums = new GroupSums(table, executor, job.plan().shards(), parameters, pieces);
        this.chunkSquares = new double[Pieces.chunks(parameters)];
        boolean alone = table.executors().size() == 1;
        this.barrier =
                alone ? SpinBarrier.ofTasks(members, cancelled) : SpinBarrier.ofNetworkedTasks(members, cancelled);
        this.peers = alone
                ? Optional.empty()
                : Optional.of(new PeerExchange(
                        key,
                        table,
                        executor,
                        pieces,
                        sums,
                        state.theta(),
                        chunkSquares,
                        new PeerBuffers(table, executor, pieces, sums.places(executor)),
                        barrier,
                        timeoutNanos));
        this.call = new StrideCall(driver, key, barrier);
        this.computed = new long[members];
        this.scored = new long[members];
        this.scores = new ArrayList<>(Collections.nCopies(members, List.of()));
        this.times = new StepTimes[members];
    }

    /** Connects to the other executors, if there are any. */
    void open(String rendezvous) {
        peers.ifPresent(exchange -> exchange.open(rendezvous));
    }

    /** Ends the exchange, when all tasks have left. */
    void close() {
        peers.ifPresent(PeerExchange::close);
    }

    /** Sets the other tasks free after a failure of this one. */
    void fail(Throwable cause) {
        barrier.fail(cause);
        call.wake();
        peers.ifPresent(exchange -> exchange.sendFailure(cause));
    }

    /** θ, whole after each step. */
    float[] theta() {
        return state.theta();
    }

    /**
     * Waits for the stage's next stride; called by each member, and then again when it has {@linkplain #end ended} it.
     *
     * @param number of the stride, from 0
     * @return the stride; empty: the stage is to end
     */
    Optional<GradientSync.Stride> next(int member, int number) {
        return member == 0 ? call.ask(number, this::begin) : call.await(number);
    }

    /** Called while the other members wait. */
    private void begin(GradientSync.Stride next) {
        stride = next;
        losses = new double[next.steps()];
        taken = 0;
        Arrays.setAll(times, member -> new StepTimes());
    }

    /**
     * Ends a stride; called by each member, after its last step.
     *
     * @param nodes what the member's part of the scored set came to
     * @param scoringNanos how long that took
     * @return what is to be told to the driver; to the first member alone
     */
    Optional<StrideOutcome> end(int member, List<ReductionTree.Node<ScoreSums>> nodes, long scoringNanos) {
        scores.set(member, nodes);
        scored[member] = scoringNanos;
        barrier.await();
        if (member > 0) {
            return Optional.empty();
        }
        earlier += stride.steps();
        if (taken == stride.steps()) {
            state.optimizer().stepped(taken);
        }
        Pieces.Piece own = own();
        long[] nanos = new long[4];
        for (StepTimes each : times) {
            Arrays.setAll(nanos, i -> nanos[i] + each.nanos()[i]);
        }
        return Optional.of(new StrideOutcome(
                firstRank,
                computed.length,
                own.from(),
                Arrays.copyOfRange(state.theta(), own.from(), own.to()),
                state.optimizer().state(own.from(), own.to()),
                taken,
                firstRank == 0 ? losses : new double[0],
                nanos,
                scores.stream().flatMap(List::stream).toList(),
                Arrays.stream(scored).max().orElse(0)));
    }

    /** How many steps of the stride were taken. */
    int taken() {
        return taken;
    }

    /** Σ L of steps [from, to) of the stride, which were taken. */
    double[] losses(int from, int to) {
        return Arrays.copyOfRange(losses, from, to);
    }

    /** The share of the stride so far in which no task computed, as the first member saw it. */
    double syncShare() {
        return times[0].syncShare();
    }

    /** Of θ, what the executor's ranks own. */
    private Pieces.Piece own() {
        int first = pieces.first(firstRank);
        int end = pieces.first(firstRank + computed.length);
        return first == end
                ? new Pieces.Piece(firstRank, 0, 0)
                : new Pieces.Piece(
                        firstRank,
                        pieces.piece(first).from(),
                        pieces.piece(end - 1).to());
    }

    /**
     * A task's part of a step.
     *
     * @param member the task's number in this executor
     * @param own the task's gradient sums
     * @param nanos how long they took
     * @return whether the step was taken, which leaves zeros in the gradients; if not, the loss is not finite and θ is as
     *     it was before
     */
    boolean step(int member, int step, List<ReductionTree.Node<GradientSum>> own, long nanos) {
        long start = System.nanoTime();
        int turn = earlier + step - stride.from();
        sums.hand(member, own);
        computed[member] = nanos;
        if (member == 0 && peers.isPresent()) {
            peers.get().begin(turn, stride.epoch(), step);
        }
        barrier.await();
        sums.addScalars(turn);
        long slowest = slowest();
        if (peers.isPresent()) {
            slowest = scatter(peers.get(), member, patience(turn, slowest), slowest);
        }
        GroupSums.Scalars total = sums.total(turn);
        if (total.examples() != job.plan().rows(step)) {
            throw new IllegalStateException("step " + step + " summed " + total.examples() + " examples, not "
                    + job.plan().rows(step));
        }
        boolean finite = Double.isFinite(total.loss());
        long optimizing = finite ? update(member, step, total, patience(turn, slowest)) : 0;
        if (member == 0) {
            losses[step - stride.from()] = total.loss();
            if (finite && peers.isPresent()) {
                peers.get().awaitParameters(member, patience(turn, slowest));
            }
        }
        barrier.await();
        if (member == 0 && finite) {
            taken = step - stride.from() + 1;
        }
        account(times[member], nanos, slowest, optimizing, System.nanoTime() - start);
        return finite;
    }

    private static void account(StepTimes time, long nanos, long slowest, long optimizing, long synchronizing) {
        long wait = Math.max(0, Math.min(slowest - nanos, synchronizing - optimizing));
        time.compute += nanos;
        time.wait += wait;
        time.optimizer += optimizing;
        time.exchange += synchronizing - optimizing - wait;
    }

    private long slowest() {
        long slowest = 0;
        for (long each : computed) {
            slowest = Math.max(slowest, each);
        }
        return slowest;
    }

    /** How much longer than the network's timeout to wait: who is in its first step may still be mapping its shards. */
    private static long patience(int turn, long slowest) {
        return turn == 0 ? MAPPING_NANOS : LATENESS * slowest;
    }

    /** Sends the executor's sums to whom they belong; how long the slowest task of all computed. */
    private long scatter(PeerExchange exchange, int member, long patience, long slowest) {
        if (member == 0) {
            exchange.sendLosses(slowest);
        }
        int first = pieces.first(firstRank);
        int end = pieces.first(firstRank + computed.length);
        // from the next executor's first piece on, so that not all send to the same one at once
        int foreign = pieces.count() - (end - first);
        for (int i = member; i < foreign; i += computed.length) {
            int piece = (end + i) % pieces.count();
            sums.addWithin(pieces.piece(piece).from(), pieces.piece(piece).to());
            exchange.sendGradient(piece);
            sums.clear(pieces.piece(piece).from(), pieces.piece(piece).to());
        }
        return Math.max(slowest, exchange.awaitLosses(member, patience));
    }

    /** Steps the member's pieces; how long the optimizer took. */
    private long update(int member, int step, GroupSums.Scalars total, long patience) {
        Optimizer optimizer = state.optimizer();
        int first = pieces.first(firstRank + member);
        int end = pieces.first(firstRank + member + 1);
        double squares = 0;
        if (optimizer.clips()) {
            squares = squares(member, first, end, patience);
        }
        double alpha = learningRate.at(stride.epoch(), step, job.plan().steps());
        Optimizer.Step shared =
                new Optimizer.Step(optimizer.steps() + step - stride.from() + 1, total.examples(), alpha, squares);
        long optimizing = 0;
        for (int p = first; p < end; p++) {
            if (!optimizer.clips()) {
                addUp(member, p, patience);
            }
            Pieces.Piece piece = pieces.piece(p);
            long start = System.nanoTime();
            optimizer.stepSlice(state.theta(), sums.gradient(), piece.from(), piece.to(), shared);
            optimizing += System.nanoTime() - start;
            sums.clear(piece.from(), piece.to());
            if (peers.isPresent()) {
                peers.get().sendParameters(p);
            }
        }
        return optimizing;
    }

    private void addUp(int member, int p, long patience) {
        Pieces.Piece piece = pieces.piece(p);
        sums.addWithin(piece.from(), piece.to());
        if (peers.isPresent()) {
            peers.get().awaitGradient(p, member, patience);
        }
        sums.addAcross(piece.from(), piece.to());
    }

    /** The squares of the whole gradient: each member adds up its chunks, then all add the chunks in one order. */
    private double squares(int member, int first, int end, long patience) {
        float[] gradient = sums.gradient();
        for (int p = first; p < end; p++) {
            addUp(member, p, patience);
            Pieces.Piece piece = pieces.piece(p);
            for (int chunk = piece.firstChunk(); chunk < piece.endChunk(); chunk++) {
                int from = chunk * ChunkedSum.CHUNK;
                int to = Math.min(piece.to(), from + ChunkedSum.CHUNK);
                chunkSquares[chunk] = state.optimizer().squares(gradient, from, to);
            }
            if (peers.isPresent()) {
                peers.get().sendSquares(p);
            }
        }
        if (peers.isPresent()) {
            peers.get().awaitSquares(member, patience);
        }
        barrier.await();
        double squares = 0;
        for (double each : chunkSquares) {
            squares += each;
        }
        return squares;
    }
}
