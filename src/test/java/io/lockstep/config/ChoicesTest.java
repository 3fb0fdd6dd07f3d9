package io.lockstep.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChoicesTest {
    // counted by hand
    @ParameterizedTest
    @CsvSource({
        "adm,adam,1",
        "epoch,epochs,1",
        "sgd,sgd,0",
        "amda,adam,2",
        "kitten,sitting,3",
        "ab,ba,1",
        "abcd,,4",
        "ca,abc,3"
    })
    void distanceCountsEditsAndSwaps(String a, String b, int expected) {
        String other = b == null ? "" : b;
        assertThat(Choices.distance(a, other)).isEqualTo(expected);
        assertThat(Choices.distance(other, a)).isEqualTo(expected);
    }

    @Test
    void aNameFartherThanAThirdOfItsLengthIsNoHint() {
        assertThat(Choices.nearest("lerning_rat", List.of("name", "learning_rate")))
                .hasValue("learning_rate");
        assertThat(Choices.nearest("speed", List.of("name", "learning_rate"))).isEmpty();
        assertThat(Choices.nearest("x".repeat(1_000_000), List.of("name"))).isEmpty();
    }
}
