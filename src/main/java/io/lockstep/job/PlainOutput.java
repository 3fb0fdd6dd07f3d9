package io.lockstep.job;

import io.lockstep.error.Printable;
import java.io.PrintStream;

/**
 * Standard output, to which no name in the data or in a model can do anything: control characters are shown by their
 * codes.
 */
final class PlainOutput extends PrintStream {
    private final PrintStream to;

    private PlainOutput(PrintStream to) {
        super(to);
        this.to = to;
    }

    /** What {@code System.out} is now. */
    static PrintStream standard() {
        return new PlainOutput(System.out);
    }

    /** All text passes here, formatted or not, with an end of line behind it or none. */
    @Override
    public void print(String text) {
        to.print(Printable.lines(String.valueOf(text)));
    }

    @Override
    public void print(Object object) {
        print(String.valueOf(object));
    }

    @Override
    public void print(char[] characters) {
        print(String.valueOf(characters));
    }
}
