package io.lockstep.train;

import io.lockstep.augment.AugmentSpec;
import io.lockstep.augment.Augmentation;
import io.lockstep.augment.Scaling;
import io.lockstep.config.AudioSignal;
import io.lockstep.config.ImageShape;
import io.lockstep.config.LockstepConfig;
import io.lockstep.data.TrainingData;
import io.lockstep.model.Normalization;
import java.util.Optional;

/** Makes the augmentation that a config asks for, once the data has told its normalization. */
public final class Augmentations {
    private Augmentations() {}

    /** What is done to training examples. */
    public static Augmentation of(LockstepConfig config, TrainingData data) {
        Optional<AugmentSpec> spec = config.training().augment();
        Optional<ImageShape> image = config.data().image();
        Optional<AudioSignal> audio = config.data().audio();
        Normalization normalization = data.preparation().normalization();
        if (spec.isPresent() && image.isPresent()) {
            Scaling scaling = scaling(normalization, image.get().channels());
            return new Augmentation.Image(spec.get(), image.get().planes(), scaling);
        }
        if (spec.isPresent() && audio.isPresent()) {
            int samples = data.features().width();
            return new Augmentation.Audio(spec.get(), samples, audio.get().rate(), scaling(normalization, 1));
        }
        return Augmentation.none();
    }

    private static Scaling scaling(Normalization normalization, int channels) {
        return Scaling.of(normalization.means(), normalization.deviations(), channels);
    }
}
