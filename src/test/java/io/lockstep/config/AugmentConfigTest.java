package io.lockstep.config;

import static io.lockstep.config.Yaml.mistakesWith;
import static io.lockstep.config.Yaml.readWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.augment.AugmentSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AugmentConfigTest {
    private static final String PICTURE = "  image: { height: 28, width: 20, channels: 3 }\n";
    private static final String GRAY = "  image: { height: 28, width: 20 }\n";
    private static final String SOUND = "  audio: { rate: 8000 }\n";

    private static String augment(String settings) {
        return "training: { augment: { " + settings + " } }";
    }

    @Test
    void nothingIsAugmentedUnlessAsked() {
        assertThat(readWith("").training().augment()).isEmpty();
        assertThat(readWith("training: { augment: null }").training().augment()).isEmpty();
        assertThat(readWith(augment("")).training().augment()).hasValue(AugmentSpec.nothing());
    }

    @Test
    void everyKeyOfPicturesIsRead() {
        assertThat(readWith(PICTURE
                                + augment("probability: 0.9, flip: both, shift: 2.5, crop: 4, rotate: 15, scale: 0.1,"
                                        + " shear: 5, elastic: { alpha: 34, sigma: 4.5 }, fill: -1, blur: 1.5,"
                                        + " brightness: 0.2, contrast: 0.3, saturation: 0.4, noise: 8"))
                        .training()
                        .augment())
                .hasValue(new AugmentSpec(
                        0.9,
                        new AugmentSpec.Geometry(
                                AugmentSpec.Flip.BOTH, 2.5, 4, 15, 0.1, 5, new AugmentSpec.Elastic(34, 4.5), -1),
                        new AugmentSpec.Photometry(1.5, 0.2, 0.3, 0.4),
                        AugmentSpec.Sound.NONE,
                        8));
    }

    @Test
    void everyKeyOfSoundsIsRead() {
        assertThat(readWith(SOUND + augment("gain: 6, time_shift: 100, time_mask: 50, noise: 0.1"))
                        .training()
                        .augment())
                .hasValue(new AugmentSpec(
                        1,
                        AugmentSpec.Geometry.NONE,
                        AugmentSpec.Photometry.NONE,
                        new AugmentSpec.Sound(6, 100, 50),
                        0.1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            probability: 1.1 | probability: expected a number in [0, 1], found 1.1.
            flip: left       | flip: unknown flip "left". Known: none, horizontal, vertical, both.
            shift: -1        | shift: expected a number >= 0, found -1.
            crop: 1.5        | crop: expected a whole number >= 0, found 1.5.
            rotate: far      | rotate: expected a number >= 0, found "far".
            scale: 1         | scale: expected a number in [0, 1), found 1.
            shear: 90        | shear: expected a number in [0, 90), found 90.
            elastic: 34      | elastic: expected a map, found 34.
            elastic: { sigma: 4 } | elastic.alpha: the key is required and missing. Expected a number >= 0.
            elastic: { alpha: 4, sigma: 0 } | elastic.sigma: expected a number > 0, found 0.
            fill: .inf       | fill: expected a number, found ".inf".
            saturation: 2    | saturation: expected a number in [0, 1], found 2.
            gain: -3         | gain: expected a number >= 0, found -3.
            timeshift: 3     | timeshift: unknown key. Known here: probability, flip, shift, crop, rotate, scale, shear, elastic, fill, blur, brightness, contrast, saturation, noise, gain, time_shift, time_mask. Did you mean "time_shift"?
            """)
    void aWrongValueIsRefused(String setting, String message) {
        assertThat(mistakesWith(augment(setting))).isEqualTo("digits.yaml:5  training.augment." + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            flip: horizontal      | flip
            shift: 2              | shift
            crop: 2               | crop
            rotate: 15            | rotate
            scale: 0.1            | scale
            shear: 5              | shear
            elastic: { alpha: 1 } | elastic
            fill: 1               | fill
            blur: 1               | blur
            brightness: 0.1       | brightness
            contrast: 0.1         | contrast
            saturation: 0.1       | saturation
            """)
    void whatIsForPicturesNeedsOne(String setting, String key) {
        String message = "training.augment." + key + ": is for pictures. Say in data.image: { height, width, channels }"
                + " what the features are, or remove the key.";
        assertThat(mistakesWith(augment(setting))).isEqualTo("digits.yaml:5  " + message);
        assertThat(mistakesWith(SOUND + augment(setting))).isEqualTo("digits.yaml:6  " + message);
        assertThat(mistakesWith(PICTURE + augment(setting))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"gain", "time_shift", "time_mask"})
    void whatIsForSoundsNeedsOne(String key) {
        String message = "training.augment." + key
                + ": is for sounds. Say in data.audio: { rate } what the features are, or remove the key.";
        assertThat(mistakesWith(augment(key + ": 3"))).isEqualTo("digits.yaml:5  " + message);
        assertThat(mistakesWith(PICTURE + augment(key + ": 3"))).isEqualTo("digits.yaml:6  " + message);
        assertThat(mistakesWith(SOUND + augment(key + ": 3"))).isEmpty();
    }

    @Test
    void noiseNeedsAPictureOrASound() {
        assertThat(mistakesWith(augment("noise: 3")))
                .isEqualTo(
                        "digits.yaml:5  training.augment.noise: is added to pictures and sounds. Say in data.image or"
                                + " data.audio what the features are, or remove the key.");
        assertThat(mistakesWith(GRAY + augment("noise: 3"))).isEmpty();
        assertThat(mistakesWith(SOUND + augment("noise: 3"))).isEmpty();
    }

    @Test
    void saturationNeedsColours() {
        assertThat(mistakesWith(GRAY + augment("saturation: 0.1")))
                .isEqualTo("digits.yaml:6  training.augment.saturation: needs red, green and blue, and data.image has 1"
                        + " channels. Remove the key.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            shift: 20.5                        | shift         | 20 | 20.5
            crop: 21                           | crop          | 20 | 21.0
            elastic: { alpha: 1, sigma: 28.5 } | elastic.sigma | 28 | 28.5
            blur: 21                           | blur          | 20 | 21.0
            """)
    void whatIsLargerThanThePictureIsRefused(String setting, String key, int most, String found) {
        assertThat(mistakesWith(GRAY + augment(setting)))
                .isEqualTo("digits.yaml:6  training.augment." + key + ": expected at most " + most
                        + " pixels, for images of 28×20×1, found " + found + ".");
    }
}
