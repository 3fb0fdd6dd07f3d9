package io.lockstep.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Runs a case: all contenders in turn, round after round, each in its worker. */
final class Rounds implements AutoCloseable {
    private static final int LAPS_TO_COMPILE = 2;

    private final Conditions conditions;
    private final Consumer<String> progress;
    private final Map<Kind, WorkerProcess> workers = new EnumMap<>(Kind.class);
    private final Map<String, String> libraries = new TreeMap<>();

    Rounds(Conditions conditions, Consumer<String> progress) {
        this.conditions = conditions;
        this.progress = progress;
    }

    /** What computes in each worker that was needed. */
    Map<String, String> libraries() {
        return libraries;
    }

    /**
     * Runs {@code contenders} of a case.
     *
     * @param warmUps rounds that do not count
     * @param rounds that do
     */
    Map<String, Series> run(Case each, List<String> contenders, int warmUps, int rounds) throws IOException {
        progress.accept(each.name() + ": preparing " + String.join(", ", contenders));
        close(contenders);
        Map<String, Series> results = new LinkedHashMap<>();
        for (String contender : contenders) {
            worker(contender).open(contender, each.contenders().get(contender));
            results.put(contender, new Series());
        }
        if (warmUps == 0) {
            warmUpLockstep(contenders);
        }
        List<String> order = new ArrayList<>(contenders);
        for (int round = 1 - warmUps; round <= rounds; round++) {
            StringBuilder line = new StringBuilder(
                    round < 1 ? "  warm-up " + (round + warmUps) + "/" + warmUps : "  round " + round + "/" + rounds);
            for (String contender : order) {
                Series series = round < 1 ? new Series() : results.get(contender);
                turn(contender, series);
                List<Double> seconds = series.seconds();
                line.append(String.format(Locale.ROOT, "  %s %.3f", contender, seconds.get(seconds.size() - 1)));
            }
            progress.accept(line.toString());
            // so that nobody always comes after the same neighbour
            Collections.rotate(order, 1);
            if (round % 2 == 0) {
                Collections.reverse(order);
            }
        }
        for (WorkerProcess worker : workers.values()) {
            worker.reset();
        }
        return results;
    }

    /** Its first laps run uncompiled code; the peers' native code, and MLlib's pass after its first, do not. */
    private void warmUpLockstep(List<String> contenders) throws IOException {
        for (String contender : contenders) {
            for (int i = 0; Kind.of(contender).isLockstep() && i < LAPS_TO_COMPILE; i++) {
                worker(contender).run(contender);
            }
        }
    }

    /**
     * One lap, with what the worker, everybody else on the machine, and among them the workers whose turn it is not
     * computed meanwhile.
     */
    private void turn(String contender, Series series) throws IOException {
        WorkerProcess worker = worker(contender);
        Duration own = worker.cpu();
        Duration all = cpu();
        double busy = Machine.busySeconds();
        long start = System.nanoTime();
        Lap lap = worker.run(contender);
        double seconds = (System.nanoTime() - start) / 1e9;
        double owned = seconds(worker.cpu().minus(own));
        double paused = seconds(cpu().minus(all)) - owned;
        double others = Math.max(0, Machine.busySeconds() - busy - owned);
        series.add(lap);
        series.note("cores_used", owned / seconds);
        series.note("cores_used_by_others", others / seconds);
        series.note("cores_used_by_paused", Math.max(0, paused / seconds));
    }

    /** What all workers have computed so far. */
    private Duration cpu() {
        return workers.values().stream().map(WorkerProcess::cpu).reduce(Duration.ZERO, Duration::plus);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private WorkerProcess worker(String contender) throws IOException {
        Kind kind = Kind.of(contender);
        WorkerProcess worker = workers.get(kind);
        if (worker == null) {
            worker = new WorkerProcess(kind, conditions);
            workers.put(kind, worker);
            libraries.put(kind.name().toLowerCase(Locale.ROOT), worker.describe());
        }
        return worker;
    }

    /** Ends the workers that nobody of {@code contenders} needs, for their memory. */
    private void close(List<String> contenders) throws IOException {
        List<Kind> needed = contenders.stream().map(Kind::of).toList();
        for (Kind kind : List.copyOf(workers.keySet())) {
            if (!needed.contains(kind)) {
                workers.remove(kind).close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (WorkerProcess worker : workers.values()) {
            worker.close();
        }
        workers.clear();
    }
}
