package io.lockstep.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.nn.Shape;
import java.awt.geom.AffineTransform;
import java.awt.image.AffineTransformOp;
import java.awt.image.BufferedImage;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ResamplerTest {
    /** Coordinates below 64 are exact to 2⁻¹⁸ or so, and a pixel's neighbour differs by 1 at most. */
    private static final double TOLERANCE = 5e-5;

    private static final float FILL = 0.25f;

    private static AffineMap map(
            double flipX, double flipY, double scale, double shear, double rotate, double x, double y) {
        AffineMap map = new AffineMap();
        map.set(flipX, flipY, scale, shear, rotate, x, y);
        return map;
    }

    private static float[] resampled(Shape.Image shape, float[] x, AffineMap map) {
        return resampled(shape, x, map, new float[2 * shape.height() * shape.width()], 0);
    }

    private static float[] resampled(Shape.Image shape, float[] x, AffineMap map, float[] field, float alpha) {
        float[] out = x.clone();
        Resampler resampler = new Resampler(shape, FILL);
        resampler.from(map, field, alpha);
        resampler.apply(out, 0);
        return out;
    }

    /** Sends points forward, one motion after another, and looks where a pixel came from by solving for it. */
    @Test
    void itIsThePixelThatTheMotionsBringThere() {
        Random random = new Random(8);
        for (int n = 0; n < 60; n++) {
            Shape.Image shape = new Shape.Image(1 + random.nextInt(3), 1 + random.nextInt(30), 1 + random.nextInt(30));
            double flipX = random.nextBoolean() ? -1 : 1;
            double flipY = random.nextBoolean() ? -1 : 1;
            double scale = 0.5 + random.nextDouble();
            double shear = 60 * random.nextDouble() - 30;
            double rotate = 360 * random.nextDouble() - 180;
            double shiftX = 10 * random.nextDouble() - 5;
            double shiftY = 10 * random.nextDouble() - 5;
            float[] x = Images.random(shape.size(), n);
            float[] out = resampled(shape, x, map(flipX, flipY, scale, shear, rotate, shiftX, shiftY));

            double[] right = moved(1, 0, flipX, flipY, scale, shear, rotate);
            double[] down = moved(0, 1, flipX, flipY, scale, shear, rotate);
            double determinant = right[0] * down[1] - down[0] * right[1];
            double middleX = (shape.width() - 1) / 2.0;
            double middleY = (shape.height() - 1) / 2.0;
            for (int p = 0; p < shape.size(); p++) {
                int plane = shape.height() * shape.width();
                double toX = p % plane % shape.width() - middleX - shiftX;
                int y = p % plane / shape.width();
                double toY = y - middleY - shiftY;
                double fromX = (toX * down[1] - toY * down[0]) / determinant + middleX;
                double fromY = (toY * right[0] - toX * right[1]) / determinant + middleY;
                double expected =
                        Images.bilinear(x, p / plane * plane, shape.height(), shape.width(), fromY, fromX, FILL);
                assertThat((double) out[p]).as("%s, pixel %d", shape, p).isCloseTo(expected, within(TOLERANCE));
            }
        }
    }

    private static double[] moved(
            double x, double y, double flipX, double flipY, double scale, double shear, double rotate) {
        double a = x * flipX * scale;
        double b = y * flipY * scale;
        double sheared = a + Math.tan(Math.toRadians(shear)) * b;
        double angle = Math.toRadians(rotate);
        // to the left: what points to the right comes to point up, where y is negative
        return new double[] {
            sheared * Math.cos(angle) + b * Math.sin(angle), -sheared * Math.sin(angle) + b * Math.cos(angle)
        };
    }

    @Test
    void aQuarterTurnIsThatOfTheJdk() {
        int size = 12;
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_BYTE_GRAY);
        Random random = new Random(9);
        float[] x = new float[size * size];
        for (int p = 0; p < x.length; p++) {
            x[p] = random.nextInt(256);
            image.getRaster().setSample(p % size, p / size, 0, x[p]);
        }
        // the JDK turns to the right, its pixels' middles at halves
        AffineTransform left = AffineTransform.getQuadrantRotateInstance(-1, size / 2.0, size / 2.0);
        BufferedImage turned = new AffineTransformOp(left, AffineTransformOp.TYPE_NEAREST_NEIGHBOR).filter(image, null);
        float[] out = resampled(new Shape.Image(1, size, size), x, map(1, 1, 1, 0, 90, 0, 0));
        for (int p = 0; p < x.length; p++) {
            int expected = turned.getRaster().getSample(p % size, p / size, 0);
            assertThat((double) out[p]).isCloseTo(expected, within(255 * TOLERANCE));
        }
    }

    @Test
    void stayingShiftsByWholePixelsAndMirroringAreExact() {
        Shape.Image shape = new Shape.Image(2, 7, 10);
        float[] x = Images.random(shape.size(), 10);
        assertThat(resampled(shape, x, map(1, 1, 1, 0, 0, 0, 0))).containsExactly(x);
        for (int dx = -11; dx <= 11; dx++) {
            for (int dy = -8; dy <= 8; dy++) {
                float[] out = resampled(shape, x, map(1, 1, 1, 0, 0, dx, dy));
                float[] mirrored = resampled(shape, x, map(-1, -1, 1, 0, 0, dx, dy));
                for (int p = 0; p < x.length; p++) {
                    int column = p % 10 - dx;
                    int row = p % 70 / 10 - dy;
                    int start = p / 70 * 70;
                    assertThat((double) out[p]).isEqualTo(Images.pixel(x, start, 7, 10, row, column, FILL));
                    assertThat((double) mirrored[p])
                            .isEqualTo(Images.pixel(x, start, 7, 10, 6 - row, 9 - column, FILL));
                }
            }
        }
    }

    @Test
    void aFieldDisplacesEachPixel() {
        Shape.Image shape = new Shape.Image(2, 9, 6);
        Random random = new Random(11);
        float[] field = new float[2 * 54];
        for (int i = 0; i < field.length; i++) {
            field[i] = (float) random.nextGaussian();
        }
        float[] x = Images.random(shape.size(), 12);
        float[] out = resampled(shape, x, map(1, 1, 1, 0, 0, 0, 0), field, 2.5f);
        for (int p = 0; p < x.length; p++) {
            double column = p % 6 + 2.5 * field[p % 54];
            int y = p % 54 / 6;
            double row = y + 2.5 * field[54 + p % 54];
            double expected = Images.bilinear(x, p / 54 * 54, 9, 6, row, column, FILL);
            assertThat((double) out[p]).isCloseTo(expected, within(TOLERANCE));
        }
    }

    @Test
    void howeverFarAPixelComesFromItIsFill() {
        Shape.Image shape = new Shape.Image(1, 4, 4);
        for (float far : new float[] {1e9f, -1e9f, Float.MAX_VALUE}) {
            float[] field = new float[32];
            java.util.Arrays.fill(field, far);
            assertThat(resampled(shape, Images.random(16, 13), map(1, 1, 1, 0, 0, 0, 0), field, 1))
                    .containsOnly(FILL);
        }
    }
}
