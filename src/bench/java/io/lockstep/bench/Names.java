package io.lockstep.bench;

/** The contenders by name, as {@code --only}, the table and the JSON have them. */
final class Names {
    static final String BARRIER = "barrier";
    static final String BARRIER_TANH = "barrier-tanh";
    static final String DRIVER = "driver";
    static final String FLOOR = "floor";
    static final String PRODUCTS = "products";
    static final String SQUARE = "square";
    static final String PYTORCH = "pytorch";
    static final String MLLIB = "mllib";
    static final String MLLIB_VECTOR = "mllib-vector";
    static final String MLLIB_OPENBLAS = "mllib-openblas";

    private Names() {}
}
