package io.lockstep.augment;

import io.lockstep.augment.Draws.Parameter;
import io.lockstep.math.RandomArrays;
import io.lockstep.nn.Shape;

/**
 * Augments images: what moves pixels first, as one resampling; then blur, brightness, contrast and saturation.
 */
final class ImageChange implements ExampleAugmenter.Change {
    private static final float RED = 0.299f;
    private static final float GREEN = 0.587f;
    private static final float BLUE = 0.114f;

    private final AugmentSpec spec;
    private final int size;
    private final int plane;
    private final int channels;
    private final Resampler resampler;
    private final AffineMap map = new AffineMap();

    /** d/α of an elastic distortion; zeros without one. */
    private final float[] field;

    private final GaussianFilter smoothing;
    private final GaussianFilter blur;

    ImageChange(AugmentSpec spec, Shape.Image shape) {
        this.spec = spec;
        this.size = shape.size();
        this.plane = shape.height() * shape.width();
        this.channels = shape.channels();
        if (spec.photometry().saturation() > 0 && channels != 3) {
            throw new IllegalArgumentException("saturation needs 3 channels, there are " + channels);
        }
        AugmentSpec.Geometry geometry = spec.geometry();
        this.resampler = new Resampler(shape, (float) geometry.fill());
        this.field = new float[2 * plane];
        this.smoothing = new GaussianFilter(
                shape.height(), shape.width(), geometry.elastic().sigma());
        this.blur = new GaussianFilter(
                shape.height(), shape.width(), spec.photometry().blur());
    }

    @Override
    public void apply(float[] x, int offset, Draws draws, RandomArrays random) {
        if (spec.geometry().moves()) {
            move(x, offset, draws, random);
        }
        AugmentSpec.Photometry photometry = spec.photometry();
        if (photometry.blur() > 0) {
            blur.sigma(draws.upTo(Parameter.BLUR, photometry.blur()));
            for (int channel = 0; channel < channels; channel++) {
                blur.apply(x, offset + channel * plane, GaussianFilter.Border.REPLICATED);
            }
        }
        if (photometry.brightness() > 0 || photometry.contrast() > 0) {
            light(x, offset, draws);
        }
        if (photometry.saturation() > 0) {
            float factor = (float) (1 + draws.within(Parameter.SATURATION, photometry.saturation()));
            saturate(x, offset, offset + plane, offset + 2 * plane, factor, plane);
        }
    }

    private void move(float[] x, int offset, Draws draws, RandomArrays random) {
        AugmentSpec.Geometry geometry = spec.geometry();
        AugmentSpec.Flip flip = geometry.flip();
        map.set(
                flip.horizontal() && draws.happens(Parameter.FLIP_HORIZONTAL, 0.5) ? -1 : 1,
                flip.vertical() && draws.happens(Parameter.FLIP_VERTICAL, 0.5) ? -1 : 1,
                1 + draws.within(Parameter.SCALE, geometry.scale()),
                draws.within(Parameter.SHEAR_X, geometry.shear()),
                draws.within(Parameter.ROTATE, geometry.rotate()),
                draws.within(Parameter.SHIFT_X, geometry.shift())
                        + draws.wholeWithin(Parameter.CROP_X, geometry.crop()),
                draws.within(Parameter.SHIFT_Y, geometry.shift())
                        + draws.wholeWithin(Parameter.CROP_Y, geometry.crop()));
        if (geometry.elastic().alpha() > 0) {
            draws.field(random, field, field.length);
            smoothing.apply(field, 0, GaussianFilter.Border.ZERO);
            smoothing.apply(field, plane, GaussianFilter.Border.ZERO);
        }
        resampler.from(map, field, (float) geometry.elastic().alpha());
        resampler.apply(x, offset);
    }

    /** p ← b·(p̄ + c·(p − p̄)), b the factor of brightness, c that of contrast. */
    private void light(float[] x, int offset, Draws draws) {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += x[offset + i];
        }
        double brightness =
                1 + draws.within(Parameter.BRIGHTNESS, spec.photometry().brightness());
        double contrast = 1 + draws.within(Parameter.CONTRAST, spec.photometry().contrast());
        float factor = (float) (brightness * contrast);
        float offsetOfAll = (float) (brightness * (1 - contrast) * sum / size);
        for (int i = 0; i < size; i++) {
            x[offset + i] = factor * x[offset + i] + offsetOfAll;
        }
    }

    private static void saturate(float[] x, int red, int green, int blue, float factor, int n) {
        for (int i = 0; i < n; i++) {
            float gray = RED * x[red + i] + GREEN * x[green + i] + BLUE * x[blue + i];
            x[red + i] = gray + factor * (x[red + i] - gray);
            x[green + i] = gray + factor * (x[green + i] - gray);
            x[blue + i] = gray + factor * (x[blue + i] - gray);
        }
    }
}
