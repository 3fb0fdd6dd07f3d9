/** The commands: parse, call, print; nothing else. */
package io.lockstep.job;
