package io.lockstep.config;

import io.lockstep.augment.AugmentSpec;
import java.util.Optional;

/** The section {@code training.augment}. */
final class AugmentReader {
    private AugmentReader() {}

    static Optional<AugmentSpec> read(Section training) {
        return training.value("augment").isEmpty()
                ? Optional.empty()
                : Optional.of(training.section("augment").read(AugmentReader::spec));
    }

    private static AugmentSpec spec(Section s) {
        AugmentSpec none = Defaults.AUGMENT;
        double probability = s.number("probability", none.probability(), Range.FRACTION);
        AugmentSpec.Geometry still = none.geometry();
        AugmentSpec.Geometry geometry = new AugmentSpec.Geometry(
                s.choice("flip", AugmentSpec.Flip.values(), still.flip(), AugmentSpec.Flip::configName),
                s.number("shift", still.shift(), Range.NOT_NEGATIVE),
                s.wholeNumber("crop", still.crop(), 0),
                s.number("rotate", still.rotate(), Range.NOT_NEGATIVE),
                s.number("scale", still.scale(), Range.RATE),
                s.number("shear", still.shear(), Range.ACUTE_ANGLE),
                elastic(s),
                s.optionalNumber("fill", Range.ANY).orElse(still.fill()));
        AugmentSpec.Photometry plain = none.photometry();
        AugmentSpec.Photometry photometry = new AugmentSpec.Photometry(
                s.number("blur", plain.blur(), Range.NOT_NEGATIVE),
                s.number("brightness", plain.brightness(), Range.FRACTION),
                s.number("contrast", plain.contrast(), Range.FRACTION),
                s.number("saturation", plain.saturation(), Range.FRACTION));
        double noise = s.number("noise", none.noise(), Range.NOT_NEGATIVE);
        AugmentSpec.Sound sound = new AugmentSpec.Sound(
                s.number("gain", none.sound().gain(), Range.NOT_NEGATIVE),
                s.number("time_shift", none.sound().timeShift(), Range.NOT_NEGATIVE),
                s.number("time_mask", none.sound().timeMask(), Range.NOT_NEGATIVE));
        return new AugmentSpec(probability, geometry, photometry, sound, noise);
    }

    private static AugmentSpec.Elastic elastic(Section augment) {
        AugmentSpec.Elastic none = Defaults.AUGMENT.geometry().elastic();
        if (augment.value("elastic").isEmpty()) {
            return none;
        }
        return augment.section("elastic").read(s -> {
            s.require("alpha", Range.NOT_NEGATIVE.expected());
            return new AugmentSpec.Elastic(
                    s.number("alpha", none.alpha(), Range.NOT_NEGATIVE),
                    s.number("sigma", none.sigma(), Range.POSITIVE));
        });
    }
}
