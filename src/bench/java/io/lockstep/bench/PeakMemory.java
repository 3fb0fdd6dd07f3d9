package io.lockstep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Scanner;

/**
 * The memory that a JVM took at most, in MB.
 *
 * @param heap after a collection
 * @param own resident, of no file
 * @param mapped resident, of mapped files
 */
record PeakMemory(double heap, double own, double mapped) {
    static final PeakMemory NONE = new PeakMemory(0, 0, 0);

    void write(Path file) throws IOException {
        Files.writeString(file, heap + " " + own + " " + mapped);
    }

    static PeakMemory read(Path file) throws IOException {
        try (Scanner numbers = new Scanner(Files.readString(file))) {
            return new PeakMemory(
                    Double.parseDouble(numbers.next()),
                    Double.parseDouble(numbers.next()),
                    Double.parseDouble(numbers.next()));
        }
    }

    PeakMemory most(PeakMemory other) {
        return new PeakMemory(Math.max(heap, other.heap), Math.max(own, other.own), Math.max(mapped, other.mapped));
    }
}
