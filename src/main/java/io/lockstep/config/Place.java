package io.lockstep.config;

/**
 * Where a key stands.
 *
 * @param label as messages show it: {@code digits.yaml:14} or {@code --set training.epochs=x}
 * @param order by which messages are sorted: lines of the file, then overrides
 */
record Place(String label, int order) {
    private static final int AFTER_ALL_LINES = 1 << 30;

    static Place line(String fileName, int line) {
        return new Place(fileName + ":" + line, line);
    }

    static Place override(String argument, int index) {
        return new Place("--set " + Found.shorten(argument), AFTER_ALL_LINES + index);
    }
}
