package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.optim.Schedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LearningRateTest {
    // worked out by hand; the last step of the warm-up runs at the full rate
    @ParameterizedTest
    @CsvSource({"1,0,0.025", "1,3,0.1", "1,7,0.2", "2,3,0.3", "2,7,0.4", "3,0,0.4", "9,7,0.4"})
    void warmUpRisesByStepsToTheFullRate(int epoch, int step, double alpha) {
        LearningRate rate = new LearningRate(0.4, new Schedule.Constant(), 2, 10);
        assertThat(rate.at(epoch, step, 8)).isCloseTo(alpha, within(1e-15));
    }

    @Test
    void warmUpMayEndWithinAnEpoch() {
        LearningRate rate = new LearningRate(1, new Schedule.Constant(), 0.5, 10);
        assertThat(rate.at(1, 0, 4)).isEqualTo(0.5);
        assertThat(rate.at(1, 1, 4)).isEqualTo(1);
        assertThat(rate.at(1, 3, 4)).isEqualTo(1);
    }

    @Test
    void warmUpMultipliesTheSchedule() {
        LearningRate rate = new LearningRate(0.8, new Schedule.Exponential(0.5), 4, 10);
        assertThat(rate.at(2, 1, 2)).isCloseTo(0.8 * 0.5 * 0.5, within(1e-15));
        assertThat(rate.at(5, 0, 2)).isCloseTo(0.8 / 16, within(1e-15));
    }

    @Test
    void epochsBeyondTheSchedulesEndRunAtItsLastRate() {
        LearningRate rate = new LearningRate(1, new Schedule.Cosine(0), 0, 4);
        // (1 + cos 135°)/2
        assertThat(rate.at(4, 0, 1)).isCloseTo(0.1464466, within(1e-7));
        assertThat(rate.at(6, 0, 1)).isEqualTo(rate.at(4, 0, 1));
    }
}
