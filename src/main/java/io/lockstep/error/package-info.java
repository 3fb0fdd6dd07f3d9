/** What a user can do wrong and the exit code that says so. Imports nothing of Lockstep; every package may import it. */
package io.lockstep.error;
