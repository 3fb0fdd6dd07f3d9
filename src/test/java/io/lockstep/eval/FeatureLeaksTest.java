package io.lockstep.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FeatureLeaksTest {
    private static final int N = 400;
    private static final FeatureSchema NUMBER = new FeatureSchema(List.of(new FeatureColumn.Numeric("f")));

    private final Random random = new Random(4);

    private static List<FeatureLeaks.Leak> find(float[] x, float[] y, int classes) {
        return FeatureLeaks.find(NUMBER, x, List.of("y"), y, y.length, classes);
    }

    /** The share of pairs of a 0 and a 1 that stand in the right order, ties counting half: the AUC's definition. */
    private static double pairs(float[] x, float[] y) {
        double right = 0;
        long all = 0;
        for (int i = 0; i < y.length; i++) {
            for (int j = 0; j < y.length; j++) {
                if (y[i] == 0 && y[j] == 1) {
                    all++;
                    right += x[i] < x[j] ? 1 : x[i] == x[j] ? 0.5 : 0;
                }
            }
        }
        return right / all;
    }

    @Test
    void theAreaUnderTheCurveIsTheShareOfPairsInOrder() {
        float[] x = new float[N];
        float[] y = new float[N];
        for (int j = 0; j < N; j++) {
            y[j] = j % 2;
            // values in steps, so that there are ties
            x[j] = Math.round(20 * random.nextFloat()) + (y[j] == 1 ? 19.6f : 0);
        }
        x[0] = 20;
        x[1] = 20;
        double auc = pairs(x, y);
        assertThat(auc).isBetween(0.999, 0.99999);
        assertThat(find(x, y, 2)).singleElement().satisfies(leak -> {
            assertThat(leak.measure()).isEqualTo("AUC");
            assertThat(leak.value()).isCloseTo(auc, within(1e-12));
        });
        for (int j = 0; j < N; j++) {
            x[j] = -x[j];
        }
        assertThat(find(x, y, 2)).as("upside down it tells as much").hasSize(1);
    }

    @Test
    void aGoodFeatureIsNoLeak() {
        float[] x = new float[N];
        float[] y = new float[N];
        for (int j = 0; j < N; j++) {
            y[j] = j % 2;
            x[j] = (float) (random.nextGaussian() + 3 * y[j]);
        }
        assertThat(pairs(x, y)).isBetween(0.96, 0.998);
        assertThat(find(x, y, 2)).isEmpty();
        for (int j = 0; j < N; j++) {
            y[j] = (float) (x[j] + 0.1 * random.nextGaussian());
        }
        assertThat(find(x, y, 0)).as("|r| near 0.998").isEmpty();
    }

    @Test
    void aCodeOfTheClassLeaksAmongManyClasses() {
        float[] x = new float[N];
        float[] y = new float[N];
        for (int j = 0; j < N; j++) {
            y[j] = random.nextInt(5);
            x[j] = (y[j] * 3 + 2) % 5;
        }
        assertThat(find(x, y, 5)).hasSize(1);
        for (int j = 0; j < N; j++) {
            // the first class alone is told apart
            x[j] = y[j] == 0 ? -5 : random.nextFloat();
        }
        assertThat(find(x, y, 5)).isEmpty();
    }

    @Test
    void aMonotoneImageOfTheTargetLeaks() {
        float[] x = new float[N];
        float[] y = new float[N];
        for (int j = 0; j < N; j++) {
            y[j] = (float) random.nextGaussian();
            x[j] = (float) Math.exp(3 * y[j]);
        }
        assertThat(find(x, y, 0)).singleElement().satisfies(leak -> assertThat(leak.measure())
                .isEqualTo("rank correlation"));
        for (int j = 0; j < N; j++) {
            x[j] = 5 - 2 * y[j];
        }
        assertThat(find(x, y, 0)).singleElement().satisfies(leak -> assertThat(leak.measure())
                .isEqualTo("|r|"));
    }

    @Test
    void aCategoryWhoseLevelsAreClassesLeaksNormalizedOrNot() {
        FeatureSchema schema = new FeatureSchema(List.of(
                new FeatureColumn.Numeric("noise"),
                new FeatureColumn.Categorical("told", List.of("a", "b", "c")),
                new FeatureColumn.Categorical("free", List.of("a", "b"))));
        for (float shift : new float[] {0, 0.4f}) {
            float[] x = new float[N * 6];
            float[] y = new float[N];
            for (int j = 0; j < N; j++) {
                int level = random.nextInt(3);
                y[j] = level == 1 ? 1 : 0;
                x[j * 6] = random.nextFloat();
                for (int i = 0; i < 3; i++) {
                    x[j * 6 + 1 + i] = (i == level ? 1 : 0) - shift;
                }
                x[j * 6 + 4 + random.nextInt(2)] = 1;
            }
            assertThat(FeatureLeaks.find(schema, x, List.of("y"), y, N, 2))
                    .extracting(FeatureLeaks.Leak::column)
                    .containsExactly("told");
        }
    }

    @Test
    void eachOfSeveralLabelsIsLookedAt() {
        float[] x = new float[N];
        float[] y = new float[3 * N];
        for (int j = 0; j < N; j++) {
            x[j] = random.nextFloat();
            y[3 * j] = random.nextInt(2);
            y[3 * j + 1] = x[j] > 0.7f ? 1 : 0;
            y[3 * j + 2] = random.nextInt(2);
        }
        assertThat(FeatureLeaks.find(NUMBER, x, List.of("p", "q", "r"), y, N, 2))
                .containsExactly(new FeatureLeaks.Leak("f", "q", "AUC", 1));
    }

    @Test
    void aLabelThatHardlyVariesIsToldByNothing() {
        float[] x = new float[2000];
        float[] y = new float[2000];
        for (int j = 0; j < 2000; j++) {
            x[j] = random.nextFloat();
        }
        y[7] = 1;
        assertThat(find(x, y, 2)).isEmpty();
        assertThat(find(x, y, 3)).isEmpty();
    }
}
