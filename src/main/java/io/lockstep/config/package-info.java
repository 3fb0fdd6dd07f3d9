/**
 * The YAML config as validated records: {@link io.lockstep.config.ConfigReader} reads text and {@code --set} overrides,
 * {@link io.lockstep.config.Defaults} holds every default, {@link io.lockstep.config.ConfigWriter} gives the effective
 * values back. Imports {@code optim}, {@code nn} and {@code error}, and Jackson's YAML parser; knows no files and no
 * Spark.
 */
package io.lockstep.config;
