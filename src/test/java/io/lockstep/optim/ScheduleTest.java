package io.lockstep.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScheduleTest {

    /** Worked out by hand, for a training of 10 epochs. */
    static List<Point> points() {
        return List.of(
                new Point(new Schedule.Constant(), 1, 1),
                new Point(new Schedule.Constant(), 10, 1),
                new Point(new Schedule.InverseTime(1), 1, 1),
                new Point(new Schedule.InverseTime(1), 2, 0.5),
                new Point(new Schedule.InverseTime(0.5), 9, 0.2),
                new Point(new Schedule.Exponential(0.95), 1, 1),
                new Point(new Schedule.Exponential(0.95), 3, 0.9025),
                new Point(new Schedule.InverseSqrt(1), 1, 1),
                new Point(new Schedule.InverseSqrt(2), 1, 2),
                new Point(new Schedule.InverseSqrt(1), 4, 0.5),
                new Point(new Schedule.InverseSqrt(0.6), 9, 0.2),
                new Point(new Schedule.Step(3, 0.1), 1, 1),
                new Point(new Schedule.Step(3, 0.1), 3, 1),
                new Point(new Schedule.Step(3, 0.1), 4, 0.1),
                new Point(new Schedule.Step(3, 0.1), 7, 0.01),
                new Point(new Schedule.Cosine(0), 1, 1),
                new Point(new Schedule.Cosine(0), 6, 0.5),
                new Point(new Schedule.Cosine(0.2), 1, 1),
                new Point(new Schedule.Cosine(0.2), 6, 0.6),
                // (1 + cos 36°)/2 = (1 + 0.809017)/2
                new Point(new Schedule.Cosine(0), 3, 0.9045085));
    }

    record Point(Schedule schedule, int epoch, double factor) {}

    @ParameterizedTest
    @MethodSource("points")
    void theFactorIsTheFormulas(Point point) {
        // the points have seven digits
        assertThat(point.schedule().factor(point.epoch(), 10)).isCloseTo(point.factor(), within(1e-7));
    }
}
