package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.error.DataException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scala.util.hashing.MurmurHash3$;

class HashingTest {
    @TempDir
    private Path dir;

    /** By Scala's implementation of the same hash. */
    private static int bucket(String text, int buckets) {
        return Math.floorMod(MurmurHash3$.MODULE$.bytesHash(text.getBytes(StandardCharsets.UTF_8), 42), buckets);
    }

    @Test
    void theFeatureIsMurmurHash3OfTheTextModuloTheWidth() {
        for (String text : List.of("", "a", "ab", "abc", "abcd", "abcde", "Größe", "😀", "a b", "-", "+x", "0x1F")) {
            for (int buckets : new int[] {2, 7, 1024, 65_536}) {
                assertThat(HashedLevels.index(text, buckets)).as(text).isEqualTo(bucket(text, buckets));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "7, 7",
        "7.0, 7",
        "007, 7",
        "+7, 7",
        "' 7 ', 7",
        "7e0, 7",
        "-0, 0",
        "0.10, 0.1",
        ".5, 0.5",
        "1.5E3, 1500",
        "9007199254740993, 9007199254740993",
        "1e999999999, 1e999999999",
        "12a, 12a",
        "1e, 1e",
        "x, x"
    })
    void aNumberIsOneValueHoweverItIsWritten(String written, String plain) {
        assertThat(HashedLevels.plain(written)).isEqualTo(plain);
    }

    @Test
    void anyNumberOfLevelsFitsTheWidth() {
        String[] lines = Stream.concat(
                        Stream.of("c,y"), IntStream.range(0, 12_000).mapToObj(i -> "level " + i + "," + i))
                .toArray(String[]::new);
        Path train = Sets.write(dir.resolve("t.csv"), lines);
        assertThatThrownBy(() -> Sets.prepare(Sets.allForTraining(train)))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("column \"c\": more than 10000 different texts;")
                .hasMessageEndingWith("If it is a category, hash it: data.hashing: { c: 256 }.");
        try (TrainingData data = Sets.prepare(Sets.allForTraining(train, "hashing: { c: 32 }", "normalize: none"))) {
            int[] rows = new int[32];
            for (List<Float> example : Sets.stored(data.set(DataRole.TRAIN), 1)) {
                int expected = bucket("level " + example.get(32).intValue(), 32);
                for (int i = 0; i < 32; i++) {
                    assertThat(example.get(i)).isEqualTo(i == expected ? 1 : 0);
                }
                rows[expected]++;
            }
            // 375 expected in each, standard deviation 19
            assertThat(IntStream.of(rows)).allMatch(count -> count > 250 && count < 500);
        }
    }

    @Test
    void numbersAndTextsOfOneValueShareAFeatureAndAGapHasItsOwn() {
        StructType schema = new StructType().add("c", DataTypes.DoubleType).add("y", DataTypes.IntegerType);
        Path train = dir.resolve("t.parquet");
        Sets.table(
                        List.of(RowFactory.create(7.0, 1), RowFactory.create(Double.NaN, 2), RowFactory.create(2.5, 3)),
                        schema,
                        1)
                .write()
                .parquet(train.toString());
        Path dev = Sets.write(dir.resolve("d.csv"), "c,y", "007,4", "A1,5", ",6", "2.50,7");
        try (TrainingData data = Sets.prepare(
                Sets.allForTraining(train, "dev: " + dev, "hashing: { c: 5 }", "missing: impute", "normalize: none"))) {
            assertThat(data.features().slotNames()).containsExactly("c#0", "c#1", "c#2", "c#3", "c#4", "c is missing");
            for (DataRole role : List.of(DataRole.TRAIN, DataRole.DEV)) {
                for (List<Float> example : Sets.stored(data.set(role), 1)) {
                    int expected =
                            switch (example.get(6).intValue()) {
                                case 1, 4 -> bucket("7", 5);
                                case 3, 7 -> bucket("2.5", 5);
                                case 5 -> bucket("A1", 5);
                                default -> 5;
                            };
                    for (int i = 0; i < 6; i++) {
                        assertThat(example.get(i)).isEqualTo(i == expected ? 1 : 0);
                    }
                }
            }
        }
        assertThatThrownBy(() -> Sets.prepare(Sets.allForTraining(train, "hashing: { c: 5 }")))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("column \"c\": expected a value, found NaN, which is none (data.missing: error;");
    }

    @Test
    void aColumnOfManyLevelsIsToldOf() {
        String[] lines = Stream.concat(Stream.of("c,y"), IntStream.range(0, 600).mapToObj(i -> "level " + i + "," + i))
                .toArray(String[]::new);
        try (TrainingData data = Sets.prepare(Sets.allForTraining(Sets.write(dir.resolve("t.csv"), lines)))) {
            assertThat(data.warnings())
                    .containsExactly("Categories of more than 500 levels become as many features: c. data.hashing: { c:"
                            + " 64 } would make 64 of them.");
        }
    }

    @Test
    void aVectorIsNoCategory() {
        StructType schema = new StructType()
                .add("v", DataTypes.createArrayType(DataTypes.DoubleType))
                .add("y", DataTypes.IntegerType);
        Path train = dir.resolve("v.parquet");
        Sets.table(List.of(RowFactory.create(new double[] {1, 2}, 1)), schema, 1)
                .write()
                .parquet(train.toString());
        assertThatThrownBy(() -> Sets.prepare(Sets.allForTraining(train, "hashing: { v: 8 }")))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "column \"v\": expected text, numbers or dates for a category, found vectors. Take it out of"
                                + " data.categorical and data.hashing.");
    }
}
