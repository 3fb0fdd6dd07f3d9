package io.lockstep.config;

import io.lockstep.augment.AugmentSpec;
import java.util.ArrayList;
import java.util.List;

/** What {@code training.augment} asks for and the data is not made for. */
final class AugmentConflicts {
    private static final String PATH = "training.augment.";

    private final DataConfig data;
    private final List<Conflict> conflicts = new ArrayList<>();

    private AugmentConflicts(DataConfig data) {
        this.data = data;
    }

    static List<Conflict> among(AugmentSpec spec, DataConfig data) {
        AugmentConflicts found = new AugmentConflicts(data);
        found.pictures(spec.geometry(), spec.photometry());
        found.sounds(spec.sound());
        if (spec.noise() > 0 && data.image().isEmpty() && data.audio().isEmpty()) {
            found.add(
                    "noise",
                    "data.image",
                    "is added to pictures and sounds. Say in data.image or data.audio what the features are, or remove"
                            + " the key.");
        }
        return found.conflicts;
    }

    private void pictures(AugmentSpec.Geometry geometry, AugmentSpec.Photometry photometry) {
        ofPictures("flip", geometry.flip() != Defaults.AUGMENT.geometry().flip());
        ofPictures("shift", geometry.shift() > 0);
        ofPictures("crop", geometry.crop() > 0);
        ofPictures("rotate", geometry.rotate() > 0);
        ofPictures("scale", geometry.scale() > 0);
        ofPictures("shear", geometry.shear() > 0);
        ofPictures("elastic", geometry.elastic().alpha() > 0);
        ofPictures("fill", geometry.fill() != Defaults.AUGMENT.geometry().fill());
        ofPictures("blur", photometry.blur() > 0);
        ofPictures("brightness", photometry.brightness() > 0);
        ofPictures("contrast", photometry.contrast() > 0);
        ofPictures("saturation", photometry.saturation() > 0);
        data.image().ifPresent(image -> {
            int side = Math.min(image.height(), image.width());
            within("shift", geometry.shift(), side, image);
            within("crop", geometry.crop(), side, image);
            within("elastic.sigma", geometry.elastic().sigma(), Math.max(image.height(), image.width()), image);
            within("blur", photometry.blur(), side, image);
            if (photometry.saturation() > 0 && image.channels() != 3) {
                add(
                        "saturation",
                        "data.image.channels",
                        "needs red, green and blue, and data.image has " + image.channels()
                                + " channels. Remove the key.");
            }
        });
    }

    private void sounds(AugmentSpec.Sound sound) {
        ofSounds("gain", sound.gain() > 0);
        ofSounds("time_shift", sound.timeShift() > 0);
        ofSounds("time_mask", sound.timeMask() > 0);
    }

    private void ofPictures(String key, boolean asked) {
        if (asked && data.image().isEmpty()) {
            add(
                    key,
                    "data.image",
                    "is for pictures. Say in data.image: { height, width, channels } what the features are, or remove"
                            + " the key.");
        }
    }

    private void ofSounds(String key, boolean asked) {
        if (asked && data.audio().isEmpty()) {
            add(
                    key,
                    "data.audio",
                    "is for sounds. Say in data.audio: { rate } what the features are, or remove the key.");
        }
    }

    /** The default of σ is for no image in particular, and only then may be too large for one. */
    private void within(String key, double pixels, int most, ImageShape image) {
        boolean written = !key.equals("elastic.sigma")
                || pixels != Defaults.AUGMENT.geometry().elastic().sigma();
        if (pixels > most && written) {
            add(
                    key,
                    "data.image",
                    "expected at most " + most + " pixels, for images of " + image + ", found " + pixels + ".");
        }
    }

    private void add(String key, String other, String message) {
        conflicts.add(new Conflict(PATH + key, other, message));
    }
}
