package io.lockstep.bench;

import java.nio.file.Path;

/**
 * What all workers are told.
 *
 * @param images the idx file of the training images, which the labels' lies beside
 * @param cores threads of each contender
 * @param heap of each JVM, e.g. {@code 4g}
 * @param openBlas the library for MLlib on an OpenBLAS
 */
record Conditions(Path images, int cores, String heap, String openBlas) {}
