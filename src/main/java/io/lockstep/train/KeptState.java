package io.lockstep.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What the last stride left in this executor, so that the next one need not fetch it from the driver: θ, and the
 * optimizer's state of the pieces that the executor owns. It is good for the stride that follows alone, and for the same
 * executors with the same tasks; whoever starts elsewhere takes the driver's.
 */
final class KeptState {
    /** Trainings at a time in one JVM; what was kept of others is only to be fetched anew. */
    private static final int MOST = 2;

    private static final Map<String, KeptState> KEPT = new LinkedHashMap<>();

    private final UUID attempt;
    private final List<String> executors;
    private final List<Integer> ranks;
    private final Contents contents;

    /**
     * What is kept.
     *
     * @param state θ and the optimizer
     * @param buffers of the exchange with other executors; each message in them was received
     */
    record Contents(TrainingState state, Optional<PeerBuffers> buffers) {}

    private KeptState(UUID attempt, RankTable table, int executor, Contents contents) {
        this.attempt = attempt;
        this.executors = table.executors();
        this.ranks = ranks(table, executor);
        this.contents = contents;
    }

    private static List<Integer> ranks(RankTable table, int executor) {
        return List.of(table.firstRank(executor), table.firstRank(executor + 1), table.ranks());
    }

    /** Keeps what attempt {@code attempt} at a stride left. */
    static synchronized void keep(String training, UUID attempt, RankTable table, int executor, Contents contents) {
        KEPT.remove(training);
        KEPT.put(training, new KeptState(attempt, table, executor, contents));
        if (KEPT.size() > MOST) {
            KEPT.remove(KEPT.keySet().iterator().next());
        }
    }

    /** Hands out what {@code attempt} left, once. */
    static synchronized Optional<Contents> take(String training, UUID attempt, RankTable table, int executor) {
        return Optional.ofNullable(KEPT.remove(training))
                .filter(kept -> kept.attempt.equals(attempt)
                        && kept.executors.equals(table.executors())
                        && kept.ranks.equals(ranks(table, executor)))
                .map(kept -> kept.contents);
    }

    /** Forgets a training's. */
    static synchronized void release(String training) {
        KEPT.remove(training);
    }
}
