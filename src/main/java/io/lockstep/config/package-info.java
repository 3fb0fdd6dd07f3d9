/**
 * The YAML config as validated records: {@code ConfigReader} reads text and {@code --set} overrides,
 * {@link io.lockstep.config.Defaults} holds every default, {@code ConfigWriter} gives the effective
 * values back. Imports {@code optim}, {@code nn} and {@code error}, and Jackson's YAML parser; knows no files and no
 * Spark.
 */
package io.lockstep.config;
