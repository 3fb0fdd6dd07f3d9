/**
 * Versions of a model and which of them is the champion: the directory of versions, its pointer, its locks, and what
 * decides between champion and challenger. Imports what is below {@code report}.
 */
package io.lockstep.registry;
