package io.lockstep.augment;

import java.io.Serializable;
import java.util.Locale;

/**
 * What is done to training examples, as a config says it. Each number is the most that is done: every example draws its
 * own, uniformly, from [−most, most], or [0, most] for what has no sign. 0 switches an operation off.
 *
 * @param probability of an example to be augmented at all, in [0, 1]
 * @param noise standard deviation of Gaussian noise on each value, in units of the values as they were read
 */
public record AugmentSpec(double probability, Geometry geometry, Photometry photometry, Sound sound, double noise)
        implements Serializable {

    /** @throws IllegalArgumentException if a value is out of its range */
    public AugmentSpec {
        require(probability >= 0 && probability <= 1, "probability", "in [0, 1]", probability);
        requireNotNegative("noise", noise);
    }

    /** Does nothing. */
    public static AugmentSpec nothing() {
        return new AugmentSpec(1, Geometry.NONE, Photometry.NONE, Sound.NONE, 0);
    }

    boolean changesImages() {
        return geometry.moves() || photometry.recolours() || noise > 0;
    }

    boolean changesSounds() {
        return !sound.equals(Sound.NONE) || noise > 0;
    }

    /** Which mirror images an example may become, each with probability ½. */
    public enum Flip {
        NONE,
        HORIZONTAL,
        VERTICAL,
        BOTH;

        /** As in a config. */
        public String configName() {
            return name().toLowerCase(Locale.ROOT);
        }

        boolean horizontal() {
            return this == HORIZONTAL || this == BOTH;
        }

        boolean vertical() {
            return this == VERTICAL || this == BOTH;
        }
    }

    /**
     * Where an image's pixels come from.
     *
     * @param shift in pixels, fractions of one included
     * @param crop the image is padded by so many pixels, and a part of the old size cut out: a shift by whole pixels
     * @param rotate in degrees, about the middle
     * @param scale the image is enlarged by a factor in [1 − scale, 1 + scale]; below 1
     * @param shear in degrees, below 90
     * @param fill what lies beyond the image, in units of pixels as they were read
     */
    public record Geometry(
            Flip flip, double shift, int crop, double rotate, double scale, double shear, Elastic elastic, double fill)
            implements Serializable {

        /** Every pixel stays where it is. */
        public static final Geometry NONE = new Geometry(Flip.NONE, 0, 0, 0, 0, 0, Elastic.NONE, 0);

        public Geometry {
            requireNotNegative("shift", shift);
            require(crop >= 0, "crop", ">= 0", crop);
            requireNotNegative("rotate", rotate);
            require(scale >= 0 && scale < 1, "scale", "in [0, 1)", scale);
            require(shear >= 0 && shear < 90, "shear", "in [0, 90)", shear);
            require(Double.isFinite(fill), "fill", "finite", fill);
        }

        boolean moves() {
            return flip != Flip.NONE
                    || shift > 0
                    || crop > 0
                    || rotate > 0
                    || scale > 0
                    || shear > 0
                    || elastic.alpha() > 0;
        }
    }

    /**
     * Elastic distortion: a pixel comes from (x + α·(G_σ ∗ U)(x), …), U uniform in (−1, 1) for each pixel and axis and 0
     * beyond the image, G_σ a Gaussian of sum 1.
     *
     * @param alpha α, in pixels; 0: none
     * @param sigma σ, in pixels
     * @see <a href="https://doi.org/10.1109/ICDAR.2003.1227801">Simard, Steinkraus and Platt 2003</a>
     */
    public record Elastic(double alpha, double sigma) implements Serializable {
        /** No distortion. */
        public static final Elastic NONE = new Elastic(0, 4);

        public Elastic {
            requireNotNegative("elastic.alpha", alpha);
            require(sigma > 0 && Double.isFinite(sigma), "elastic.sigma", "finite and > 0", sigma);
        }
    }

    /**
     * What becomes of an image's pixels where they are; in this order. Nothing is cut off at black or white.
     *
     * @param blur standard deviation of a Gaussian, in pixels; the border's pixels go on beyond it
     * @param brightness pixels are multiplied by a factor in [1 − brightness, 1 + brightness]
     * @param contrast p ← p̄ + f·(p − p̄), p̄ the image's mean, f in [1 − contrast, 1 + contrast]
     * @param saturation p ← g + f·(p − g), g = 0.299 R + 0.587 G + 0.114 B the pixel's gray; f likewise
     */
    public record Photometry(double blur, double brightness, double contrast, double saturation)
            implements Serializable {
        /** Every pixel keeps its value. */
        public static final Photometry NONE = new Photometry(0, 0, 0, 0);

        public Photometry {
            requireNotNegative("blur", blur);
            requireFraction("brightness", brightness);
            requireFraction("contrast", contrast);
            requireFraction("saturation", saturation);
        }

        boolean recolours() {
            return blur > 0 || brightness > 0 || contrast > 0 || saturation > 0;
        }
    }

    /**
     * What becomes of a sound; in this order.
     *
     * @param gain in decibel: samples are multiplied by 10^(d/20), d in [−gain, gain]
     * @param timeShift in milliseconds; silence comes in
     * @param timeMask a stretch of at most so many milliseconds falls silent
     */
    public record Sound(double gain, double timeShift, double timeMask) implements Serializable {
        /** Every sample stays. */
        public static final Sound NONE = new Sound(0, 0, 0);

        public Sound {
            requireNotNegative("gain", gain);
            requireNotNegative("time_shift", timeShift);
            requireNotNegative("time_mask", timeMask);
        }
    }

    private static void requireFraction(String key, double value) {
        require(value >= 0 && value <= 1, key, "in [0, 1]", value);
    }

    private static void requireNotNegative(String key, double value) {
        require(value >= 0 && Double.isFinite(value), key, "finite and >= 0", value);
    }

    private static void require(boolean holds, String key, String expected, double value) {
        if (!holds) {
            throw new IllegalArgumentException("training.augment." + key + " must be " + expected + ", is " + value);
        }
    }
}
