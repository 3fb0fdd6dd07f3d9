package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.math.ChunkedSum;
import org.junit.jupiter.api.Test;

class PiecesTest {

    @Test
    void piecesCoverThetaOnceInTheOrderOfRanksAndEndAtChunks() {
        for (int parameters : new int[] {1, 4095, 4096, 4097, 100_000, 266_610}) {
            for (int ranks : new int[] {1, 2, 3, 7, 64}) {
                Pieces pieces = new Pieces(parameters, ranks);
                int end = 0;
                int rank = 0;
                for (int p = 0; p < pieces.count(); p++) {
                    Pieces.Piece piece = pieces.piece(p);
                    assertThat(piece.from()).isEqualTo(end);
                    assertThat(piece.length()).isPositive().isLessThanOrEqualTo(8 * ChunkedSum.CHUNK);
                    assertThat(piece.from() % ChunkedSum.CHUNK).isZero();
                    assertThat(piece.rank()).isGreaterThanOrEqualTo(rank);
                    assertThat(p).isBetween(pieces.first(piece.rank()), pieces.first(piece.rank() + 1) - 1);
                    rank = piece.rank();
                    end = piece.to();
                }
                assertThat(end).as("%d parameters, %d ranks", parameters, ranks).isEqualTo(parameters);
                assertThat(pieces.first(ranks)).isEqualTo(pieces.count());
            }
        }
    }

    @Test
    void ranksOwnAboutAsMuchOfTheta() {
        Pieces pieces = new Pieces(100 * ChunkedSum.CHUNK, 3);
        int[] owned = new int[3];
        for (int p = 0; p < pieces.count(); p++) {
            owned[pieces.piece(p).rank()] += pieces.piece(p).length() / ChunkedSum.CHUNK;
        }
        assertThat(owned).containsExactlyInAnyOrder(33, 33, 34);
    }
}
