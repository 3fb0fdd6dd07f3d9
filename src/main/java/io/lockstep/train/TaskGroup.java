package io.lockstep.train;

import io.lockstep.math.ChunkedSum;
import io.lockstep.math.ReductionTree;
import io.lockstep.optim.Optimizer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

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

    private final GradientSync.Stride stride;
    private final ShardWorker.Job job;
    private final LearningRate learningRate;
    private final int firstRank;
    private final TrainingState state;
    private final Pieces pieces;
    private final GroupSums sums;
    private final double[] chunkSquares;
    private final SpinBarrier barrier;
    private final Optional<PeerExchange> peers;
    private final long[] computed;
    private final StepTimes[] times;
    private final double[] losses;
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
     * @param start θ, and the optimizer for at least the executor's pieces, both of which are updated in place; and
     *     buffers, if there are some already
     * @param cancelled whether Spark wants the tasks to end
     * @param timeoutNanos how long to wait for other executors, besides their computing
     */
    TaskGroup(
            StrideKey key,
            RankTable table,
            int executor,
            GradientSync.Stride stride,
            ShardWorker.Job job,
            LearningRate learningRate,
            KeptState.Contents start,
            BooleanSupplier cancelled,
            long timeoutNanos) {
        this.stride = stride;
        this.job = job;
        this.learningRate = learningRate;
        this.state = start.state();
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
                        start.buffers()
                                .orElseGet(() -> new PeerBuffers(table, executor, pieces, sums.places(executor))),
                        barrier,
                        timeoutNanos,
                        stride.from()));
        this.computed = new long[members];
        this.times = new StepTimes[members];
        Arrays.setAll(times, member -> new StepTimes());
        this.losses = new double[stride.steps()];
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
        peers.ifPresent(exchange -> exchange.sendFailure(cause));
    }

    /** θ and the optimizer's state, as far as they are this executor's. */
    TrainingState state() {
        return state;
    }

    /** What a stride that follows can begin with. */
    KeptState.Contents left() {
        return new KeptState.Contents(state, peers.map(PeerExchange::buffers));
    }

    /** How many steps of the stride were taken. */
    int taken() {
        return taken;
    }

    /** Σ L of each step of the stride, as far as they were taken, and of the one that was not finite. */
    double[] losses() {
        return losses;
    }

    StepTimes times(int member) {
        return times[member];
    }

    /** Of θ, what the executor's ranks own. */
    Pieces.Piece own() {
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
        sums.hand(member, own);
        computed[member] = nanos;
        if (member == 0) {
            peers.ifPresent(exchange -> exchange.begin(step));
        }
        barrier.await();
        sums.addScalars(step);
        long slowest = slowest();
        if (peers.isPresent()) {
            slowest = scatter(peers.get(), member, step, slowest);
        }
        GroupSums.Scalars total = sums.total(step);
        if (total.examples() != job.plan().rows(step)) {
            throw new IllegalStateException("step " + step + " summed " + total.examples() + " examples, not "
                    + job.plan().rows(step));
        }
        boolean finite = Double.isFinite(total.loss());
        long optimizing = finite ? update(member, step, total, patience(step, slowest)) : 0;
        if (member == 0) {
            losses[step - stride.from()] = total.loss();
            if (finite && peers.isPresent()) {
                peers.get().awaitParameters(member, patience(step, slowest));
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
    private long patience(int step, long slowest) {
        return step == stride.from() ? MAPPING_NANOS : LATENESS * slowest;
    }

    /** Sends the executor's sums to whom they belong; how long the slowest task of all computed. */
    private long scatter(PeerExchange exchange, int member, int step, long slowest) {
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
        return Math.max(slowest, exchange.awaitLosses(member, patience(step, slowest)));
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
                chunkSquares[chunk] = ChunkedSum.ofSquares(gradient, from, to);
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
