package io.lockstep.config;

import io.lockstep.nn.Shape;
import java.io.Serializable;

/**
 * What an example's features are a picture of: {@code channels} planes of {@code height} rows of {@code width} pixels, in
 * this order, the width running fastest.
 */
public record ImageShape(int height, int width, int channels) implements Serializable {

    /** @throws IllegalArgumentException if there is no pixel, or there are more than 2³¹ − 1 of them */
    public ImageShape {
        Checks.require(
                height > 0 && width > 0 && channels > 0 && fits(height, width, channels),
                "an image has at least one pixel and at most 2147483647, got " + height + "×" + width + "×" + channels);
    }

    static boolean fits(int height, int width, int channels) {
        long plane = (long) height * width;
        return plane <= Integer.MAX_VALUE && plane * channels <= Integer.MAX_VALUE;
    }

    /** As the network's input. */
    public Shape.Image planes() {
        return new Shape.Image(channels, height, width);
    }

    /** n_x = channels · height · width. */
    public int size() {
        return height * width * channels;
    }

    /** E.g. {@code 28×28×1}. */
    @Override
    public String toString() {
        return height + "×" + width + "×" + channels;
    }
}
