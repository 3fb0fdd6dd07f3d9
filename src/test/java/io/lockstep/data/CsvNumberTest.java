package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CsvNumberTest {
    private static final String[] ODD = {
        "0",
        "-0",
        "+0",
        "-0.0",
        "007",
        "+5",
        "-5",
        "1.",
        ".5",
        ".",
        "-",
        "+",
        "--1",
        "1-",
        "1e",
        "1e+",
        "1e5",
        "1E-5",
        "1e+05",
        "e5",
        "1e22",
        "1e23",
        "1e-22",
        "1e-23",
        "1e309",
        "-1e309",
        "1e-400",
        "4.9e-324",
        "9007199254740992",
        "9007199254740993",
        "9007199254740993.0",
        "123456789012345678",
        "1234567890123456789",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "2147483647",
        "2147483648",
        "-2147483648",
        "-2147483649",
        "0.1",
        "0.30000000000000004",
        "2.2250738585072012e-308",
        "1.7976931348623157e308",
        "NaN",
        "Infinity",
        "-Infinity",
        "Inf",
        "nan",
        "1d",
        "1f",
        "1L",
        "0x10",
        "0x1p3",
        "1,5",
        "1 5",
        "1_000",
        "٣",
        "1٣",
        "00000000000000000000000001",
        "0.00000000000000000000000001",
        "12345678901234567890123",
        "99999999999999999999e-5",
        "1e99999",
        "1e-99999",
        "1e2147483648",
        "a",
        "true"
    };

    private final CsvNumber number = new CsvNumber();

    @Test
    void oddTextsAreTheNumbersThatJavaMakesOfThem() {
        for (String text : ODD) {
            requireAlike(text);
        }
    }

    @Test
    void randomNumbersAreThoseOfJavaToTheBit() {
        Random random = new Random(3);
        for (int i = 0; i < 40_000; i++) {
            double value = random.nextGaussian() * Math.pow(10, random.nextInt(60) - 30);
            String digits = Integer.toString(random.nextInt(18));
            requireAlike(
                    switch (i % 6) {
                        case 0 -> Double.toString(value);
                        case 1 -> Float.toString((float) value);
                        case 2 -> String.format(Locale.ROOT, "%." + digits + "f", random.nextGaussian() * 1000);
                        case 3 -> String.format(Locale.ROOT, "%." + digits + "e", value);
                        case 4 -> Long.toString(random.nextLong() >> random.nextInt(64));
                        default -> Double.toString(Double.longBitsToDouble(random.nextLong()));
                    });
        }
    }

    @Test
    void numbersHalfwayBetweenTwoDoublesGoToTheEvenOne() {
        Random random = new Random(4);
        for (int i = 0; i < 4_000; i++) {
            double value = ((1L << 52) | (random.nextLong() >>> 12)) * Math.pow(2, random.nextInt(18) - 12);
            BigDecimal half = new BigDecimal(value).add(new BigDecimal(Math.ulp(value)).divide(BigDecimal.valueOf(2)));
            requireAlike(half.toPlainString());
            requireAlike(half.toString());
            requireAlike(half.add(half.ulp()).toPlainString());
            requireAlike(half.subtract(half.ulp()).toPlainString());
        }
    }

    private void requireAlike(String text) {
        // cells lie in the middle of a line
        byte[] cell = text.getBytes(StandardCharsets.UTF_8);
        byte[] line = ("12" + text + "34").getBytes(StandardCharsets.UTF_8);
        int to = 2 + cell.length;
        OptionalLong whole = wholeOf(text);
        assertThat(number.isLong(line, 2, to)).as("%s is a long", text).isEqualTo(whole.isPresent());
        whole.ifPresent(expected -> assertThat(number.integer()).as(text).isEqualTo(expected));
        boolean fits = whole.isPresent() && (int) whole.getAsLong() == whole.getAsLong();
        assertThat(number.isInt(line, 2, to)).as("%s is an int", text).isEqualTo(fits);
        OptionalDouble real = realOf(text);
        assertThat(number.isDouble(line, 2, to)).as("%s is a double", text).isEqualTo(real.isPresent());
        real.ifPresent(expected -> assertThat(Double.doubleToRawLongBits(number.real()))
                .as(text)
                .isEqualTo(Double.doubleToRawLongBits(expected)));
    }

    private static OptionalLong wholeOf(String text) {
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static OptionalDouble realOf(String text) {
        try {
            return OptionalDouble.of(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }
}
