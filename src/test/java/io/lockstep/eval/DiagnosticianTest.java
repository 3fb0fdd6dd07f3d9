package io.lockstep.eval;

import static io.lockstep.data.DataRole.DEV;
import static io.lockstep.data.DataRole.TEST;
import static io.lockstep.data.DataRole.TRAIN;
import static io.lockstep.data.DataRole.TRAIN_DEV;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.config.ConfigReader;
import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.eval.Diagnosis.Finding;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The oracle is the notes' table of bias and variance, and its recipe. */
class DiagnosticianTest {
    private static final long ROWS = 10_000;

    private static LockstepConfig config(String... lines) {
        return ConfigReader.read(
                "name: test\ntask: classification\ndata: { train: t.csv, label: y }\n"
                        + "network: [ { dense: 30 }, { dense: 10 } ]\n"
                        + String.join("\n", lines) + "\n",
                "test.yaml",
                List.of());
    }

    private static SetError error(double error) {
        return new SetError(error, SetError.ofShare(error, ROWS), Optional.empty());
    }

    private static SetError error(double error, double sureAndWrong) {
        return new SetError(
                error, SetError.ofShare(error, ROWS), Optional.of(new SetError.Surest(ROWS / 2, sureAndWrong)));
    }

    private static Diagnosis diagnose(LockstepConfig config, Map<DataRole, SetError> sets) {
        return new Diagnostician(config).diagnose(sets, Map.of(), Ending.SETTLED);
    }

    @ParameterizedTest
    @CsvSource({
        "0.01, 0.11, 0, high variance",
        "0.15, 0.16, 0, high bias",
        "0.15, 0.30, 0, 'high bias, high variance'",
        "0.005, 0.01, 0, neither high bias nor high variance",
        "0.15, 0.16, 0.15, neither high bias nor high variance",
        "0.15, 0.30, 0.15, high variance",
    })
    void theNotesTableIsReadAsTheNotesDo(double train, double dev, double bayes, String verdict) {
        LockstepConfig config = config("training: { bayes_error: " + bayes + " }");
        assertThat(diagnose(config, Map.of(TRAIN, error(train), DEV, error(dev)))
                        .verdict())
                .isEqualTo(verdict);
    }

    @Test
    void aGapThatChanceMakesIsNoVariance() {
        // 3 of 60 against 1 of 60 wrong: a difference of 0.033 with a standard error of 0.033
        SetError few = new SetError(3 / 60.0, SetError.ofShare(3 / 60.0, 60), Optional.empty());
        SetError fewer = new SetError(1 / 60.0, SetError.ofShare(1 / 60.0, 60), Optional.empty());
        assertThat(diagnose(config(), Map.of(TRAIN, fewer, DEV, few)).findings())
                .isEmpty();
        SetError many = new SetError(3 / 60.0, SetError.ofShare(3 / 60.0, 6000), Optional.empty());
        SetError lessMany = new SetError(1 / 60.0, SetError.ofShare(1 / 60.0, 6000), Optional.empty());
        assertThat(diagnose(config(), Map.of(TRAIN, lessMany, DEV, many)).findings())
                .containsExactly(Finding.HIGH_VARIANCE);
    }

    @Test
    void aTrainDevSetTellsVarianceFromMismatch() {
        Diagnosis variance = diagnose(config(), Map.of(TRAIN, error(0.01), TRAIN_DEV, error(0.09), DEV, error(0.1)));
        assertThat(variance.findings()).containsExactly(Finding.HIGH_VARIANCE);
        Diagnosis mismatch = diagnose(config(), Map.of(TRAIN, error(0.01), TRAIN_DEV, error(0.015), DEV, error(0.1)));
        assertThat(mismatch.findings()).containsExactly(Finding.MISMATCH);
        Diagnosis both = diagnose(config(), Map.of(TRAIN, error(0.01), TRAIN_DEV, error(0.06), DEV, error(0.1)));
        assertThat(both.findings()).containsExactly(Finding.HIGH_VARIANCE, Finding.MISMATCH);
        assertThat(both.parts())
                .extracting(Diagnosis.Part::name)
                .containsExactly("avoidable bias", "variance", "mismatch");
        assertThat(both.parts().stream().mapToDouble(Diagnosis.Part::size).sum())
                .as("the parts add up to dev's error")
                .isCloseTo(0.1, within(1e-12));
    }

    @Test
    void withoutTrainDevAShiftedFeatureExplainsTheGapAndIsNamed() {
        Diagnosis diagnosis = new Diagnostician(config())
                .diagnose(Map.of(TRAIN, error(0.01), DEV, error(0.1)), Map.of(DEV, "income (PSI 3.1)"), Ending.SETTLED);
        assertThat(diagnosis.findings()).containsExactly(Finding.MISMATCH);
        assertThat(diagnosis.sentences()).anyMatch(sentence -> sentence.contains("income (PSI 3.1)"));
        assertThat(diagnosis.next().get(0)).contains("income (PSI 3.1)");
    }

    @Test
    void aShiftThatCostsNothingIsNoFinding() {
        assertThat(new Diagnostician(config())
                        .diagnose(Map.of(TRAIN, error(0.01), DEV, error(0.012)), Map.of(DEV, "x"), Ending.SETTLED)
                        .findings())
                .isEmpty();
    }

    @Test
    void sureMistakesInOneSetAloneMakeItsLabelsSuspect() {
        SetError sound = error(0.02, 0.004);
        SetError mislabelled = error(0.12, 0.1);
        Diagnosis test = diagnose(config(), Map.of(TRAIN, error(0.01), DEV, sound, TEST, mislabelled));
        assertThat(test.findings()).containsExactly(Finding.SUSPECT_LABELS);
        assertThat(test.sentences())
                .anyMatch(sentence -> sentence.startsWith("Suspect labels in test: 12.0 % on test, 2.0 % on dev;")
                        && sentence.endsWith("10.0 % are wrong in test, 0.40 % in dev."));
        assertThat(diagnose(config(), Map.of(TRAIN, error(0.01), DEV, mislabelled, TEST, sound))
                        .findings())
                .contains(Finding.SUSPECT_LABELS);
        assertThat(diagnose(config(), Map.of(TRAIN, error(0.01), DEV, sound, TEST, error(0.12, 0.006)))
                        .findings())
                .as("mistakes that it is not sure of")
                .containsExactly(Finding.OVERFITTED_DEV);
    }

    @Test
    void adviceComesInTheRecipesOrderAndKnowsTheConfig() {
        LockstepConfig config = config("training: { l2: 0.3, epochs: 7, early_stopping: null }", "input_dropout: 0.1");
        List<String> next = new Diagnostician(config)
                .diagnose(Map.of(TRAIN, error(0.15), DEV, error(0.3)), Map.of(), Ending.STILL_IMPROVING)
                .next();
        assertThat(next.get(0)).contains("bigger network").contains("30-10");
        assertThat(next.get(1)).contains("longer").contains("7 epochs").contains("training.epochs");
        assertThat(next.get(2)).contains("training.l2 is 0.3").contains("dropout is up to 0.1");
        assertThat(next.get(4)).contains("more training data");
        assertThat(next.get(5)).contains("raise training.l2 (0.3)").contains("early_stopping");
    }

    @Test
    void withoutDevTheTestSetTellsVarianceAndWithoutBothNothingDoes() {
        assertThat(diagnose(config(), Map.of(TRAIN, error(0.01), TEST, error(0.2)))
                        .findings())
                .containsExactly(Finding.HIGH_VARIANCE);
        Diagnosis blind = diagnose(config(), Map.of(TRAIN, error(0.01)));
        assertThat(blind.findings()).isEmpty();
        assertThat(blind.next()).singleElement().asString().contains("dev set");
        assertThatIllegalArgumentException().isThrownBy(() -> diagnose(config(), Map.of(DEV, error(0.1))));
    }

    @Test
    void aTrainErrorBelowTheLeastPossibleIsSaid() {
        assertThat(diagnose(config("training: { bayes_error: 0.1 }"), Map.of(TRAIN, error(0.01), DEV, error(0.012)))
                        .sentences()
                        .get(0))
                .contains("either bayes_error is set too high");
    }
}
