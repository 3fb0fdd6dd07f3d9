package io.lockstep.job;

import io.lockstep.testing.TestSpark;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Small files of each format with which nothing is wrong, to be damaged. */
final class SoundFiles {
    private final Path dir;
    private final Map<String, Path> byFormat = new LinkedHashMap<>();

    SoundFiles(Path dir, Random random) throws IOException {
        this.dir = dir;
        writeTables(random);
        writeIdx();
        writeImages(random);
    }

    /** An element of a folder is its only file or, of images, one of them. */
    Map<String, Path> byFormat() {
        return byFormat;
    }

    /** Columns id, a, b, kind and the classes y. */
    Path csv() {
        return byFormat.get("csv");
    }

    /** Where a mutant of a format goes, with what a sound file needs beside it. */
    Path mutantOf(String format) throws IOException {
        switch (format) {
            case "idx" -> {
                Files.copy(dir.resolve("sound-labels-idx1-ubyte"), dir.resolve("mutant-labels-idx1-ubyte"));
                return dir.resolve("mutant-images-idx3-ubyte");
            }
            case "png", "jpg" -> {
                Path root = dir.resolve("mutant-" + format);
                for (Path file : files(dir.resolve("sound-images"))) {
                    Path copy = root.resolve(dir.resolve("sound-images").relativize(file));
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
                return root.resolve("cat").resolve(byFormat.get(format).getFileName());
            }
            default -> {
                return dir.resolve("mutant." + format);
            }
        }
    }

    /** All files below a folder. */
    static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private void writeTables(Random random) throws IOException {
        StringBuilder csv = new StringBuilder("id,a,b,kind,y\n");
        StringBuilder svm = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            double a = random.nextGaussian();
            csv.append(String.format(
                    "r%d,%.3f,%d,%s,%s%n", i, a, random.nextInt(9), i % 3 == 0 ? "s" : "t", a > 0 ? "yes" : "no"));
            svm.append(String.format("%d 1:%.3f 3:%d%n", a > 0 ? 1 : 0, a, random.nextInt(9)));
        }
        byFormat.put("csv", Files.writeString(dir.resolve("sound.csv"), csv));
        byFormat.put("libsvm", Files.writeString(dir.resolve("sound.libsvm"), svm));
        byFormat.put(
                "csv.gz",
                Files.write(
                        dir.resolve("sound.csv.gz"),
                        Mutations.gzipped(csv.toString().getBytes(StandardCharsets.UTF_8))));
        for (String format : List.of("json", "parquet", "orc")) {
            Path folder = dir.resolve("sound-" + format);
            TestSpark.session()
                    .read()
                    .option("header", "true")
                    .option("inferSchema", "true")
                    .csv(byFormat.get("csv").toString())
                    .coalesce(1)
                    .write()
                    .format(format)
                    .save(folder.toString());
            try (Stream<Path> files = Files.list(folder)) {
                byFormat.put(
                        format,
                        Files.move(
                                files.filter(file -> file.toString().endsWith(format))
                                        .findFirst()
                                        .orElseThrow(),
                                dir.resolve("sound." + format)));
            }
        }
    }

    private void writeIdx() throws IOException {
        byte[] pixels = new byte[16 + 60 * 4];
        ByteBuffer.wrap(pixels).putInt(0x803).putInt(60).putInt(2).putInt(2);
        byte[] labels = new byte[8 + 60];
        ByteBuffer.wrap(labels).putInt(0x801).putInt(60);
        for (int i = 0; i < 60; i++) {
            labels[8 + i] = (byte) (i % 3);
            pixels[16 + 4 * i + i % 3] = (byte) 200;
        }
        byFormat.put("idx", Files.write(dir.resolve("sound-images-idx3-ubyte"), pixels));
        Files.write(dir.resolve("sound-labels-idx1-ubyte"), labels);
    }

    private void writeImages(Random random) throws IOException {
        for (int i = 0; i < 16; i++) {
            Path folder = Files.createDirectories(dir.resolve("sound-images").resolve(i % 2 == 0 ? "cat" : "dog"));
            BufferedImage image = new BufferedImage(6, 5, BufferedImage.TYPE_INT_RGB);
            IntStream.range(0, 30).forEach(p -> image.setRGB(p % 6, p / 6, random.nextInt()));
            ImageIO.write(
                    image,
                    i < 8 ? "png" : "jpg",
                    folder.resolve(i + (i < 8 ? ".png" : ".jpg")).toFile());
        }
        byFormat.put("png", dir.resolve("sound-images/cat/0.png"));
        byFormat.put("jpg", dir.resolve("sound-images/cat/8.jpg"));
    }
}
