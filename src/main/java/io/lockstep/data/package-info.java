/**
 * From tables to shards: sources, the encoding of rows, the split, the canonical order, normalization statistics, and
 * the shards that executors map. Imports {@code config}, {@code model}, {@code math} and {@code error}.
 */
package io.lockstep.data;
