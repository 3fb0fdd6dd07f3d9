package io.lockstep.eval;

import java.io.Serializable;
import java.util.Arrays;

/** Two sums for each of some integers: a hash table without objects, for examples are many. */
final class WeightBins implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int FIRST_CAPACITY = 64;

    private int[] keys = new int[FIRST_CAPACITY];
    private double[] sums = new double[2 * FIRST_CAPACITY];
    private boolean[] used = new boolean[FIRST_CAPACITY];
    private int size;

    /** Adds to both sums of {@code key}. */
    void add(int key, double first, double second) {
        int slot = slot(key);
        if (!used[slot]) {
            if (2 * size >= keys.length) {
                grow();
                slot = slot(key);
            }
            used[slot] = true;
            keys[slot] = key;
            size++;
        }
        sums[2 * slot] += first;
        sums[2 * slot + 1] += second;
    }

    private int slot(int key) {
        int mask = keys.length - 1;
        int hash = key * 0x9E3779B9;
        int slot = (hash ^ (hash >>> 15)) & mask;
        while (used[slot] && keys[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        int[] oldKeys = keys;
        double[] oldSums = sums;
        boolean[] oldUsed = used;
        keys = new int[2 * oldKeys.length];
        sums = new double[2 * oldSums.length];
        used = new boolean[2 * oldUsed.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldUsed[i]) {
                int slot = slot(oldKeys[i]);
                used[slot] = true;
                keys[slot] = oldKeys[i];
                sums[2 * slot] = oldSums[2 * i];
                sums[2 * slot + 1] = oldSums[2 * i + 1];
            }
        }
    }

    /** Adds all sums of {@code other}, in the order of its keys. */
    void addAll(WeightBins other) {
        for (int key : other.sortedKeys()) {
            add(key, other.first(key), other.second(key));
        }
    }

    /** The keys, rising. */
    int[] sortedKeys() {
        int[] sorted = new int[size];
        int n = 0;
        for (int i = 0; i < keys.length; i++) {
            if (used[i]) {
                sorted[n++] = keys[i];
            }
        }
        Arrays.sort(sorted);
        return sorted;
    }

    double first(int key) {
        return sums[2 * slot(key)];
    }

    double second(int key) {
        return sums[2 * slot(key) + 1];
    }
}
