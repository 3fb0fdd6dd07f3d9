/** What a person sees while a training runs. Imports {@code eval}, {@code train} and all below. */
package io.lockstep.report;
