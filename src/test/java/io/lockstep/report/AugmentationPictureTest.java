package io.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.nn.Shape;
import io.lockstep.train.AugmentedExamples;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class AugmentationPictureTest {
    private static BufferedImage drawn(AugmentedExamples examples) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(AugmentationPicture.png(examples)));
    }

    private static int colour(BufferedImage picture, int x, int y) {
        return picture.getRGB(x, y) & 0xFFFFFF;
    }

    @Test
    void grayImagesStandInRowsWithTheOriginalAtTheLeft() throws IOException {
        // two images of 2 × 3 pixels, zoomed 28 times: cells of 84 × 56, 4 pixels apart, 8 behind the originals
        float[] originals = {0, 10, 20, 30, 40, 50, 50, 40, 30, 20, 10, 0};
        float[] changed = originals.clone();
        changed[0] = 25;
        changed[11] = 60;
        changed[6] = -5;
        BufferedImage picture =
                drawn(new AugmentedExamples(new Shape.Image(1, 2, 3), originals, List.of(originals, changed)));

        assertThat(picture.getWidth()).isEqualTo(3 * 88 + 8);
        assertThat(picture.getHeight()).isEqualTo(2 * 60 + 4);
        assertThat(colour(picture, 0, 0)).as("background").isEqualTo(0xFFFFFF);
        assertThat(colour(picture, 3, 10)).as("the original's frame").isEqualTo(0xD95F02);
        assertThat(colour(picture, 4, 4)).as("the least is black").isEqualTo(0);
        assertThat(colour(picture, 4 + 83, 4 + 55)).as("the greatest is white").isEqualTo(0xFFFFFF);
        assertThat(colour(picture, 4 + 28, 4)).as("10 of 50").isEqualTo(0x333333);
        assertThat(colour(picture, 4 + 28, 4 + 28)).as("40 of 50").isEqualTo(0xCCCCCC);
        assertThat(colour(picture, 8 + 88, 4)).as("the first version").isEqualTo(0);
        assertThat(colour(picture, 8 + 2 * 88, 4)).as("the second").isEqualTo(0x808080);
        assertThat(colour(picture, 8 + 2 * 88, 4 + 60)).as("below black").isEqualTo(0);
        assertThat(colour(picture, 8 + 2 * 88 + 83, 4 + 60 + 55))
                .as("above white")
                .isEqualTo(0xFFFFFF);
    }

    @Test
    void threeChannelsAreColours() throws IOException {
        float[] originals = {255, 0, 0, 51, 102, 255};
        BufferedImage picture = drawn(new AugmentedExamples(new Shape.Image(3, 1, 2), originals, List.of()));
        assertThat(colour(picture, 4, 4)).isEqualTo(0xFF0066);
        assertThat(colour(picture, 4 + 42, 4)).isEqualTo(0x0033FF);
    }

    @Test
    void aSoundIsItsWave() throws IOException {
        float[] loud = new float[320];
        for (int i = 0; i < loud.length; i++) {
            loud[i] = i % 2 == 0 ? 1 : -1;
        }
        BufferedImage picture = drawn(new AugmentedExamples(new Shape.Vector(320), loud, List.of(new float[320])));
        assertThat(colour(picture, 4 + 80, 4)).as("from the top").isEqualTo(0x1F4E79);
        assertThat(colour(picture, 4 + 80, 4 + 63)).as("to the bottom").isEqualTo(0x1F4E79);
        int silent = 8 + 164 + 80;
        assertThat(colour(picture, silent, 4)).isEqualTo(0xFFFFFF);
        assertThat(colour(picture, silent, 4 + 31))
                .as("silence is in the middle")
                .isEqualTo(0x1F4E79);
    }

    @Test
    void anImageOfOneValueIsDrawn() throws IOException {
        BufferedImage picture =
                drawn(new AugmentedExamples(new Shape.Image(1, 1, 1), new float[] {7}, List.of(new float[] {7})));
        assertThat(colour(picture, 4, 4)).isZero();
    }
}
