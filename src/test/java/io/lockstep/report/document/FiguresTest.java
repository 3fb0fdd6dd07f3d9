package io.lockstep.report.document;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|0", "1|1.000", "-1|-1.000", "0.04357|0.04357", "0.00084361|0.0008436", "0.0000665|6.65e-05",
                "21333.29|21,333", "9999.6|10,000", "999.96|1,000.0", "1234.56|1,235", "0.1|0.1000", "0.5|0.5000",
                "1e12|1.00e+12", "-12.5|-12.50", "NaN|NaN"
            })
    void numbersHaveFourDigits(double value, String text) {
        assertThat(Figures.number(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|0 %",
                "1|100 %",
                "0.29|29 %",
                "0.98723|98.72 %",
                "0.999999|99.9999 %",
                "0.000012|0.0012 %",
                "0.5|50 %"
            })
    void sharesArePercentAndNearlyAllIsNotAll(double share, String text) {
        assertThat(Figures.percent(share).replace('\u00A0', ' ')).isEqualTo(text);
    }

    @Test
    void endsOfAnIntervalHaveAsManyDigits() {
        assertThat(Figures.percents(0.98, 0.99).replace('\u00A0', ' ')).isEqualTo("98 – 99 %");
        assertThat(Figures.percents(0.98, 0.999978).replace('\u00A0', ' ')).isEqualTo("98.00 – 100.00 %");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|0.00 s",
                "0.0723|0.07 s",
                "47.31|47.3 s",
                "181|3 min 1 s",
                "3599.6|60 min 0 s",
                "7500|2 h 5 min",
                "1054800|12 d 5 h"
            })
    void timesAreInTheirTwoLargestUnits(double seconds, String text) {
        assertThat(Figures.duration(seconds).replace('\u00A0', ' ')).isEqualTo(text);
    }

    @Test
    void aLongTrainingIsThinnedOutAndKeepsItsEndsAndTheBestEpoch() {
        ModelResults results = new ModelResults(Reports.regression("houses", "price"), Reports.regression(12_346));
        Epochs epochs = new Epochs(results);
        String shown = epochs.shown().stream()
                .map(epoch -> epoch.get("epoch").asText())
                .collect(Collectors.joining(" "));
        assertThat(epochs.shown()).hasSizeLessThan(503);
        assertThat(shown).startsWith("1 26 51 ").endsWith(" 12345 12346");
        assertThat(epochs.marks()).singleElement().satisfies(mark -> assertThat(mark.x())
                .isEqualTo(12_345));
    }
}
