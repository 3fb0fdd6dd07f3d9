package io.lockstep.nn;

/**
 * Sees what goes up and down a {@link Network} in a training pass. The arrays are the network's own, valid during the
 * call alone; positions are those of {@link NetworkSpec#layers}, from 0.
 */
interface PassObserver {

    /** Sees nothing. */
    PassObserver NONE = new PassObserver() {
        @Override
        public void forward(int position, float[] output, int size) {}

        @Override
        public void backward(int position, float[] dOutput, int size) {}
    };

    /** The layer put out A[l] (n, m), {@code size} = n·m. */
    void forward(int position, float[] output, int size);

    /** The layer is handed ∂L/∂ of its output (n, m), of each example on its own; {@code size} = n·m. */
    void backward(int position, float[] dOutput, int size);
}
