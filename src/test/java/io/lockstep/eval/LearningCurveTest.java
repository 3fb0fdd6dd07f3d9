package io.lockstep.eval;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.eval.LearningCurve.Point;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The oracle is arithmetic. */
class LearningCurveTest {
    private static Point point(long examples, double unseen, double standardError) {
        return new Point(
                examples,
                new SetError(0.01, 0.001, Optional.empty()),
                new SetError(unseen, standardError, Optional.empty()));
    }

    @Test
    void errorsThatFallWithTheRowsAskForMoreOfThem() {
        // given in any order; from 0.12 to 0.08 with twice the rows, so to 0.08·0.08/0.12 with twice as many again
        LearningCurve curve = new LearningCurve(
                "dev", List.of(point(2000, 0.08, 0.004), point(500, 0.2, 0.01), point(1000, 0.12, 0.005)));
        assertThat(curve.moreDataHelps()).isTrue();
        assertThat(curve.sentence())
                .isEqualTo(
                        "More data helps: 12.0 % on dev with 1,000 training rows, 8.0 % with 2,000; should it go on like"
                                + " that, 5.3 % with 4,000.");
        assertThat(curve.points()).extracting(Point::examples).containsExactly(500L, 1000L, 2000L);
    }

    @Test
    void whatChanceMayHaveMadeIsNoGain() {
        assertThat(new LearningCurve("dev", List.of(point(1000, 0.12, 0.03), point(2000, 0.08, 0.03))).moreDataHelps())
                .isFalse();
        assertThat(new LearningCurve("dev", List.of(point(1000, 0.120, 0.0001), point(2000, 0.118, 0.0001)))
                        .moreDataHelps())
                .as("a sure gain that is not worth the rows")
                .isFalse();
        assertThat(new LearningCurve("dev", List.of(point(1000, 0.08, 0.001), point(2000, 0.12, 0.001))).sentence())
                .startsWith("More data would hardly help: 8.0 % on dev");
    }

    @Test
    void onePointTellsNothing() {
        LearningCurve curve = new LearningCurve("dev", List.of(point(10, 0.1, 0)));
        assertThat(curve.moreDataHelps()).isFalse();
        assertThat(curve.sentence()).contains("too few points");
    }
}
