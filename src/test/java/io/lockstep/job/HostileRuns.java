package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Commands on mutants, and what was wrong with how they ended. */
final class HostileRuns {
    static final String CHECKPOINTS = "checkpoints";

    /** Generous: a mutant takes a second or two. */
    private static final Duration BOUND = Duration.ofSeconds(90);

    private static final int LONGEST_MESSAGE = 1200;

    private final List<String> faults = new ArrayList<>();
    private final Map<Integer, Integer> codes = new LinkedHashMap<>();

    /** Runs a command on a mutant and notes what is wrong with its end. */
    CapturedRun attempt(String mutant, Path output, String... arguments) throws IOException {
        CapturedRun run = assertTimeoutPreemptively(BOUND, () -> CapturedRun.of(arguments), mutant);
        codes.merge(run.code(), 1, Integer::sum);
        String err = run.err();
        Path rejected = output.resolveSibling(output.getFileName() + ".rejected");
        List<String> wrong = new ArrayList<>();
        if (run.code() == 0) {
            check(wrong, err.isEmpty(), "done, but complains");
        } else {
            check(wrong, List.of(2, 3, 4).contains(run.code()), "exit code " + run.code());
            check(wrong, err.startsWith("lockstep: "), "no message");
            check(wrong, run.code() == 2 || err.strip().lines().count() == 1, "not one line");
            check(wrong, err.length() < LONGEST_MESSAGE, "message of " + err.length() + " characters");
            check(wrong, holdsNothingBut(output, CHECKPOINTS), "left an output");
            check(wrong, !Files.exists(rejected), "left rejected rows");
        }
        for (String dialect :
                List.of("Exception", "internal fault", "\tat ", "SQLSTATE", "org.apache.", "java.", "OutOfMemory")) {
            check(wrong, !err.contains(dialect), "says " + dialect);
        }
        check(
                wrong,
                (err + run.out()).chars().noneMatch(c -> Character.isISOControl(c) && c != '\n'),
                "control characters");
        try (Stream<Path> beside = Files.exists(output.getParent()) ? Files.list(output.getParent()) : Stream.empty()) {
            check(wrong, beside.noneMatch(path -> path.getFileName().toString().startsWith(".")), "left a draft");
        }
        if (!wrong.isEmpty()) {
            faults.add(mutant + ": " + wrong + "\n    "
                    + err.strip().lines().limit(3).collect(Collectors.joining("\n    ")));
        }
        delete(output);
        delete(rejected);
        return run;
    }

    /** The checkpoints of a training that failed later are to stay. */
    private static boolean holdsNothingBut(Path folder, String exception) throws IOException {
        if (!Files.isDirectory(folder)) {
            return !Files.exists(folder);
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.allMatch(path -> path.getFileName().toString().equals(exception));
        }
    }

    private static void check(List<String> wrong, boolean holds, String otherwise) {
        if (!holds) {
            wrong.add(otherwise);
        }
    }

    static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Nothing was wrong, and so many mutants at least were refused, and worked. */
    void requireSound(int leastRefused, int leastDone) {
        assertThat(faults).as("codes %s", codes).isEmpty();
        int done = codes.getOrDefault(0, 0);
        int all = codes.values().stream().mapToInt(Integer::intValue).sum();
        // far from these bounds the mutation itself is broken
        assertThat(all - done).as("refused, %s", codes).isGreaterThanOrEqualTo(leastRefused);
        assertThat(done).as("done, %s", codes).isGreaterThanOrEqualTo(leastDone);
    }
}
