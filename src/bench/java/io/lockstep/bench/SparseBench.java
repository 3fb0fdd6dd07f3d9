package io.lockstep.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code scripts/bench sparse}: one training of a wide table of mostly zeros, stored dense and stored sparse. */
@Command(
        name = "scripts/bench sparse",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Trains on a generated libsvm file, stored sparse and dense in turns, each training in a JVM of its own. Prints the"
                    + " median of the epochs but each training's first, and the memory that the JVM took at most."
        })
final class SparseBench implements Callable<Integer> {
    @Option(names = "--rows", description = "Of the table (default: ${DEFAULT-VALUE}).")
    private int rows = 25_000;

    @Option(names = "--features", description = "Of a row (default: ${DEFAULT-VALUE}).")
    private int features = 20_000;

    @Option(names = "--share", description = "Of the features that are not 0 (default: ${DEFAULT-VALUE}).")
    private double share = 0.005;

    @Option(names = "--storages", split = ",", description = "Of sparse, dense (default: both).")
    private List<String> storages = List.of("sparse", "dense");

    @Option(names = "--rounds", description = "Trainings of each storage (default: ${DEFAULT-VALUE}).")
    private int rounds = 2;

    @Option(names = "--epochs", description = "Of each training (default: ${DEFAULT-VALUE}).")
    private int epochs = 4;

    @Option(names = "--batch", description = "Examples of a mini-batch (default: ${DEFAULT-VALUE}).")
    private int batch = 512;

    @Option(names = "--cores", description = "Tasks at a time (default: ${DEFAULT-VALUE}).")
    private int cores = 2;

    @Option(names = "--heap", description = "Heap of a JVM that trains (default: ${DEFAULT-VALUE}).")
    private String heap = "2g";

    @Option(names = "--folder", description = "Where table and models go (default: target/sparse).")
    private Path folder;

    @Option(names = "--jvm", description = "An option for the JVMs that train, such as -Xlog:gc.")
    private List<String> jvm = List.of();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SparseBench()).execute(arguments));
    }

    /** What a storage came to. */
    private static final class Laps {
        private final String storage;
        private final List<Double> epochs = new ArrayList<>();
        private double examplesPerSecond;
        private double command;
        private PeakMemory memory = PeakMemory.NONE;

        Laps(String storage) {
            this.storage = storage;
        }

        double epoch() {
            List<Double> sorted = epochs.stream().sorted().toList();
            int middle = sorted.size() / 2;
            return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        }
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (epochs < 2 || rounds < 1) {
            System.err.println("bench: --epochs: expected 2 or more, --rounds: 1 or more.");
            return CommandLine.ExitCode.USAGE;
        }
        Path home = folder == null ? Paths.target().resolve("sparse") : folder;
        Files.createDirectories(home);
        Path table = home.resolve(rows + "x" + features + "-" + share + ".libsvm");
        if (!Files.exists(table)) {
            System.out.println("Writing " + table + " …");
            SparseTable.write(table, rows, features, share);
        }
        List<Laps> laps = storages.stream().map(Laps::new).toList();
        for (int round = 0; round < rounds; round++) {
            for (Laps each : laps) {
                int code = train(each, table, home);
                if (code != 0) {
                    return code;
                }
            }
        }
        print(laps);
        return 0;
    }

    private int train(Laps laps, Path table, Path home) throws IOException, InterruptedException {
        Path model = home.resolve("model-" + laps.storage);
        Path peak = home.resolve("memory-" + laps.storage);
        Path config = home.resolve(laps.storage + ".yaml");
        Files.writeString(
                config, String.format(Locale.ROOT, """
                name: %s
                task: classification
                data: { train: "%s", storage: %s, split: { train: 0.9, dev: 0.05, test: 0.05 } }
                network:
                  - { dense: 300, activation: relu }
                  - { dense: 100, activation: relu }
                training:
                  epochs: %d
                  batch_size: %d
                  optimizer: { name: adam, learning_rate: 0.001 }
                  early_stopping: null
                  seed: 1
                sync: barrier
                checkpoint: null
                output: "%s"
                """, laps.storage, table, laps.storage, epochs, batch, model));
        List<String> options = new ArrayList<>(jvm);
        options.add("-D" + LargeTraining.PEAK_FILE + "=" + peak);
        long start = System.nanoTime();
        int code = TrainingProcess.run(
                heap, options, LargeTraining.class, "train", config.toString(), "--master", "local[" + cores + "]");
        if (code != 0) {
            return code;
        }
        laps.command = (System.nanoTime() - start) / 1e9;
        laps.memory = laps.memory.most(PeakMemory.read(peak));
        JsonNode records = new ObjectMapper()
                .readTree(model.resolve("metrics.json").toFile())
                .get("epochs");
        for (int epoch = 1; epoch < records.size(); epoch++) {
            double seconds = records.get(epoch).get("seconds").asDouble();
            laps.epochs.add(seconds);
            laps.examplesPerSecond = Math.max(
                    laps.examplesPerSecond,
                    records.get(epoch).get("examples_per_second").asDouble());
        }
        return 0;
    }

    private void print(List<Laps> laps) {
        System.out.printf(
                Locale.ROOT,
                "%n%,d rows x %,d features, %.2f %% not 0; 300-100-1 relu, batch %d, adam, barrier, %d tasks.%n",
                rows,
                features,
                100 * share,
                batch,
                cores);
        System.out.printf(
                "%-8s %12s %14s %10s %10s %10s %10s%n",
                "storage", "s an epoch", "best examples/s", "command s", "heap MB", "own MB", "mapped MB");
        for (Laps each : laps) {
            System.out.printf(
                    Locale.ROOT,
                    "%-8s %12.2f %15.0f %10.1f %10.0f %10.0f %10.0f%n",
                    each.storage,
                    each.epoch(),
                    each.examplesPerSecond,
                    each.command,
                    each.memory.heap(),
                    each.memory.own(),
                    each.memory.mapped());
        }
    }
}
