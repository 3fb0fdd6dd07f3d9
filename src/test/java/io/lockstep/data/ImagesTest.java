package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.config.LockstepConfig;
import io.lockstep.error.DataException;
import io.lockstep.nn.Shape;
import io.lockstep.testing.Pictures;
import io.lockstep.testing.TestSpark;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagesTest {
    @TempDir
    private Path dir;

    private final Random random = new Random(11);

    private static float[] decode(byte[] file, int channels, int height, int width)
            throws ImageDecoder.UnreadableException {
        float[] out = new float[channels * height * width + 2];
        new ImageDecoder(new Shape.Image(channels, height, width)).decode(file, out, 1);
        assertThat(out[0]).isZero();
        assertThat(out[out.length - 1]).isZero();
        return Arrays.copyOfRange(out, 1, out.length - 1);
    }

    @Test
    void planesHoldTheSamplesOfThePngByTheirGreatestValue() throws ImageDecoder.UnreadableException {
        int[] types = {
            BufferedImage.TYPE_BYTE_GRAY,
            BufferedImage.TYPE_USHORT_GRAY,
            BufferedImage.TYPE_INT_RGB,
            BufferedImage.TYPE_INT_ARGB,
            BufferedImage.TYPE_3BYTE_BGR
        };
        for (int type : types) {
            BufferedImage image = Pictures.random(5, 4, type, random);
            byte[] png = Pictures.encode(image, "png");
            float[] three = decode(png, 3, 4, 5);
            float[] one = decode(png, 1, 4, 5);
            boolean grey = image.getRaster().getNumBands() == 1;
            double white = (1 << image.getColorModel().getComponentSize(0)) - 1;
            for (int y = 0; y < 4; y++) {
                for (int x = 0; x < 5; x++) {
                    double[] rgb = new double[3];
                    for (int c = 0; c < 3; c++) {
                        rgb[c] = image.getRaster().getSample(x, y, grey ? 0 : c) / white;
                        // one rounding to float32
                        assertThat((double) three[c * 20 + y * 5 + x]).isCloseTo(rgb[c], within(6e-8));
                    }
                    assertThat((double) one[y * 5 + x])
                            .isCloseTo(0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2], within(1.2e-7));
                }
            }
        }
    }

    @Test
    void aPaletteIsTakenForItsColours() throws ImageDecoder.UnreadableException {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY);
        image.getRaster().setSample(1, 0, 0, 1);
        assertThat(decode(Pictures.encode(image, "png"), 1, 1, 2)).containsExactly(0, 1);
    }

    @Test
    void aJpegHasTheColoursOfItsPicture() throws ImageDecoder.UnreadableException {
        BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 256; i++) {
            image.setRGB(i % 16, i / 16, 0xC8_64_1E);
        }
        float[] planes = decode(Pictures.encode(image, "jpg"), 3, 16, 16);
        for (int i = 0; i < 256; i++) {
            // JPEG rounds colours by some units of 255
            assertThat(planes[i]).isCloseTo(200 / 255f, within(4 / 255f));
            assertThat(planes[256 + i]).isCloseTo(100 / 255f, within(4 / 255f));
            assertThat(planes[512 + i]).isCloseTo(30 / 255f, within(4 / 255f));
        }
    }

    /** The mean of the source under a triangle around the target's centre, in one sum over both directions. */
    private static double resized(float[] plane, int h, int w, int toH, int toW, int y, int x) {
        double scaleY = (double) h / toH;
        double scaleX = (double) w / toW;
        double sum = 0;
        double weights = 0;
        for (int i = 0; i < h; i++) {
            for (int j = 0; j < w; j++) {
                double dy = (i + 0.5 - (y + 0.5) * scaleY) / Math.max(1, scaleY);
                double dx = (j + 0.5 - (x + 0.5) * scaleX) / Math.max(1, scaleX);
                double weight = Math.max(0, 1 - Math.abs(dy)) * Math.max(0, 1 - Math.abs(dx));
                sum += weight * plane[i * w + j];
                weights += weight;
            }
        }
        return sum / weights;
    }

    @Test
    void resizingIsBilinearAndSmoothsWhereItShrinks() {
        int[][] sizes = {{7, 5, 3, 11}, {1, 1, 4, 4}, {20, 30, 4, 5}, {3, 4, 9, 8}, {6, 6, 6, 3}};
        for (int[] s : sizes) {
            float[] plane = new float[s[0] * s[1]];
            for (int i = 0; i < plane.length; i++) {
                plane[i] = random.nextFloat();
            }
            float[] out = new float[s[2] * s[3]];
            new ImageResizer(s[0], s[1], s[2], s[3]).resize(plane, out, 0);
            for (int i = 0; i < out.length; i++) {
                // two roundings to float32
                assertThat((double) out[i])
                        .isCloseTo(resized(plane, s[0], s[1], s[2], s[3], i / s[3], i % s[3]), within(1.5e-7));
            }
        }
        float[] plane = {0.1f, 0.7f, 0.3f, 0.9f, 0, 1};
        float[] same = new float[6];
        new ImageResizer(2, 3, 2, 3).resize(plane, same, 0);
        assertThat(same).containsExactly(plane);
    }

    @Test
    void whatIsNoWholeImageIsRefusedWithTheReason() {
        byte[] png = Pictures.encode(Pictures.random(40, 40, BufferedImage.TYPE_INT_RGB, random), "png");
        byte[] jpg = Pictures.encode(Pictures.random(40, 40, BufferedImage.TYPE_INT_RGB, random), "jpg");
        byte[] vast = png.clone();
        vast[16] = 0x10; // the PNG's width is now 2²⁸ + 40
        Object[][] bad = {
            {new byte[0], "empty"},
            {"hello".getBytes(StandardCharsets.UTF_8), "neither PNG nor JPEG"},
            {Arrays.copyOf(png, png.length / 2), "damaged: "},
            {Arrays.copyOf(jpg, jpg.length / 2), "not whole"},
            {Arrays.copyOf(png, 12), "damaged: "},
            {vast, "268435496×40 pixels, too many"}
        };
        for (Object[] file : bad) {
            assertThatThrownBy(() -> decode((byte[]) file[0], 1, 8, 8))
                    .isInstanceOf(ImageDecoder.UnreadableException.class)
                    .hasMessageStartingWith((String) file[1]);
        }
    }

    private static LockstepConfig config(Path train, String... more) {
        List<String> data = new ArrayList<>(
                List.of("train: " + train, "format: image", "split: { train: 1 }", "image: { height: 4, width: 5 }"));
        data.addAll(List.of(more));
        return Sets.config("classification", data.toArray(String[]::new));
    }

    private void save(String name, BufferedImage image, String format) {
        Pictures.write(dir.resolve(name), Pictures.encode(image, format));
    }

    @Test
    void aFolderIsAClassAndOtherFilesAreLeftOut() throws ImageDecoder.UnreadableException {
        BufferedImage one = Pictures.random(5, 4, BufferedImage.TYPE_BYTE_GRAY, random);
        BufferedImage two = Pictures.random(9, 7, BufferedImage.TYPE_INT_RGB, random);
        save("pets/white cat/1.PNG", one, "png");
        save("pets/white cat/deep%20 {x}.jpeg", two, "jpg");
        save("pets/dog/1.png", two, "png");
        save("pets/dog/.hidden.png", two, "png");
        Sets.write(dir.resolve("pets/dog/notes.txt"), "none");
        Sets.write(dir.resolve("pets/README.md"), "none");
        for (Path train : List.of(dir.resolve("pets"), dir.resolve("pets/*"))) {
            try (TrainingData data = Sets.prepare(config(train))) {
                assertThat(data.classes()).containsExactly("dog", "white cat");
                List<List<Float>> expected = new ArrayList<>();
                expected.add(example(one, "png", 1));
                expected.add(example(two, "jpg", 1));
                expected.add(example(two, "png", 0));
                assertThat(Sets.stored(data.set(DataRole.TRAIN), 1)).containsExactlyInAnyOrderElementsOf(expected);
            }
        }
        try (TrainingData moved =
                        Sets.prepare(config(java.nio.file.Files.move(dir.resolve("pets"), dir.resolve("b"))));
                TrainingData again = Sets.prepare(config(dir.resolve("b/*")))) {
            assertThat(Sets.stored(moved.set(DataRole.TRAIN), 1))
                    .as("the order does not depend on where the folder lies")
                    .isEqualTo(Sets.stored(again.set(DataRole.TRAIN), 1));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static List<Float> example(BufferedImage image, String format, int label)
            throws ImageDecoder.UnreadableException {
        float[] example = Arrays.copyOf(decode(Pictures.encode(image, format), 1, 4, 5), 21);
        example[20] = label;
        return Sets.list(example);
    }

    @Test
    void theBitsDoNotDependOnThePartitionsOfTheFiles() {
        for (int i = 0; i < 60; i++) {
            save("p/" + i % 2 + "/" + i + ".png", Pictures.random(9, 6, BufferedImage.TYPE_INT_RGB, random), "png");
        }
        String key = "spark.sql.files.maxPartitionBytes";
        String before = TestSpark.session().conf().get(key);
        List<List<List<Float>>> runs = new ArrayList<>();
        List<ShardedSet.Preparation> preparations = new ArrayList<>();
        try {
            for (String most : List.of(before, "1000")) {
                TestSpark.session().conf().set(key, most);
                try (TrainingData data = Sets.prepare(config(dir.resolve("p")))) {
                    runs.add(Sets.stored(data.set(DataRole.TRAIN), 1));
                    preparations.add(data.preparation());
                }
            }
        } finally {
            TestSpark.session().conf().set(key, before);
        }
        assertThat(runs.get(1)).hasSize(60).isEqualTo(runs.get(0));
        assertThat(preparations.get(1)).isEqualTo(preparations.get(0));
    }

    @Test
    void anImageBesideTheFoldersAndAFolderWithoutImagesAreRefused() {
        save("p/a/1.png", Pictures.random(2, 2, BufferedImage.TYPE_BYTE_GRAY, random), "png");
        save("p/stray.png", Pictures.random(2, 2, BufferedImage.TYPE_BYTE_GRAY, random), "png");
        assertThatThrownBy(() -> Sets.prepare(config(dir.resolve("p"))))
                .isInstanceOf(DataException.class)
                .hasMessage("image stray.png lies beside the folders of the classes, so that nobody can tell its class."
                        + " Move it into one of them.");
        Sets.write(dir.resolve("q/a/1.txt"), "none");
        assertThatThrownBy(() -> Sets.prepare(config(dir.resolve("q"))))
                .isInstanceOf(DataException.class)
                .hasMessage(dir.resolve("q") + ": expected PNG or JPEG files, found 1 files of other names (.png, .jpg"
                        + " or .jpeg is an image).");
    }
}
