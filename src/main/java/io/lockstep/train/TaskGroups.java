package io.lockstep.train;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The task groups at work in this JVM: the first task of a stage to come makes its group, and all find it. */
final class TaskGroups {
    private static final Map<StageKey, Entry> ACTIVE = new HashMap<>();

    private TaskGroups() {}

    /**
     * The group of a stage's tasks in this JVM.
     *
     * @param members how many tasks will come, and {@link #leave} again
     */
    static TaskGroup join(StageKey key, int members, Supplier<TaskGroup> create) {
        Entry entry;
        synchronized (ACTIVE) {
            entry = ACTIVE.computeIfAbsent(key, absent -> new Entry(members));
        }
        return entry.group(create);
    }

    /**
     * Ends a task's part. Nothing more is to come from other executors when the first one leaves: all steps are done, or
     * one has failed. A task that never came leaves an empty entry behind.
     */
    static void leave(StageKey key) {
        Entry entry;
        synchronized (ACTIVE) {
            entry = ACTIVE.get(key);
            if (entry == null) {
                return;
            }
            if (--entry.remaining == 0) {
                ACTIVE.remove(key);
            }
        }
        entry.close();
    }

    /** A group that the first caller makes while the others wait. */
    private static final class Entry {
        private int remaining;
        private TaskGroup group;
        private Throwable failure;

        Entry(int members) {
            this.remaining = members;
        }

        synchronized TaskGroup group(Supplier<TaskGroup> create) {
            if (failure != null) {
                throw new IllegalStateException(
                        "another task of the executor failed: " + failure.getMessage(), failure);
            }
            if (group == null) {
                try {
                    group = create.get();
                } catch (Throwable e) {
                    // Spark throws checked exceptions that Scala does not declare
                    failure = e;
                    throw e;
                }
            }
            return group;
        }

        synchronized void close() {
            if (group != null) {
                group.close();
                group = null;
            }
            if (failure == null) {
                failure = new IllegalStateException("it has left the stage");
            }
        }
    }
}
