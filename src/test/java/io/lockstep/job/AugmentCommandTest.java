package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AugmentCommandTest {
    private static final String DIGITS = "conf/digits.yaml";
    private static final String IMAGE = "data.image={ height: 8, width: 8 }";

    @TempDir
    private Path dir;

    @Test
    void aPictureShowsEightExamplesAsEightEpochsSeeThem() throws IOException {
        Path file = dir.resolve("digits.PNG");
        CapturedRun run = CapturedRun.of(
                "augment",
                DIGITS,
                "--set",
                IMAGE,
                "--set",
                "training.augment={ flip: vertical }",
                "--out",
                file.toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isEqualTo(0);
        assertThat(run.out()).contains("8 training examples");
        BufferedImage picture = ImageIO.read(file.toFile());
        // cells of 80 pixels, the original's one first
        assertThat(picture.getWidth()).isEqualTo(9 * 84 + 8);
        assertThat(picture.getHeight()).isEqualTo(8 * 84 + 4);
        int upsideDown = 0;
        for (int row = 0; row < 8; row++) {
            for (int epoch = 0; epoch < 8; epoch++) {
                boolean same = true;
                boolean flipped = true;
                for (int y = 0; y < 80; y++) {
                    for (int x = 0; x < 80; x++) {
                        int left = 8 + 84 * (epoch + 1);
                        int seen = picture.getRGB(left + x, 4 + 84 * row + y);
                        same &= seen == picture.getRGB(4 + x, 4 + 84 * row + y);
                        flipped &= seen == picture.getRGB(4 + x, 4 + 84 * row + 79 - y);
                    }
                }
                assertThat(same || flipped).isTrue();
                upsideDown += same ? 0 : 1;
            }
        }
        // of 64 fair coins: five standard deviations
        assertThat(upsideDown).isBetween(12, 52);
    }

    @Test
    void aConfigThatAugmentsNothingIsRefused() {
        Path file = dir.resolve("a.png");
        CapturedRun run = CapturedRun.of("augment", DIGITS, "--out", file.toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .isEqualToIgnoringNewLines("lockstep: training.augment: conf/digits.yaml augments nothing. Add for"
                        + " instance augment: { shift: 2, rotate: 15 }, or try it: --set \"training.augment={ shift: 2"
                        + " }\".");
        assertThat(Files.exists(file)).isFalse();
    }

    @Test
    void onlyPngFilesAreWritten() {
        CapturedRun run =
                CapturedRun.of("augment", DIGITS, "--out", dir.resolve("a.jpg").toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("--out: expected a file that ends in .png, found");
    }
}
