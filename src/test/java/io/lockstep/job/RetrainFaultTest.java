package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.config.ConfigReader;
import io.lockstep.config.LockstepConfig;
import io.lockstep.error.ExitCode;
import io.lockstep.error.LockstepException;
import io.lockstep.job.Retraining.Match;
import io.lockstep.model.FaultyFileSystem;
import io.lockstep.model.ModelIo;
import io.lockstep.registry.Decision;
import io.lockstep.registry.Registry;
import io.lockstep.registry.Version;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A retraining that ends at any of its operations on files leaves a whole registry whose champion is the old one or the new
 * one, and the next run brings to an end what it began.
 */
class RetrainFaultTest {
    private static final Version FIRST = new Version(1);
    private static final Version SECOND = new Version(2);

    /** All of them with -Psoak, else what fits into some seconds. */
    private static final boolean SOAK = Boolean.getBoolean("lockstep.everyOperation");

    @TempDir
    private Path root;

    private Path table;

    @BeforeEach
    void writeRows() throws IOException {
        table = root.resolve("t.csv");
        rows(60);
    }

    private void rows(int n) throws IOException {
        Random random = new Random(n);
        List<String> lines = new ArrayList<>(List.of("a,b,y"));
        for (int i = 0; i < n; i++) {
            double a = random.nextGaussian();
            double b = random.nextGaussian();
            lines.add(String.format(Locale.ROOT, "%.4f,%.4f,%.4f", a, b, 3 * a - b));
        }
        Files.write(table, lines);
    }

    /**
     * Linear regression, at first for one epoch with steps of no size, then for some: an error of 3 becomes one of some
     * tenths.
     */
    private LockstepConfig config(int epochs, double minimumGain) {
        return ConfigReader.read(
                """
                task: regression
                data: { train: %s, label: y, split: { train: 0.6, dev: 0.1, test: 0.3 } }
                training: { epochs: %d, batch_size: 16, early_stopping: null, optimizer: { name: sgd, learning_rate: %s } }
                sync: driver
                checkpoint: null
                retrain: { minimum_gain: %s }
                """.formatted(table, epochs, epochs == 1 ? "1.0e-9" : "0.1", minimumGain), "c.yaml", List.of());
    }

    private static Registry registry(Path folder, FileSystem fs) {
        return Registry.at(fs, new org.apache.hadoop.fs.Path(folder.toUri()));
    }

    private ExitCode retrain(Registry registry, int epochs) {
        return retrain(registry, epochs, 0.7);
    }

    private ExitCode retrain(Registry registry, int epochs, double minimumGain) {
        TestSpark.session();
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            return RetrainCommand.run(
                    config(epochs, minimumGain), registry, Match.COMPARED, new CommonOptions(), nowhere);
        }
    }

    private void begin(Path folder) throws IOException {
        assertThat(retrain(registry(folder, FaultyFileSystem.healthy()), 1)).isEqualTo(ExitCode.DONE);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    @Test
    void aCrashAtEachOperationLeavesTheOldOrTheNewChampionWholeAndTheNextRunEndsWhatItBegan() throws IOException {
        Path begun = root.resolve("begun");
        begin(begun);
        Path whole = root.resolve("whole");
        copy(begun, whole);
        FaultyFileSystem counting = FaultyFileSystem.healthy();
        assertThat(retrain(registry(whole, counting), 8)).isEqualTo(ExitCode.DONE);
        int operations = counting.mutations();
        assertThat(operations).isGreaterThan(30);
        int pending = 0;
        TreeSet<Version> champions = new TreeSet<>();
        for (int k : IntStream.rangeClosed(1, operations)
                .filter(k -> SOAK || k % 5 == 1)
                .toArray()) {
            for (FaultyFileSystem.Fault fault : SOAK
                    ? FaultyFileSystem.Fault.values()
                    : new FaultyFileSystem.Fault[] {FaultyFileSystem.Fault.CRASHES}) {
                Path folder = root.resolve(fault + "-" + k);
                copy(begun, folder);
                Optional<ExitCode> code = ended(registry(folder, FaultyFileSystem.at(k, fault)));
                Registry left = registry(folder, FaultyFileSystem.healthy());
                requireWhole(left, fault + " at operation " + k);
                Version champion = left.champion().orElseThrow();
                champions.add(champion);
                if (code.equals(Optional.of(ExitCode.DONE))) {
                    assertThat(champion).as("what is reported as promoted is").isEqualTo(SECOND);
                }
                boolean decided = left.pending().isPresent();
                pending += decided ? 1 : 0;
                // in another process that of a dead one lapses; here they share one
                left.unlock();
                ExitCode next = retrain(left, 8);
                requireWhole(left, "after " + fault + " at operation " + k);
                assertThat(left.champion()).as("%s at operation %d", fault, k).hasValue(SECOND);
                assertThat(next)
                        .as("%s at operation %d: promoted now, or not better than what was promoted then", fault, k)
                        .isEqualTo(champion.equals(SECOND) ? ExitCode.KEPT : ExitCode.DONE);
                assertThat(left.versions())
                        .as("a decision that was carried out later needs no second training")
                        .hasSize(champion.equals(SECOND) ? 3 : 2);
            }
        }
        assertThat(champions).containsExactly(FIRST, SECOND);
        assertThat(pending)
                .as("an end between decision and promotion was among them")
                .isPositive();
    }

    private Optional<ExitCode> ended(Registry registry) {
        try {
            return Optional.of(retrain(registry, 8));
        } catch (RuntimeException e) {
            assertThat(e)
                    .satisfiesAnyOf(
                            thrown -> assertThat(thrown).hasStackTraceContaining("injected"),
                            // a claim that could not be given back
                            thrown -> assertThat(thrown).hasMessageContaining(" is being changed by "),
                            // a file system that answers no, and gives no reason to hand on
                            thrown -> assertThat(thrown)
                                    .isInstanceOf(LockstepException.class)
                                    .hasMessageMatching("(?s).*(cannot|could not) .*"));
            return Optional.empty();
        }
    }

    /** Every version can be read, has its decision, and one of them is the champion. */
    private static void requireWhole(Registry registry, String when) {
        List<Version> versions = registry.versions();
        assertThat(versions).as(when).contains(registry.champion().orElseThrow());
        for (Version version : versions) {
            assertThat(ModelIo.read(registry.directory(version)).theta())
                    .as(when)
                    .hasSize(3);
            assertThat(registry.decision(version).map(Decision::version))
                    .as(when)
                    .hasValue(version);
            assertThat(registry.data(version)).as(when).isPresent();
        }
    }

    @Test
    void whoeverRetrainsAtTheSameTimeIsRefusedAndTheOtherOneEnds() throws IOException {
        Path folder = root.resolve("r");
        begin(folder);
        FaultyFileSystem fs = FaultyFileSystem.healthy();
        List<String> refusals = new ArrayList<>();
        fs.whenOpened(path -> path.getName().equals("weights.safetensors"), () -> {
            try {
                retrain(registry(folder, FaultyFileSystem.healthy()), 8);
            } catch (RuntimeException e) {
                refusals.add(e.getMessage());
            }
        });
        assertThat(retrain(registry(folder, fs), 8)).isEqualTo(ExitCode.DONE);
        assertThat(refusals).singleElement().asString().contains("is being retrained by ", "Wait for it to end");
        assertThat(registry(folder, fs).versions()).containsExactly(FIRST, SECOND);
    }

    @Test
    void aChampionThatIsChangedMeanwhileIsNotReplaced() throws IOException {
        Path folder = root.resolve("r");
        begin(folder);
        Registry registry = registry(folder, FaultyFileSystem.healthy());
        assertThat(retrain(registry, 8)).isEqualTo(ExitCode.DONE);
        rows(70);
        FaultyFileSystem fs = FaultyFileSystem.healthy();
        fs.whenOpened(path -> path.getName().equals("weights.safetensors"), registry::rollback);
        assertThat(retrain(registry(folder, fs), 40, 0)).isEqualTo(ExitCode.KEPT);
        assertThat(registry.decision(new Version(3)).orElseThrow().verdict()).isEqualTo(Decision.Verdict.BETTER);
        assertThat(registry.champion())
                .as("as the person who rolled back wants it")
                .hasValue(FIRST);
        assertThat(registry.versions()).hasSize(3);
    }
}
