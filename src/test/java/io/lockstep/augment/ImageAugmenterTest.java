package io.lockstep.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.augment.AugmentSpec.Elastic;
import io.lockstep.augment.AugmentSpec.Flip;
import io.lockstep.augment.AugmentSpec.Geometry;
import io.lockstep.augment.AugmentSpec.Photometry;
import io.lockstep.augment.AugmentSpec.Sound;
import io.lockstep.augment.Draws.Parameter;
import io.lockstep.math.Purpose;
import io.lockstep.math.RandomStream;
import io.lockstep.nn.Shape;
import io.lockstep.nn.TrainingPass;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ImageAugmenterTest {
    private static final Shape.Image SHAPE = new Shape.Image(3, 12, 10);
    private static final int PLANE = 120;
    private static final int SIZE = SHAPE.size();
    private static final int M = 20;

    /** Values in [0, 1), a handful of operations on each: 10⁻⁵ is a hundred roundings. */
    private static final double TOLERANCE = 1e-5;

    private static final Geometry EVERY_MOTION = new Geometry(Flip.BOTH, 2, 1, 20, 0.2, 10, new Elastic(20, 3), 0.5);

    static AugmentSpec spec(Geometry geometry, Photometry photometry, double noise) {
        return new AugmentSpec(1, geometry, photometry, Sound.NONE, noise);
    }

    private static AugmentSpec everything() {
        return spec(EVERY_MOTION, new Photometry(1, 0.3, 0.3, 0.3), 0.1);
    }

    private static float[] augmented(AugmentSpec spec, float[] x, TrainingPass pass) {
        return augmented(spec, Scaling.identity(), x, pass);
    }

    private static float[] augmented(AugmentSpec spec, Scaling scaling, float[] x, TrainingPass pass) {
        float[] out = x.clone();
        new Augmentation.Image(spec, SHAPE, scaling).augmenter().augment(out, x.length / SIZE, pass);
        return out;
    }

    @Test
    void nothingAskedForChangesNothingToTheBit() {
        float[] x = Images.random(M * SIZE, 1);
        Scaling scaling = new Scaling(new float[] {33.3f}, new float[] {78.6f});
        assertThat(augmented(AugmentSpec.nothing(), scaling, x, Images.PASS)).containsExactly(x);
        AugmentSpec never = new AugmentSpec(0, EVERY_MOTION, new Photometry(1, 0.3, 0.3, 0.3), Sound.NONE, 0.1);
        assertThat(augmented(never, scaling, x, Images.PASS)).containsExactly(x);
    }

    @Test
    void aCropIsAShiftByWholePixelsToTheBit() {
        AugmentSpec crop = spec(new Geometry(Flip.NONE, 0, 4, 0, 0, 0, Elastic.NONE, 0.5), Photometry.NONE, 0);
        float[] x = Images.random(M * SIZE, 2);
        float[] out = augmented(crop, x, Images.PASS);
        for (int j = 0; j < M; j++) {
            int dx = Images.draws(j).wholeWithin(Parameter.CROP_X, 4);
            int dy = Images.draws(j).wholeWithin(Parameter.CROP_Y, 4);
            for (int p = 0; p < SIZE; p++) {
                int row = p % PLANE / 10 - dy;
                int start = j * SIZE + p / PLANE * PLANE;
                assertThat((double) out[j * SIZE + p]).isEqualTo(Images.pixel(x, start, 12, 10, row, p % 10 - dx, 0.5));
            }
        }
    }

    @Test
    void mirroredAreHalfOfTheExamplesToTheBit() {
        AugmentSpec flip = spec(new Geometry(Flip.HORIZONTAL, 0, 0, 0, 0, 0, Elastic.NONE, 0), Photometry.NONE, 0);
        int m = 400;
        float[] x = Images.random(m * SIZE, 3);
        float[] out = augmented(flip, x, Images.PASS);
        int flipped = 0;
        for (int j = 0; j < m; j++) {
            float[] original = Arrays.copyOfRange(x, j * SIZE, (j + 1) * SIZE);
            float[] mirrored = new float[SIZE];
            for (int p = 0; p < SIZE; p++) {
                mirrored[p] = original[p - p % 10 + 9 - p % 10];
            }
            float[] got = Arrays.copyOfRange(out, j * SIZE, (j + 1) * SIZE);
            boolean isFlipped = Arrays.equals(got, mirrored);
            assertThat(isFlipped || Arrays.equals(got, original)).isTrue();
            flipped += isFlipped ? 1 : 0;
        }
        // five standard deviations of a binomial
        assertThat(flipped).isBetween(150, 250);
    }

    @Test
    void anElasticDistortionIsThatOfSmoothedRandomNumbers() {
        AugmentSpec elastic = spec(new Geometry(Flip.NONE, 0, 0, 0, 0, 0, new Elastic(12, 2), 0.5), Photometry.NONE, 0);
        float[] x = Images.random(M * SIZE, 4);
        float[] out = augmented(elastic, x, Images.PASS);
        RandomStream stream = RandomStream.of(5, Purpose.AUGMENTATION, 2, 3, 1, 1);
        double furthest = 0;
        for (int j = 0; j < M; j++) {
            float[] field = new float[2 * PLANE];
            for (int i = 0; i < field.length; i++) {
                field[i] = (float) (2.0 * stream.uniform((long) j * field.length + i) - 1);
            }
            double[] dx = Images.smooth(field, 0, 12, 10, 2, GaussianFilter.Border.ZERO);
            double[] dy = Images.smooth(field, PLANE, 12, 10, 2, GaussianFilter.Border.ZERO);
            for (int p = 0; p < SIZE; p++) {
                double column = p % 10 + 12 * dx[p % PLANE];
                int y = p % PLANE / 10;
                double row = y + 12 * dy[p % PLANE];
                furthest = Math.max(furthest, Math.abs(12 * dx[p % PLANE]));
                int start = j * SIZE + p / PLANE * PLANE;
                assertThat((double) out[j * SIZE + p])
                        .isCloseTo(Images.bilinear(x, start, 12, 10, row, column, 0.5), within(10 * TOLERANCE));
            }
        }
        assertThat(furthest).as("pixels do move").isGreaterThan(1);
    }

    @Test
    void allMotionsAreOneResampling() {
        float[] x = Images.random(M * SIZE, 5);
        float[] out = augmented(spec(EVERY_MOTION, Photometry.NONE, 0), x, Images.PASS);
        RandomStream stream = RandomStream.of(5, Purpose.AUGMENTATION, 2, 3, 1, 1);
        for (int j = 0; j < M; j++) {
            Draws draws = Images.draws(j);
            float[] field = new float[2 * PLANE];
            for (int i = 0; i < field.length; i++) {
                field[i] = (float) (2.0 * stream.uniform((long) j * field.length + i) - 1);
            }
            double[] fieldX = Images.smooth(field, 0, 12, 10, 3, GaussianFilter.Border.ZERO);
            double[] fieldY = Images.smooth(field, PLANE, 12, 10, 3, GaussianFilter.Border.ZERO);
            double angle = Math.toRadians(draws.within(Parameter.ROTATE, 20));
            double tan = Math.tan(Math.toRadians(draws.within(Parameter.SHEAR_X, 10)));
            double scale = 1 + draws.within(Parameter.SCALE, 0.2);
            double flipX = draws.happens(Parameter.FLIP_HORIZONTAL, 0.5) ? -1 : 1;
            double flipY = draws.happens(Parameter.FLIP_VERTICAL, 0.5) ? -1 : 1;
            double shiftX = draws.within(Parameter.SHIFT_X, 2) + draws.wholeWithin(Parameter.CROP_X, 1);
            double shiftY = draws.within(Parameter.SHIFT_Y, 2) + draws.wholeWithin(Parameter.CROP_Y, 1);
            for (int p = 0; p < SIZE; p++) {
                double a = p % 10 - 4.5 - shiftX;
                int y = p % PLANE / 10;
                double b = y - 5.5 - shiftY;
                // back: turned to the right, sheared back, made small again, mirrored
                double u = a * Math.cos(angle) - b * Math.sin(angle);
                double v = a * Math.sin(angle) + b * Math.cos(angle);
                double column = flipX * (u - tan * v) / scale + 4.5 + 20 * fieldX[p % PLANE];
                double row = flipY * v / scale + 5.5 + 20 * fieldY[p % PLANE];
                int start = j * SIZE + p / PLANE * PLANE;
                assertThat((double) out[j * SIZE + p])
                        .isCloseTo(Images.bilinear(x, start, 12, 10, row, column, 0.5), within(10 * TOLERANCE));
            }
        }
    }

    @Test
    void blurBrightnessContrastSaturationAndNoiseComeInThisOrder() {
        float[] x = Images.random(M * SIZE, 6);
        float[] out = augmented(spec(Geometry.NONE, new Photometry(1.5, 0.4, 0.5, 0.6), 0.2), x, Images.PASS);
        float[] normal = new float[SIZE];
        for (int j = 0; j < M; j++) {
            Draws draws = Images.draws(j);
            double[] p = new double[SIZE];
            for (int channel = 0; channel < 3; channel++) {
                double sigma = draws.upTo(Parameter.BLUR, 1.5);
                double[] smooth =
                        Images.smooth(x, j * SIZE + channel * PLANE, 12, 10, sigma, GaussianFilter.Border.REPLICATED);
                System.arraycopy(smooth, 0, p, channel * PLANE, PLANE);
            }
            double mean = Arrays.stream(p).average().orElseThrow();
            double contrast = 1 + draws.within(Parameter.CONTRAST, 0.5);
            double brightness = 1 + draws.within(Parameter.BRIGHTNESS, 0.4);
            double saturation = 1 + draws.within(Parameter.SATURATION, 0.6);
            for (int i = 0; i < SIZE; i++) {
                p[i] = brightness * (mean + contrast * (p[i] - mean));
            }
            draws.noise(new io.lockstep.math.RandomArrays(), normal, SIZE);
            double deviation = draws.upTo(Parameter.NOISE, 0.2);
            for (int i = 0; i < SIZE; i++) {
                int at = i % PLANE;
                double gray = 0.299 * p[at] + 0.587 * p[PLANE + at] + 0.114 * p[2 * PLANE + at];
                double expected = gray + saturation * (p[i] - gray) + deviation * normal[i];
                assertThat((double) out[j * SIZE + i]).isCloseTo(expected, within(TOLERANCE));
            }
        }
    }

    @Test
    void normalizedExamplesAreAugmentedAsTheyWereRead() {
        // the channels have scales of their own, the last one never varies: σ = 1
        float[] means = {33.3f, 120, 7};
        float[] deviations = {78.6f, 2, 1};
        float[] raw = new float[M * SIZE];
        float[] x = Images.random(M * SIZE, 7);
        float[] normalized = new float[M * SIZE];
        for (int i = 0; i < raw.length; i++) {
            int channel = i % SIZE / PLANE;
            raw[i] = channel == 2 ? 7 : 255 * x[i];
            normalized[i] = (raw[i] - means[channel]) / deviations[channel];
        }
        AugmentSpec spec = spec(EVERY_MOTION, new Photometry(1, 0.3, 0.3, 0.3), 10);
        float[] expected = augmented(spec, raw, Images.PASS);
        float[] out = augmented(spec, new Scaling(means, deviations), normalized, Images.PASS);
        for (int i = 0; i < out.length; i++) {
            int channel = i % SIZE / PLANE;
            double one = (expected[i] - means[channel]) / deviations[channel];
            assertThat((double) out[i]).isCloseTo(one, within(255 * TOLERANCE));
        }
    }

    @Test
    void everyCoordinateOfTheStreamMattersAndARepeatedPassDoesTheSame() {
        float[] x = Images.random(SIZE, 8);
        Set<String> images = new HashSet<>();
        for (TrainingPass pass : List.of(
                Images.PASS,
                new TrainingPass(6, 2, 3, 1, 0),
                new TrainingPass(5, 3, 3, 1, 0),
                new TrainingPass(5, 2, 4, 1, 0),
                new TrainingPass(5, 2, 3, 2, 0),
                new TrainingPass(5, 2, 3, 1, 1))) {
            images.add(Arrays.toString(augmented(everything(), x, pass)));
        }
        images.add(Arrays.toString(augmented(everything(), x, new TrainingPass(5, 2, 3, 1, 0))));
        assertThat(images).hasSize(6);
    }

    @Test
    void aSliceInPartsIsAugmentedAsTheWhole() {
        float[] x = Images.random(M * SIZE, 9);
        float[] whole = augmented(everything(), x, Images.PASS);
        Augmenter augmenter = new Augmentation.Image(everything(), SHAPE, Scaling.identity()).augmenter();
        int from = 0;
        for (int to : new int[] {1, 8, M}) {
            float[] part = Arrays.copyOfRange(x, from * SIZE, to * SIZE);
            augmenter.augment(part, to - from, new TrainingPass(5, 2, 3, 1, from));
            assertThat(part).containsExactly(Arrays.copyOfRange(whole, from * SIZE, to * SIZE));
            from = to;
        }
    }

    @Test
    void compiledCodeGivesTheBitsOfInterpretedCode() {
        float[] x = Images.random(M * SIZE, 10);
        Augmenter augmenter = new Augmentation.Image(everything(), SHAPE, Scaling.identity()).augmenter();
        float[] first = x.clone();
        augmenter.augment(first, M, Images.PASS);
        float[] again = new float[x.length];
        for (int i = 0; i < 400; i++) {
            System.arraycopy(x, 0, again, 0, x.length);
            augmenter.augment(again, M, new TrainingPass(5, 2, i, 1, 0));
        }
        System.arraycopy(x, 0, again, 0, x.length);
        augmenter.augment(again, M, Images.PASS);
        assertThat(again).containsExactly(first);
    }

    @Test
    void theProbabilityIsTheShareOfExamplesThatChange() {
        AugmentSpec some = new AugmentSpec(0.3, EVERY_MOTION, Photometry.NONE, Sound.NONE, 0);
        int m = 2000;
        float[] x = Images.random(m * SIZE, 11);
        float[] out = augmented(some, x, Images.PASS);
        int changed = 0;
        for (int j = 0; j < m; j++) {
            changed += Arrays.equals(x, j * SIZE, (j + 1) * SIZE, out, j * SIZE, (j + 1) * SIZE) ? 0 : 1;
        }
        // five standard deviations of a binomial
        assertThat(changed / (double) m).isCloseTo(0.3, within(5 * Math.sqrt(0.3 * 0.7 / m)));
    }

    @Test
    void saturationIsForThreeChannels() {
        AugmentSpec spec = spec(Geometry.NONE, new Photometry(0, 0, 0, 0.1), 0);
        Augmentation gray = new Augmentation.Image(spec, new Shape.Image(1, 4, 4), Scaling.identity());
        assertThatThrownBy(gray::augmenter).hasMessage("saturation needs 3 channels, there are 1");
    }
}
