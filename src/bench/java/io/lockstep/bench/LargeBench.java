package io.lockstep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code scripts/bench large}: trainings on generated tables that are larger than the heap. */
@Command(
        name = "scripts/bench large",
        sortOptions = false,
        mixinStandardHelpOptions = true,
        description = {
            "Trains on generated parquet tables: \"rows\", 10 million rows of 28 features; \"bytes\", 4 million rows of 250"
                    + " features, which are 4 GB; \"tenth\", a tenth of \"bytes\", beside which it is to be judged.",
            "Prints what the training says, the time to its first step, and the memory that its JVM took at most."
        })
final class LargeBench implements Callable<Integer> {
    private static final Map<String, Table> TABLES = Map.of(
            "rows", new Table(10_000_000, 28, 8192),
            "bytes", new Table(4_000_000, 250, 4096),
            "tenth", new Table(400_000, 250, 4096));

    /** A table, and the mini-batches that are taken of it. */
    private record Table(long rows, int columns, int batch) {}

    @Option(names = "--cases", split = ",", description = "Of rows, bytes, tenth (default: all).")
    private List<String> cases = List.of("rows", "tenth", "bytes");

    @Option(names = "--scale", description = "Takes this part of the rows (default: ${DEFAULT-VALUE}).")
    private double scale = 1;

    @Option(names = "--heap", description = "Heap of the JVM that trains (default: ${DEFAULT-VALUE}).")
    private String heap = "1g";

    @Option(names = "--epochs", description = "Of each training (default: ${DEFAULT-VALUE}).")
    private int epochs = 3;

    @Option(names = "--cores", description = "Tasks at a time (default: ${DEFAULT-VALUE}).")
    private int cores = 2;

    @Option(names = "--folder", description = "Where tables and models go (default: target/large).")
    private Path folder;

    @Option(names = "--set", description = "Settings of the config, as in scripts/lockstep train.")
    private List<String> settings = List.of();

    @Option(names = "--jvm", description = "An option for the JVM that trains, such as -Xlog:gc.")
    private List<String> jvm = List.of();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new LargeBench()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path home = folder == null ? Paths.target().resolve("large") : folder;
        Files.createDirectories(home);
        for (String name : cases) {
            Table table = TABLES.get(name);
            if (table == null) {
                System.err.println("bench: --cases: no \"" + name + "\". Known: rows, bytes, tenth.");
                return CommandLine.ExitCode.USAGE;
            }
            int code = train(name, table, home);
            if (code != 0) {
                return code;
            }
        }
        return 0;
    }

    private int train(String name, Table table, Path home) throws IOException, InterruptedException {
        long rows = Math.round(table.rows() * scale);
        Path parquet = home.resolve(rows + "x" + table.columns() + ".parquet");
        if (!Files.exists(parquet)) {
            System.out.println("Writing " + parquet + " …");
            int code = TrainingProcess.run(
                    "2g", jvm, LargeTable.class, parquet.toString(), "" + rows, "" + table.columns());
            if (code != 0) {
                return code;
            }
        }
        Path config = home.resolve(name + ".yaml");
        Files.writeString(config, yaml(name, table, parquet, home));
        System.out.printf(
                Locale.ROOT,
                "%n%s: %,d rows of %d features, %,d MB as float32; heap %s.%n",
                name,
                rows,
                table.columns(),
                rows * (table.columns() + 1) * Float.BYTES / (1 << 20),
                heap);
        List<String> arguments = new ArrayList<>(List.of("train", config.toString()));
        settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
        arguments.addAll(List.of("--master", "local[" + cores + "]"));
        return TrainingProcess.run(heap, jvm, LargeTraining.class, arguments.toArray(String[]::new));
    }

    private String yaml(String name, Table table, Path parquet, Path home) {
        return String.format(Locale.ROOT, """
                name: %s
                task: classification
                data: { train: "%s", label: y, split: { train: 0.98, dev: 0.01, test: 0.01 } }
                network:
                  - { dense: 300, activation: relu }
                  - { dense: 100, activation: relu }
                training:
                  epochs: %d
                  batch_size: %d
                  optimizer: { name: adam, learning_rate: 0.001 }
                  seed: 1
                output: "%s"
                """, name, parquet, epochs, table.batch(), home.resolve("model-" + name));
    }
}
