package io.lockstep.train;

import io.lockstep.math.ChunkedSum;
import io.lockstep.math.Runs;
import java.util.ArrayList;
import java.util.List;

/**
 * θ cut up for a barrier stage: each rank owns a run of {@link ChunkedSum} chunks, as equal as can be, in pieces of at
 * most {@value #CHUNKS} chunks. A piece is what is sent at a time, and added up and stepped at a time: small enough that
 * its gradients are still in the cache when the optimizer reads them.
 */
final class Pieces {
    private static final int CHUNKS = 8;

    private final List<Piece> pieces = new ArrayList<>();
    private final int[] firstOfRank;

    /** θ[from, to), which {@code rank} steps. */
    record Piece(int rank, int from, int to) {
        int length() {
            return to - from;
        }

        /** Whole chunks; the last of θ may be short. */
        int firstChunk() {
            return from / ChunkedSum.CHUNK;
        }

        int endChunk() {
            return (to + ChunkedSum.CHUNK - 1) / ChunkedSum.CHUNK;
        }
    }

    Pieces(int parameters, int ranks) {
        int chunks = chunks(parameters);
        this.firstOfRank = new int[ranks + 1];
        for (int rank = 0; rank < ranks; rank++) {
            int end = Runs.start(chunks, rank + 1, ranks);
            for (int chunk = Runs.start(chunks, rank, ranks); chunk < end; chunk += CHUNKS) {
                int to = (int) Math.min(parameters, (long) Math.min(end, chunk + CHUNKS) * ChunkedSum.CHUNK);
                pieces.add(new Piece(rank, chunk * ChunkedSum.CHUNK, to));
            }
            firstOfRank[rank + 1] = pieces.size();
        }
    }

    static int chunks(int parameters) {
        return (int) (((long) parameters + ChunkedSum.CHUNK - 1) / ChunkedSum.CHUNK);
    }

    int count() {
        return pieces.size();
    }

    Piece piece(int number) {
        return pieces.get(number);
    }

    /** The number of the first piece of a rank; of the number of ranks: the number of pieces. */
    int first(int rank) {
        return firstOfRank[rank];
    }
}
