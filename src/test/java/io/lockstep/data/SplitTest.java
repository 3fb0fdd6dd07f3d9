package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.config.LockstepConfig;
import io.lockstep.error.DataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitTest {
    @TempDir
    private Path dir;

    private static LockstepConfig config(Path file, long seed, String... more) {
        List<String> data = new ArrayList<>(List.of("train: " + file, "label: y", "normalize: none"));
        data.addAll(List.of(more));
        return Sets.seeded(seed, "regression", data.toArray(String[]::new));
    }

    private static Set<List<Float>> rows(TrainingData data, DataRole role) {
        return data.has(role) ? new HashSet<>(Sets.stored(data.set(role), 1)) : new HashSet<>();
    }

    private static long examples(TrainingData data, DataRole role) {
        return data.has(role) ? data.set(role).examples() : 0;
    }

    private Path numbers(String name, int from, int to, int times) {
        List<String> lines = new ArrayList<>(List.of("x,y"));
        for (int i = from; i < to; i++) {
            for (int copy = 0; copy < times; copy++) {
                lines.add(i + "," + i % 5);
            }
        }
        return Sets.write(dir.resolve(name), lines.toArray(String[]::new));
    }

    @Test
    void fractionsAreThoseAskedForAndDuplicatesStayTogether() {
        Path file = numbers("double.csv", 0, 1000, 2);
        try (TrainingData data = Sets.prepare(config(file, 1, "split: { train: 0.6, dev: 0.3, test: 0.1 }"))) {
            // 4.5 standard deviations of a binomial of 1000 keys: √(1000·0.6·0.4) = 15.5, 14.5, 9.5; each key twice
            assertThat(data.set(DataRole.TRAIN).examples()).isCloseTo(1200, within(140L));
            assertThat(data.set(DataRole.DEV).examples()).isCloseTo(600, within(131L));
            assertThat(data.set(DataRole.TEST).examples()).isCloseTo(200, within(86L));
            Set<List<Float>> all = new HashSet<>();
            int distinct = 0;
            for (DataRole role : DataRole.values()) {
                Set<List<Float>> rows = rows(data, role);
                assertThat(examples(data, role)).isEqualTo(2L * rows.size());
                all.addAll(rows);
                distinct += rows.size();
            }
            assertThat(all).as("no row in two sets, none lost").hasSize(1000);
            assertThat(distinct).isEqualTo(1000);
        }
    }

    @Test
    void anExamplesPlaceStaysAsTheDataGrowsAndTheSeedChanges() {
        try (TrainingData small = Sets.prepare(config(numbers("small.csv", 0, 200, 1), 1));
                TrainingData large = Sets.prepare(config(numbers("large.csv", 0, 300, 1), 99))) {
            for (DataRole role : DataRole.values()) {
                assertThat(rows(large, role)).containsAll(rows(small, role));
            }
            assertThat(Sets.stored(large.set(DataRole.TRAIN), 1))
                    .as("but the seed changes the order")
                    .isNotEqualTo(Sets.stored(small.set(DataRole.TRAIN), 1));
        }
    }

    @Test
    void rowsWithTheSameKeyStayTogetherAndTheKeyIsNoFeature() {
        List<String> lines = new ArrayList<>(List.of("patient,x,y"));
        for (int i = 0; i < 200; i++) {
            lines.add("p" + i % 40 + "," + i % 40 + "," + i);
        }
        Path file = Sets.write(dir.resolve("patients.csv"), lines.toArray(String[]::new));
        try (TrainingData data = Sets.prepare(config(file, 1, "key: patient"))) {
            assertThat(data.features().slotNames()).containsExactly("x");
            Set<Float> seen = new HashSet<>();
            for (DataRole role : List.of(DataRole.TRAIN, DataRole.DEV, DataRole.TEST)) {
                Set<Float> patients = new HashSet<>();
                rows(data, role).forEach(row -> patients.add(row.get(0)));
                assertThat(data.set(role).examples()).isEqualTo(5L * patients.size());
                assertThat(seen).doesNotContainAnyElementsOf(patients);
                seen.addAll(patients);
            }
            assertThat(seen).hasSize(40);
        }
    }

    @Test
    void aFileWithoutAColumnOfTheKeyIsRefusedByItsRole() {
        Path train = Sets.write(dir.resolve("train.csv"), "patient,visit,x,y", "1,1,2,3", "2,1,4,5");
        Path whole = Sets.write(dir.resolve("whole.csv"), "patient,visit,x,y", "3,1,2,3");
        Path lacks = Sets.write(dir.resolve("lacks.csv"), "patient,x,y", "3,2,3");
        for (String role : List.of("dev", "test")) {
            String other = role.equals("dev") ? "test" : "dev";
            assertThatThrownBy(() -> Sets.prepare(
                            config(train, 1, "key: [patient, visit]", role + ": " + lacks, other + ": " + whole)))
                    .isInstanceOf(DataException.class)
                    .hasMessage("data.key: no column \"visit\" in the file of data." + role + ", " + lacks
                            + ". It has: patient, x, y. Add the column to that file, or leave it out of data.key.");
        }
        try (TrainingData data = Sets.prepare(config(train, 1, "key: [patient, visit]", "dev: " + whole))) {
            assertThat(data.set(DataRole.DEV).examples()).isEqualTo(1);
        }
    }

    @Test
    void aSetWithItsOwnFileTakesNothingOfTheTrainingFile() {
        Path own = numbers("own.csv", 1000, 1010, 1);
        try (TrainingData data =
                Sets.prepare(config(numbers("train.csv", 0, 100, 1), 1, "dev: " + own, "test: " + own))) {
            assertThat(data.set(DataRole.TRAIN).examples()).isEqualTo(100);
            assertThat(data.set(DataRole.DEV).examples()).isEqualTo(10);
            assertThat(rows(data, DataRole.TEST)).isEqualTo(rows(data, DataRole.DEV));
        }
    }

    @Test
    void aTrainDevSetIsCutOutOfTheTrainingRowsAloneAndALargerOneHoldsTheSmaller() {
        Path file = numbers("aside.csv", 0, 1000, 1);
        String split = "split: { train: 0.6, dev: 0.3, test: 0.1 }";
        Map<Double, Set<List<Float>>> aside = new TreeMap<>();
        try (TrainingData whole = Sets.prepare(config(file, 1, split))) {
            for (double fraction : List.of(0.2, 0.5)) {
                String cut = split.replace("}", ", train_dev: " + fraction + " }");
                try (TrainingData data = Sets.prepare(config(file, 1, cut))) {
                    assertThat(rows(data, DataRole.DEV)).isEqualTo(rows(whole, DataRole.DEV));
                    assertThat(rows(data, DataRole.TEST)).isEqualTo(rows(whole, DataRole.TEST));
                    Set<List<Float>> set = rows(data, DataRole.TRAIN_DEV);
                    assertThat(rows(data, DataRole.TRAIN)).doesNotContainAnyElementsOf(set);
                    aside.put(fraction, new HashSet<>(set));
                    set.addAll(rows(data, DataRole.TRAIN));
                    assertThat(set).isEqualTo(rows(whole, DataRole.TRAIN));
                }
            }
        }
        // 4.5 standard deviations of a binomial of 1000 keys: √(1000·0.12·0.88) = 10.3
        assertThat(aside.get(0.2)).hasSizeBetween(74, 166);
        assertThat(aside.get(0.5)).containsAll(aside.get(0.2));
    }

    @Test
    void theBordersOfTheFractionsBelongToTheRightSet() {
        long below = (1L << 63) - 1; // just under one half, as an unsigned number
        Splitter halves = Splitter.byFractions(0.5, 0, 0.5);
        assertThat(halves.role(below)).isEqualTo(DataRole.TRAIN);
        assertThat(halves.role(1L << 63)).isEqualTo(DataRole.TEST);
        assertThat(halves.role(-1L)).isEqualTo(DataRole.TEST);
        Splitter noTest = Splitter.byFractions(0.7, 0.3, 0);
        assertThat(noTest.role(0)).isEqualTo(DataRole.TRAIN);
        assertThat(noTest.role(-1L)).isEqualTo(DataRole.DEV);
        Splitter onlyTrain = Splitter.byFractions(0.7, 0, 0);
        assertThat(onlyTrain.role(-1L)).isEqualTo(DataRole.TRAIN);
        Splitter aside = Splitter.byFractions(1, 0, 0).settingAside(0.5);
        assertThat(aside.role(below)).isEqualTo(DataRole.TRAIN);
        assertThat(aside.role(1L << 63)).isEqualTo(DataRole.TRAIN_DEV);
        assertThat(aside.role(-1L)).isEqualTo(DataRole.TRAIN_DEV);
        for (DataRole role : DataRole.values()) {
            assertThat(Splitter.all(role).role(0)).isEqualTo(role);
            assertThat(Splitter.all(role).role(-1L)).isEqualTo(role);
        }
    }
}
