package io.lockstep.nn;

import java.io.Serializable;

/** The shape of one example on its way through the network. A vector today; images keep their planes for convolutions. */
public sealed interface Shape extends Serializable {

    /** How many floats an example has. */
    int size();

    /** {@code size} floats without further structure. */
    record Vector(int size) implements Shape {
        public Vector {
            if (size < 1) {
                throw new IllegalArgumentException("a vector has at least one element, got " + size);
            }
        }
    }

    /** Planes of pixels: channels × height × width, the width running fastest. */
    record Image(int channels, int height, int width) implements Shape {
        public Image {
            if (channels < 1 || height < 1 || width < 1) {
                throw new IllegalArgumentException(
                        "an image has at least one pixel, got " + channels + "×" + height + "×" + width);
            }
        }

        @Override
        public int size() {
            return Math.multiplyExact(Math.multiplyExact(channels, height), width);
        }
    }
}
