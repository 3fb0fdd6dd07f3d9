/**
 * The model directory: {@code model.json}, {@code weights.safetensors}, and how a directory appears whole or not at
 * all on any Hadoop file system. Imports {@code nn}, {@code error}, Hadoop's {@code FileSystem} and Jackson; nothing of
 * Spark.
 */
package io.lockstep.model;
