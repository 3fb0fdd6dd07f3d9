package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import io.lockstep.model.CheckpointDirectory;
import io.lockstep.model.CheckpointDirectory.Entry;
import io.lockstep.model.FaultyFileSystem;
import io.lockstep.model.ModelDirectory;
import io.lockstep.nn.LayerActivity;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Writing checkpoints that ends at any file operation, in any way, leaves a whole one to go on from, or none. */
class CheckpointFaultTest {
    private static final int PARAMETERS = 5;
    private static final TrainingShape SHAPE = shape(PARAMETERS);
    private static final TrainingShape OTHER = shape(PARAMETERS + 1);
    private static final LockstepConfig CONFIG = Trainings.config("""
            task: classification
            data: { train: any.csv, label: kind }
            """);
    private static final TrainingIdentity IDENTITY = new TrainingIdentity(
            ResolvedConfig.of(CONFIG).values(), Map.of(DataRole.TRAIN, new TrainingIdentity.Examples(9, 4)), Map.of());

    @TempDir
    Path root;

    /** Of a linear layer with so many parameters. */
    private static TrainingShape shape(int parameters) {
        NetworkSpec network =
                new NetworkSpec(new Shape.Vector(parameters - 1), List.of(new LayerSpec.Dense(1)), Loss.HALVED_SQUARED);
        return new TrainingShape(network, 1, 1, 9, TrainingShape.Stopping.AT_THE_END);
    }

    private final List<String> said = new ArrayList<>();

    /** A checkpoint after {@code epochs} epochs, whose numbers say which run and epoch it is of. */
    private static Checkpoint checkpoint(long run, int epochs) {
        float[] theta = new float[PARAMETERS];
        Arrays.fill(theta, mark(run, epochs));
        NetworkHealth health = new NetworkHealth(
                1,
                1,
                List.of(new LayerHealth(
                        new LayerActivity(1, 1, 1, 1, 1, 1, OptionalInt.empty(), OptionalInt.empty()), "output", 0)));
        EpochTime time = new EpochTime(1, 1, 0, 0, 0);
        List<EpochRecord> records = new ArrayList<>();
        for (int epoch = 1; epoch <= epochs; epoch++) {
            records.add(new EpochRecord(epoch, 0.5, Optional.empty(), 1, time, 0.1, health));
        }
        return new Checkpoint(
                records,
                EpochSums.NONE,
                OptionalInt.empty(),
                theta,
                epochs,
                new float[][] {theta.clone()},
                Optional.of(new Checkpoint.Best(epochs, OptionalDouble.empty(), theta)),
                theta,
                new HealthReport(health, List.of()),
                0);
    }

    private static float mark(long run, int epochs) {
        return 100 * run + epochs;
    }

    private static ModelDirectory model(FaultyFileSystem fs, Path directory) {
        return ModelDirectory.at(fs, new org.apache.hadoop.fs.Path(directory.toUri()));
    }

    /** Writes the checkpoints of a run, one after the other; the last epoch that was written without complaint. */
    private static int write(FaultyFileSystem fs, Path directory, long run, int keep, int from, int to) {
        CheckpointDirectory checkpoints = new CheckpointDirectory(model(fs, directory));
        int written = 0;
        try (CheckpointWriter writer = new CheckpointWriter(
                checkpoints, IDENTITY, run, keep, checkpoints.entries(), entry -> from > 1 && entry.epochs() < from)) {
            for (int epoch = from; epoch <= to; epoch++) {
                writer.offer(checkpoint(run, epoch));
                writer.finish();
                written = writer.trouble().isEmpty() ? epoch : written;
            }
        } catch (IOException e) {
            throw new AssertionError("listing is not disturbed", e);
        }
        return written;
    }

    /** θ's mark in the checkpoint that a later run goes on from. */
    private Optional<Float> found(Path directory) throws IOException {
        ModelDirectory model = model(FaultyFileSystem.healthy(), directory);
        ResumableTraining resumable = new ResumableTraining(CONFIG, model, Map.of(), said::add);
        resumable.findNewest();
        return resumable.resume(IDENTITY, SHAPE).map(found -> found.checkpoint().theta()[0]);
    }

    @ParameterizedTest
    @EnumSource(FaultyFileSystem.Fault.class)
    void theFirstRunLeavesAWholeCheckpointOrNone(FaultyFileSystem.Fault fault) throws IOException {
        int operations = operations(0, 2);
        assertThat(operations).isGreaterThan(20);
        for (int k = 1; k <= operations; k++) {
            Path directory = root.resolve(fault + "-" + k);
            int written = write(FaultyFileSystem.at(k, fault), directory, 2, 2, 1, 4);
            Optional<Float> found = found(directory);
            if (found.isEmpty()) {
                assertThat(written).as("%s at operation %d", fault, k).isZero();
            } else {
                assertThat(found.get()).isBetween(mark(2, written), mark(2, 4));
            }
            if (k % 5 == 0) {
                assertThat(write(FaultyFileSystem.healthy(), directory, 3, 2, 1, 3))
                        .isEqualTo(3);
                assertThat(names(directory)).containsExactly("epoch-0002", "epoch-0003");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(FaultyFileSystem.Fault.class)
    void aRunThatBeginsAnewNeverLeavesNothingWhereThereWasACheckpoint(FaultyFileSystem.Fault fault) throws IOException {
        // with one kept, nothing else is there to fall back on
        for (int keep = 1; keep <= 2; keep++) {
            beginAnew(fault, keep);
        }
    }

    private void beginAnew(FaultyFileSystem.Fault fault, int keep) throws IOException {
        int operations = operations(3, keep);
        Path before = root.resolve("before-" + keep);
        write(FaultyFileSystem.healthy(), before, 1, keep, 1, 3);
        assertThat(operations).isGreaterThan(20);
        int old = 0;
        int recent = 0;
        for (int k = 1; k <= operations; k++) {
            Path directory = root.resolve(fault + "-" + keep + "-" + k);
            copy(before, directory);
            int written = write(FaultyFileSystem.at(k, fault), directory, 2, keep, 1, 4);
            Optional<Float> found = found(directory);
            assertThat(found).as("%s at operation %d, keep %d", fault, k, keep).isPresent();
            assertThat(List.of(mark(1, 1), mark(1, 2), mark(1, 3), mark(2, 1), mark(2, 2), mark(2, 3), mark(2, 4)))
                    .contains(found.get());
            assertThat(found.get() >= mark(2, written) || written == 0)
                    .as("%s at operation %d: what was written is found, or a later one", fault, k)
                    .isTrue();
            old += found.get() < 200 ? 1 : 0;
            recent += found.get() < 200 ? 0 : 1;
        }
        assertThat(recent).isPositive();
        assertThat(old + recent).isEqualTo(operations);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    /** How many operations change something in four checkpoints without a fault. */
    private int operations(int earlier, int keep) throws IOException {
        Path directory = root.resolve("healthy-" + earlier + "-" + keep);
        if (earlier > 0) {
            write(FaultyFileSystem.healthy(), directory, 1, keep, 1, earlier);
        }
        FaultyFileSystem fs = FaultyFileSystem.healthy();
        assertThat(write(fs, directory, 2, keep, 1, 4)).isEqualTo(4);
        return fs.mutations();
    }

    private static List<String> names(Path directory) throws IOException {
        new ResumableTraining(CONFIG, model(FaultyFileSystem.healthy(), directory), Map.of(), text -> {});
        try (Stream<Path> files = Files.list(directory.resolve("checkpoints"))) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aCheckpointThatIsDamagedAnywhereIsPassedOverForTheOneBefore() throws IOException {
        Path directory = root.resolve("damaged");
        Path newest = directory.resolve("checkpoints/epoch-0003");
        for (String file : List.of("checkpoint.json", "state.safetensors", "SHA256SUMS")) {
            write(FaultyFileSystem.healthy(), directory, 1, 2, 1, 3);
            byte[] bytes = Files.readAllBytes(newest.resolve(file));
            for (int at = 0; at < bytes.length; at += Math.max(1, bytes.length / 40)) {
                byte[] flipped = bytes.clone();
                flipped[at] ^= 0x10;
                Files.write(newest.resolve(file), flipped);
                said.clear();
                Optional<Float> found = found(directory);
                assertThat(found).as("%s, byte %d", file, at).contains(mark(1, 2));
                assertThat(said).hasSize(1);
                assertThat(said.get(0)).contains("epoch-0003 is passed over").contains(file);
            }
            // without its last line's end, SHA256SUMS is whole still
            for (int length : new int[] {0, 1, bytes.length / 2, bytes.length - 2}) {
                Files.write(newest.resolve(file), Arrays.copyOf(bytes, length));
                assertThat(found(directory)).as("%s cut to %d", file, length).contains(mark(1, 2));
            }
            Files.delete(newest.resolve(file));
            assertThat(found(directory)).as("without %s", file).contains(mark(1, 2));
        }
    }

    @Test
    void aCheckpointThatCannotBeReadNowIsNotTakenForDamaged() throws IOException {
        Path directory = root.resolve("unreadable");
        write(FaultyFileSystem.healthy(), directory, 1, 3, 1, 3);
        for (String file : List.of("checkpoint.json", "state.safetensors", "SHA256SUMS")) {
            FaultyFileSystem fs = FaultyFileSystem.healthy();
            fs.whenOpened(path -> path.getName().equals(file), () -> {
                throw new IOException("no answer from the store");
            });
            ResumableTraining resumable = new ResumableTraining(CONFIG, model(fs, directory), Map.of(), said::add);
            assertThatThrownBy(() -> {
                        resumable.findNewest();
                        resumable.resume(IDENTITY, SHAPE);
                    })
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("no answer from the store")
                    .hasMessageContaining("epoch-0003")
                    .hasMessageContaining("Mend that, or delete ");
        }
        assertThat(said).isEmpty();
    }

    @Test
    void whatAnotherVersionWroteIsRefused() throws IOException {
        Path directory = root.resolve("version");
        write(FaultyFileSystem.healthy(), directory, 1, 3, 1, 1);
        rewrite(directory, "\"format_version\":2", "\"format_version\":1");
        assertThatThrownBy(() -> found(directory))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("Another version of Lockstep wrote it");
    }

    /** Alters a checkpoint's JSON, and its checksum with it. */
    private static void rewrite(Path directory, String old, String altered) throws IOException {
        Path checkpoint = directory.resolve("checkpoints/epoch-0001");
        String json = Files.readString(checkpoint.resolve("checkpoint.json"));
        assertThat(json).contains(old);
        byte[] bytes = json.replace(old, altered).getBytes(StandardCharsets.UTF_8);
        Files.write(checkpoint.resolve("checkpoint.json"), bytes);
        String sums = Files.readString(checkpoint.resolve("SHA256SUMS"));
        try {
            String sum = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            Files.writeString(
                    checkpoint.resolve("SHA256SUMS"),
                    sums.replaceAll("[0-9a-f]{64}  checkpoint.json", sum + "  checkpoint.json"));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "\"optimizer_arrays\":1 | \"optimizer_arrays\":2147483647",
                "\"optimizer_arrays\":1 | \"optimizer_arrays\":0",
                "\"optimizer_arrays\":1 | \"optimizer_arrays\":-1",
                "\"steps\":0            | \"steps\":1",
                "\"steps\":0            | \"steps\":-1",
                "\"optimizer_steps\":1  | \"optimizer_steps\":-1",
                "\"optimizer_steps\":1  | \"optimizer_steps\":2",
                "\"best\":{\"epoch\":1  | \"best\":{\"epoch\":99",
                "\"best\":{\"epoch\":1  | \"best\":{\"epoch\":0",
                "\"best\":{            | \"worst\":{",
                "\"best\":{            | \"best\":{\"score\":0.5,",
                "\"best\":              | \"patience_ended\":7,\"best\":",
                "\"examples\":0         | \"examples\":99999",
                "\"layers\":[{          | \"layers\":[],\"others\":[{"
            })
    void numbersThatThisTrainingCannotHaveAreRefused(String old, String altered) throws IOException {
        Path directory = root.resolve("altered");
        write(FaultyFileSystem.healthy(), directory, 1, 3, 1, 1);
        assertThat(found(directory)).isPresent();
        rewrite(directory, old, altered);
        assertThatThrownBy(() -> found(directory))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("checkpoint.json: ")
                .hasMessageContaining("which is not possible in this training");
    }

    @Test
    void aRunThatGoesOnPutsItsOwnInThePlaceOfWhatWasDamaged() throws IOException {
        Path directory = root.resolve("goes-on");
        write(FaultyFileSystem.healthy(), directory, 1, 3, 1, 3);
        Files.write(directory.resolve("checkpoints/epoch-0003/state.safetensors"), new byte[3]);
        assertThat(found(directory)).contains(mark(1, 2));
        write(FaultyFileSystem.healthy(), directory, 1, 3, 3, 3);
        assertThat(found(directory)).contains(mark(1, 3));
        assertThat(names(directory)).containsExactly("epoch-0001", "epoch-0002", "epoch-0003");
    }

    @Test
    void aRunGoesOnFromWhatAnotherHasWrittenSinceItLooked() throws IOException {
        Path directory = root.resolve("since");
        write(FaultyFileSystem.healthy(), directory, 1, 1, 1, 1);
        ResumableTraining resumable =
                new ResumableTraining(CONFIG, model(FaultyFileSystem.healthy(), directory), Map.of(), said::add);
        resumable.findNewest();
        write(FaultyFileSystem.healthy(), directory, 1, 1, 2, 3);
        assertThat(names(directory)).containsExactly("epoch-0003");
        assertThat(resumable.resume(IDENTITY, SHAPE).orElseThrow().checkpoint().theta()[0])
                .isEqualTo(mark(1, 3));
        assertThat(said).singleElement().asString().contains("epoch-0001 is passed over");
    }

    /** A writer of a run that began when these checkpoints were there; it goes on from none of them. */
    private static CheckpointWriter writer(FaultyFileSystem fs, Path directory, long run) throws IOException {
        CheckpointDirectory checkpoints = new CheckpointDirectory(model(fs, directory));
        return new CheckpointWriter(checkpoints, IDENTITY, run, 2, checkpoints.entries(), entry -> false);
    }

    private static Optional<String> offer(CheckpointWriter writer, long run, int epoch) {
        writer.offer(checkpoint(run, epoch));
        writer.finish();
        return writer.trouble();
    }

    @Test
    void ofTwoRunsTheOneThatBeganLastWritesAndTheOtherStopsAndSaysSoOnce() throws IOException {
        Path directory = root.resolve("two");
        try (CheckpointWriter first = writer(FaultyFileSystem.healthy(), directory, 1)) {
            assertThat(offer(first, 1, 1)).isEmpty();
            try (CheckpointWriter second = writer(FaultyFileSystem.healthy(), directory, 2)) {
                assertThat(offer(first, 1, 2).orElseThrow())
                        .contains("another training has begun to write to this output");
                assertThat(offer(second, 2, 1)).isEmpty();
                assertThat(offer(first, 1, 3)).as("it was told").isEmpty();
                assertThat(offer(second, 2, 2)).isEmpty();
                assertThat(offer(second, 2, 3)).isEmpty();
            }
            assertThat(offer(first, 1, 4)).as("once lost is lost").isEmpty();
        }
        assertThat(names(directory)).containsExactly("epoch-0002", "epoch-0003");
        assertThat(found(directory)).contains(mark(2, 3));
    }

    /** What a run's operation meets whose last look at the claim was before another run took it. */
    @Test
    void aRunThatIsOvertakenAtAnyOperationLeavesTheOthersCheckpointsWhole() throws IOException {
        int operations = overtakenAt(Integer.MAX_VALUE, "never");
        assertThat(operations).isGreaterThan(10);
        for (int k = 1; k <= operations; k++) {
            overtakenAt(k, "overtaken-" + k);
        }
    }

    /** Before its operation {@code chosen} from its second checkpoint on; how many there were. */
    private int overtakenAt(int chosen, String name) throws IOException {
        Path directory = root.resolve(name);
        FaultyFileSystem fs = FaultyFileSystem.healthy();
        List<CheckpointWriter> other = new ArrayList<>();
        List<String> told = new ArrayList<>();
        int before;
        try (CheckpointWriter first = writer(fs, directory, 1)) {
            offer(first, 1, 1);
            before = fs.mutations();
            fs.beforeEachMutation(() -> {
                if (fs.mutations() - before + 1 == chosen) {
                    other.add(writer(FaultyFileSystem.healthy(), directory, 2));
                    assertThat(offer(other.get(0), 2, 5)).isEmpty();
                }
            });
            for (int epoch = 2; epoch <= 4; epoch++) {
                offer(first, 1, epoch).ifPresent(told::add);
            }
        }
        if (!other.isEmpty()) {
            assertThat(found(directory)).as("overtaken at %d", chosen).contains(mark(2, 5));
            assertThat(offer(other.get(0), 2, 6)).as("overtaken at %d", chosen).isEmpty();
            assertThat(found(directory)).contains(mark(2, 6));
            assertThat(names(directory)).as("overtaken at %d", chosen).contains("epoch-0005", "epoch-0006");
            assertThat(told.stream().filter(sentence -> !sentence.startsWith("another training")))
                    .as("overtaken at %d", chosen)
                    .isEmpty();
            other.get(0).close();
        }
        return fs.mutations() - before;
    }

    @Test
    void aClaimThatACrashedRunLeftKeepsNobodyOut() throws IOException {
        Path directory = root.resolve("crashed");
        Path claim = directory.resolve("checkpoints/.writer");
        for (String left : List.of("", "ab\u0000", "x".repeat(9000), "01234567-89ab-4def-8123-456789abcdef\n")) {
            Files.createDirectories(claim.getParent());
            Files.writeString(claim, left);
            try (CheckpointWriter writer = writer(FaultyFileSystem.healthy(), directory, 3)) {
                assertThat(offer(writer, 3, 1)).isEmpty();
                Files.writeString(claim, left.length() == 37 ? "" : left);
                assertThat(offer(writer, 3, 2)).as("what is no id is nobody's").isEmpty();
            }
            assertThat(claim).doesNotExist();
        }
    }

    @Test
    void aRunWithoutCheckpointsLeavesNoDirectoryAndDeletesNoneThatIsNotItsOwn() throws IOException {
        Path directory = root.resolve("none");
        writer(FaultyFileSystem.healthy(), directory, 1).close();
        assertThat(directory).doesNotExist();
        Files.createDirectory(directory);
        writer(FaultyFileSystem.healthy(), directory, 1).close();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void arraysOfAnotherNetworkAreRefused() throws IOException {
        Path directory = root.resolve("other");
        write(FaultyFileSystem.healthy(), directory, 1, 3, 1, 1);
        CheckpointDirectory checkpoints = new CheckpointDirectory(model(FaultyFileSystem.healthy(), directory));
        Entry entry = checkpoints.entries().get(0);
        CheckpointJson.Content content = CheckpointFiles.json(checkpoints, entry);
        assertThatThrownBy(() -> CheckpointFiles.withArrays(checkpoints, entry, content, OTHER))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("of 6 elements each");
    }
}
