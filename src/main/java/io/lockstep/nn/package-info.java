/**
 * The network: shapes, layers, losses, initializers, and the float64 reference with the gradient check. Knows nothing
 * of Spark, Scala or files; imports only {@code math} and {@code error}.
 *
 * <p>Legend, as in the course notes: m examples, n units of a layer, p units of the layer below. An example is a
 * column: X is (n_x, m), W[l] is (n[l], n[l−1]), Z = W·A + b, A = g(Z). All matrices are column-major in flat float
 * arrays. θ is one float array; each W and b is a view into it by offset.
 */
package io.lockstep.nn;
