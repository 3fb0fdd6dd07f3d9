/**
 * Matrix products, vectorizable element-wise functions, random streams and the fixed reduction tree. The bottom of the
 * engine: imports only {@code error}.
 */
package io.lockstep.math;
