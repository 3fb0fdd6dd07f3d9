package io.lockstep.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.error.ConfigException;
import io.lockstep.model.FaultyFileSystem;
import io.lockstep.testing.CopyingFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryLockTest {
    @TempDir
    java.nio.file.Path root;

    private final List<String> said = new ArrayList<>();

    private Path folder() {
        return new Path(root.resolve("locks").toUri());
    }

    private RegistryLock take(FileSystem fs) throws IOException {
        return RegistryLock.take(fs, folder(), Owner.self(), "registry: r is being retrained", said::add);
    }

    private List<java.nio.file.Path> claims() throws IOException {
        try (Stream<java.nio.file.Path> files = Files.list(root.resolve("locks"))) {
            return files.toList();
        }
    }

    @Test
    void theSecondIsRefusedWithTheNameOfTheFirstAndTakesItOnceItIsFree() throws IOException {
        FileSystem fs = FaultyFileSystem.healthy();
        try (RegistryLock first = take(fs)) {
            assertThatThrownBy(() -> take(fs))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining(
                            "registry: r is being retrained by " + System.getProperty("user.name") + " on ")
                    .hasMessageContaining(", process " + ProcessHandle.current().pid() + ", since ")
                    .hasMessageContaining("lockstep registry unlock");
            assertThat(claims()).as("the refused one leaves nothing").hasSize(1);
            first.requireHeld();
        }
        take(fs).close();
        assertThat(claims()).isEmpty();
        assertThat(said).isEmpty();
    }

    @Test
    void anObjectStoreLocksAsWell() throws IOException {
        CopyingFileSystem store = new CopyingFileSystem(Integer.MAX_VALUE, CopyingFileSystem.Order.BY_NAME);
        try (RegistryLock first = take(store)) {
            first.requireHeld();
            assertThatThrownBy(() -> take(store)).isInstanceOf(ConfigException.class);
        }
        take(store).close();
    }

    @Test
    void neverDoTwoHaveItAtOnce() throws InterruptedException, ExecutionException {
        AtomicInteger inside = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> takers = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                takers.add(() -> {
                    try (RegistryLock lock = RegistryLock.take(
                            FaultyFileSystem.healthy(), folder(), Owner.self(), "busy", sentence -> {})) {
                        assertThat(inside.incrementAndGet()).isEqualTo(1);
                        lock.requireHeld();
                        inside.decrementAndGet();
                        return true;
                    } catch (ConfigException e) {
                        return false;
                    }
                });
            }
            int taken = 0;
            for (Future<Boolean> each : threads.invokeAll(takers)) {
                taken += each.get() ? 1 : 0;
            }
            assertThat(taken).isPositive();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void theClaimOfAProcessThatHasEndedOnThisMachineLapsesAtOnce() throws IOException, InterruptedException {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();
        Owner self = Owner.self();
        claim(new Owner("ann", "h", ended.pid(), self.machine(), Optional.empty(), Instant.EPOCH), Instant.now());
        take(FaultyFileSystem.healthy()).close();
        assertThat(said)
                .singleElement()
                .asString()
                .contains("The claim of ann on h, process " + ended.pid() + " has lapsed");
    }

    @Test
    void aNumberOfAProcessThatCameAgainIsNotThatProcess() {
        Owner self = Owner.self();
        assertThat(self.hasEnded()).isFalse();
        assertThat(new Owner("ann", "h", self.pid(), self.machine(), Optional.of(Instant.EPOCH), Instant.EPOCH)
                        .hasEnded())
                .isTrue();
        assertThat(new Owner("ann", "h", 0x7FFFFFFF, "another machine", Optional.empty(), Instant.EPOCH).hasEnded())
                .as("nobody can tell from here")
                .isFalse();
    }

    @Test
    void aClaimFromElsewhereLapsesTenMinutesAfterItsLastSignOfLife() throws IOException {
        Owner elsewhere = new Owner("bob", "far", 7, "another machine", Optional.empty(), Instant.EPOCH);
        claim(elsewhere, Instant.now().minusSeconds(9 * 60));
        assertThatThrownBy(() -> take(FaultyFileSystem.healthy())).hasMessageContaining("bob on far, process 7");
        claim(elsewhere, Instant.now().minusSeconds(11 * 60));
        take(FaultyFileSystem.healthy()).close();
        assertThat(said).singleElement().asString().contains("no sign of life for 11 minutes");
    }

    @Test
    void whoseClaimWasTakenAwayIsToldBeforeItChangesAnything() throws IOException {
        FileSystem fs = FaultyFileSystem.healthy();
        try (RegistryLock lock = take(fs)) {
            assertThat(RegistryLock.unlock(fs, folder())).isEqualTo(1);
            assertThatThrownBy(lock::requireHeld)
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("was taken away");
        }
    }

    private void claim(Owner owner, Instant modified) throws IOException {
        java.nio.file.Path file = Files.createDirectories(root.resolve("locks")).resolve("other");
        Files.writeString(file, owner.json(true));
        Files.setLastModifiedTime(file, FileTime.from(modified));
    }
}
