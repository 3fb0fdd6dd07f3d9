package io.lockstep.job;

import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import io.lockstep.error.Reason;
import io.lockstep.eval.Evaluation;
import io.lockstep.model.JsonField;
import io.lockstep.model.ModelDirectory;
import io.lockstep.registry.Decision;
import io.lockstep.registry.Registry;
import io.lockstep.registry.Version;
import io.lockstep.report.MetricsTable;
import io.lockstep.report.Text;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.Path;

/** What {@code registry show} prints of a version. */
final class VersionReport {
    private static final int WIDTH = 80;
    private static final int MOST_BYTES = 64 << 20;

    private VersionReport() {}

    static void print(Registry registry, Version version, PrintStream out) {
        if (!registry.versions().contains(version)) {
            throw new ConfigException("registry: there is no version " + version + " in " + registry.name()
                    + ". lockstep registry list shows those that there are.");
        }
        ModelDirectory directory = registry.directory(version);
        boolean champion = registry.champion().equals(Optional.of(version));
        boolean before = registry.championBefore().equals(Optional.of(version));
        out.println("Version " + version + (champion ? ", the champion" : before ? ", the champion before" : ""));
        out.println("Model " + directory.path());
        Optional<Decision> decision = registry.decision(version);
        decision.ifPresent(each -> out.println("Decided " + each.decided() + ", " + each.start() + " start"));
        registry.data(version)
                .ifPresent(data -> out.printf(
                        Locale.ROOT,
                        "Files trained on: %,d; with those of the versions before it: %,d.%n",
                        data.trained().size(),
                        data.seen().size()));
        decision.ifPresent(each -> Text.wrap(each.sentence(), "  ", WIDTH).forEach(out::println));
        metrics(directory).filter(sets -> !sets.isEmpty()).ifPresent(sets -> MetricsTable.print(out, sets));
    }

    private static Optional<Map<String, Evaluation>> metrics(ModelDirectory directory) {
        Path file = new Path(directory.path(), "metrics.json");
        try (InputStream in = directory.fileSystem().open(file)) {
            return Optional.of(Evaluation.readSets(JsonField.root(in.readNBytes(MOST_BYTES), file.toString())));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read: " + Reason.of(e), e);
        }
    }
}
