package io.lockstep.registry;

import io.lockstep.error.ConfigException;
import io.lockstep.error.Reason;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * One process at a time, on any Hadoop file system. Creating a file that must not exist is atomic on HDFS, but not through
 * Hadoop on a local disk nor on object stores. So nobody relies on it: each process writes a claim of its own into a folder and then
 * looks for others. Of two that claim at once, the one whose claim came later sees the other's, wherever a listing shows
 * what was written before it (which today's stores do), so never do both go on; where both see each other both
 * withdraw and try again.
 *
 * <p>A claim is renewed every minute. It lapses when its process is known to have ended (it ran on this machine), or has not renewed it
 * for ten minutes by the file system's own clock. A process that was only asleep finds out by {@link #requireHeld}.
 */
final class RegistryLock implements AutoCloseable {
    private static final Duration RENEWAL = Duration.ofMinutes(1);
    private static final Duration LAPSE = Duration.ofMinutes(10);
    private static final int ATTEMPTS = 6;
    private static final int MOST_BYTES = 1 << 16;

    private final FileSystem fs;
    private final Path claim;
    private final Owner owner;
    private boolean withdrawn;
    private final Timer renewals = new Timer("lockstep-registry-claim", true);

    private RegistryLock(FileSystem fs, Path claim, Owner owner) {
        this.fs = fs;
        this.claim = claim;
        this.owner = owner;
    }

    /** Somebody else's claim. */
    private record Other(Path path, Optional<Owner.Claim> claim, Duration age) {
        boolean isHeld() {
            return claim.map(Owner.Claim::held).orElse(false);
        }

        boolean hasLapsed() {
            return age.compareTo(LAPSE) > 0
                    || claim.map(Owner.Claim::owner).filter(Owner::hasEnded).isPresent();
        }
    }

    /**
     * The lock of {@code folder}.
     *
     * @param what is locked, for messages: {@code registry r is being retrained}
     * @param say takes sentences for the user
     * @throws ConfigException if somebody else has it
     * @throws IOException if the file system refuses
     */
    static RegistryLock take(FileSystem fs, Path folder, Owner owner, String what, Consumer<String> say)
            throws IOException {
        UUID name = UUID.randomUUID();
        RegistryLock lock = new RegistryLock(fs, new Path(folder, name.toString()), owner);
        try {
            if (!fs.mkdirs(folder)) {
                throw new IOException("cannot make the folder " + folder);
            }
            for (int attempt = 1; ; attempt++) {
                lock.write(false);
                List<Other> others = lock.others(say);
                if (others.isEmpty()) {
                    lock.write(true);
                    lock.beginRenewals();
                    return lock;
                }
                lock.withdraw();
                Optional<Other> holder = others.stream().filter(Other::isHeld).findFirst();
                if (holder.isPresent() || attempt == ATTEMPTS) {
                    throw refusal(what, holder.orElse(others.get(0)));
                }
                // they claimed at the same moment; unlike pauses, so that one of them finds the folder empty
                long millis = 20 + (name.getLeastSignificantBits() >>> attempt & 0xFF);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
            }
        } catch (IOException | RuntimeException | FSError e) {
            lock.close();
            throw e;
        }
    }

    private static ConfigException refusal(String what, Other holder) {
        Optional<Owner> owner = holder.claim().map(Owner.Claim::owner);
        return new ConfigException(what + " by "
                + owner.map(each -> each.text() + ", since " + each.since().truncatedTo(ChronoUnit.SECONDS))
                        .orElse("an unknown process")
                + ", which gave a sign of life " + holder.age().toSeconds() + " s ago (" + holder.path()
                + "). Wait for it to end. Should it have ended already, its claim lapses "
                + LAPSE.toMinutes() + " minutes after its last sign of life, or: lockstep registry unlock");
    }

    /** Claims of others that have not lapsed; those that have are deleted. */
    private List<Other> others(Consumer<String> say) throws IOException {
        List<Other> others = new ArrayList<>();
        FileStatus[] all = fs.listStatus(claim.getParent());
        Instant now = Instant.ofEpochMilli(fs.getFileStatus(claim).getModificationTime());
        for (FileStatus status : all) {
            if (status.getPath().getName().equals(claim.getName())) {
                continue;
            }
            Duration age = Duration.between(Instant.ofEpochMilli(status.getModificationTime()), now);
            Optional<String> text = text(status.getPath());
            if (text.isEmpty()) {
                continue;
            }
            Other other = new Other(status.getPath(), Owner.parse(text.get()), age.isNegative() ? Duration.ZERO : age);
            if (other.hasLapsed()) {
                fs.delete(other.path(), false);
                say.accept("The claim of "
                        + other.claim().map(each -> each.owner().text()).orElse("an unknown process")
                        + " has lapsed: it ended without giving it back, or gave no sign of life for "
                        + other.age().toMinutes() + " minutes.");
            } else {
                others.add(other);
            }
        }
        return others;
    }

    private Optional<String> text(Path path) throws IOException {
        try (InputStream in = fs.open(path)) {
            return Optional.of(new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    private synchronized void write(boolean held) throws IOException {
        withdrawn = false;
        try (OutputStream out = fs.create(claim, true)) {
            out.write(owner.json(held).getBytes(StandardCharsets.UTF_8));
        }
    }

    private void beginRenewals() {
        TimerTask renewal = new TimerTask() {
            @Override
            public void run() {
                renew();
            }
        };
        renewals.schedule(renewal, RENEWAL.toMillis(), RENEWAL.toMillis());
    }

    private synchronized void renew() {
        try {
            // a claim that was taken away must not come back
            if (!withdrawn && fs.exists(claim)) {
                write(true);
            }
        } catch (IOException | FSError e) {
            // the next renewal is early enough
            return;
        }
    }

    /**
     * Makes sure that the claim is still there.
     *
     * @throws ConfigException if it was taken away
     */
    void requireHeld() throws IOException {
        if (!fs.exists(claim)) {
            throw new ConfigException("registry: the claim " + claim + " of this process was taken away (it was"
                    + " silent for more than " + LAPSE.toMinutes() + " minutes, or somebody ran lockstep registry"
                    + " unlock): nothing more is changed");
        }
    }

    private synchronized void withdraw() throws IOException {
        withdrawn = true;
        fs.delete(claim, false);
    }

    /** Gives the lock back; should the file system refuse, the claim lapses. */
    @Override
    public void close() {
        renewals.cancel();
        try {
            withdraw();
        } catch (IOException | FSError e) {
            System.err.println("lockstep: registry: the claim " + claim + " could not be given back: " + Reason.of(e)
                    + "; it lapses by itself.");
        }
    }

    /** Deletes all claims of {@code folder}, whoever has them; how many there were. */
    static int unlock(FileSystem fs, Path folder) throws IOException {
        int claims = 0;
        try {
            for (FileStatus status : fs.listStatus(folder)) {
                claims += fs.delete(status.getPath(), true) ? 1 : 0;
            }
        } catch (FileNotFoundException e) {
            return 0;
        }
        return claims;
    }
}
