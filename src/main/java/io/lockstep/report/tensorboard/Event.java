package io.lockstep.report.tensorboard;

/** TensorFlow's Event, as far as a training has need of it (event.proto, summary.proto). */
final class Event {
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    private static final int VALUE = 1;
    private static final int START = 1;

    private final Message summary = new Message();
    private boolean empty = true;

    /** The first event of every file. */
    static Message fileVersion(double seconds) {
        return new Message().real(1, seconds).text(FILE_VERSION, "brain.Event:2");
    }

    /** A run begins at {@code step}: what an earlier one wrote of it, and of later ones, does not count any more. */
    static Message start(double seconds, long step) {
        return new Message().real(1, seconds).whole(STEP, step).message(SESSION_LOG, new Message().whole(1, START));
    }

    /** A number, unless it is none: TensorBoard would draw it at the edge. */
    Event scalar(String tag, double value) {
        if (Float.isFinite((float) value)) {
            summary.message(VALUE, new Message().text(1, tag).single(2, (float) value));
            empty = false;
        }
        return this;
    }

    Event histogram(String tag, Histogram histogram) {
        summary.message(VALUE, new Message().text(1, tag).message(5, histogram.message()));
        empty = false;
        return this;
    }

    boolean isEmpty() {
        return empty;
    }

    /**
     * What was put in.
     *
     * @param seconds since 1970
     */
    Message at(double seconds, long step) {
        return new Message().real(1, seconds).whole(STEP, step).message(SUMMARY, summary);
    }
}
