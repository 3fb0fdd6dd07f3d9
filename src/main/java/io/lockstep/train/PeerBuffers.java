package io.lockstep.train;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * The messages that an executor sends in a step, one buffer for each, outside the heap: what lies there goes to the
 * network without another copy. They are as large as the gradients that leave the executor and the θ that it owns, so
 * they are used again by the strides that follow.
 */
final class PeerBuffers {
    static final int LOSSES = 0;
    static final int GRADIENT = 1;
    static final int SQUARES = 2;
    static final int PARAMETERS = 3;
    static final int FAILURE = 4;

    static final int KIND_AT = StageKey.BYTES;
    static final int STEP_AT = KIND_AT + Integer.BYTES;
    static final int SENDER_AT = STEP_AT + Integer.BYTES;
    static final int INDEX_AT = SENDER_AT + Integer.BYTES;
    /** Floats begin at a multiple of their size. */
    static final int HEADER = INDEX_AT + 2 * Integer.BYTES;

    /** By piece; of pieces that are not this executor's. */
    private final Message[] gradients;
    /** By piece; of this executor's. */
    private final Message[] parameters;

    private final Message[] squares;
    /** For even and odd steps. */
    private final Message[] losses;

    /** A message and the floats in it. */
    static final class Message {
        private final ByteBuffer bytes;
        private final FloatBuffer floats;

        Message(int kind, int sender, int index, int payload) {
            bytes = ByteBuffer.allocateDirect(HEADER + payload);
            bytes.putInt(KIND_AT, kind).putInt(SENDER_AT, sender).putInt(INDEX_AT, index);
            floats = bytes.duplicate()
                    .position(HEADER)
                    .slice()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
        }

        /** Says which attempt at which stride it belongs to. */
        Message address(StageKey key) {
            key.write(bytes.duplicate());
            return this;
        }

        ByteBuffer bytes() {
            return bytes;
        }

        FloatBuffer floats() {
            return floats;
        }
    }

    /**
     * The buffers of executor {@code self}.
     *
     * @param places how many sums of a gradient it sends
     */
    PeerBuffers(RankTable table, int self, Pieces pieces, int places) {
        int count = pieces.count();
        this.gradients = new Message[count];
        this.parameters = new Message[count];
        this.squares = new Message[count];
        for (int p = 0; p < count; p++) {
            Pieces.Piece piece = pieces.piece(p);
            if (table.executorOf(piece.rank()) == self) {
                parameters[p] = new Message(PARAMETERS, self, p, piece.length() * Float.BYTES);
                int chunks = piece.endChunk() - piece.firstChunk();
                squares[p] = new Message(SQUARES, self, p, chunks * Double.BYTES);
            } else {
                int payload = Math.multiplyExact(places, piece.length() * Float.BYTES);
                gradients[p] = new Message(GRADIENT, self, p, payload);
            }
        }
        int scalars = Long.BYTES + places * (Double.BYTES + Long.BYTES);
        this.losses = new Message[] {new Message(LOSSES, self, 0, scalars), new Message(LOSSES, self, 0, scalars)};
    }

    /** Makes all messages those of {@code key}. */
    PeerBuffers address(StageKey key) {
        for (Message[] messages : new Message[][] {gradients, parameters, squares, losses}) {
            for (Message message : messages) {
                if (message != null) {
                    message.address(key);
                }
            }
        }
        return this;
    }

    Message gradient(int piece) {
        return gradients[piece];
    }

    Message parameters(int piece) {
        return parameters[piece];
    }

    Message squares(int piece) {
        return squares[piece];
    }

    Message losses(int step) {
        return losses[step & 1];
    }
}
