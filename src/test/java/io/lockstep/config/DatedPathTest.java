package io.lockstep.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatedPathTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            logs/{date}/*.parquet                | logs/2026-03-01/*.parquet
            logs/{date-1}.csv                    | logs/2026-02-28.csv
            logs/{date+1}.csv                    | logs/2026-03-02.csv
            logs/{date:yyyy/MM/dd}/part-*        | logs/2026/03/01/part-*
            logs/{date-2..date}                  | logs/{2026-02-27,2026-02-28,2026-03-01}
            logs/{date-2..date-1:yyyyMMdd}.csv   | logs/{20260227,20260228}.csv
            logs/{date-3..date:yyyy-MM}/*        | logs/{2026-02,2026-03}/*
            logs/{date-0..date}                  | logs/2026-03-01
            a/{date}/{date:D}                    | a/2026-03-01/60
            logs/{dates,date}/x                  | logs/{dates,date}/x
            logs/[ab]{x,y}/date                  | logs/[ab]{x,y}/date
            """)
    void aPlaceholderBecomesTheDaysThatItNames(String path, String expected) {
        assertThat(DatedPath.mistake(path)).isEmpty();
        assertThat(DatedPath.at(path, LocalDate.of(2026, 3, 1))).isEqualTo(expected);
    }

    @Test
    void onlyThePathsOfAConfigChangeWithTheDay() {
        LockstepConfig config = ConfigReader.read("""
                task: regression
                data: { train: "t/{date}.csv", dev: "d/{date}.csv", test: "e/{date-1}.csv", label: y }
                retrain: { keep: 3 }
                registry: r
                """, "c.yaml", List.of());
        LockstepConfig dated = config.at(LocalDate.of(2026, 1, 1));
        assertThat(dated.data().train()).isEqualTo("t/2026-01-01.csv");
        assertThat(dated.data().dev()).hasValue("d/2026-01-01.csv");
        assertThat(dated.data().test()).hasValue("e/2025-12-31.csv");
        var expected = ConfigWriter.toMap(config);
        var found = ConfigWriter.toMap(dated);
        for (String key : List.of("train", "dev", "test")) {
            ((java.util.Map<?, ?>) expected.get("data")).remove(key);
            ((java.util.Map<?, ?>) found.get("data")).remove(key);
        }
        assertThat(found).isEqualTo(expected);
    }
}
