package io.lockstep.job;

import io.lockstep.config.ConfigReader;
import io.lockstep.config.LockstepConfig;
import io.lockstep.error.ConfigException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which config a command is about. */
final class ConfigOptions {
    @Parameters(paramLabel = "CONF", description = "The config file (YAML).")
    private String file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Set a config key, e.g. --set training.epochs=5. May come several times.")
    private List<String> overrides = new ArrayList<>();

    @Option(
            names = "--date",
            paramLabel = "DAY",
            description = "The day that {date} in the data's paths means, as 2026-11-22. Default: today.")
    private String date;

    String path() {
        return file;
    }

    /**
     * The config.
     *
     * @throws io.lockstep.error.ConfigException if it has a mistake
     */
    LockstepConfig read(Configuration hadoop) {
        String text = Submission.config().orElseGet(() -> TextFiles.config(file, hadoop));
        return ConfigReader.read(text, file, overrides).at(day());
    }

    private LocalDate day() {
        try {
            return date == null ? LocalDate.now(ZoneId.systemDefault()) : LocalDate.parse(date);
        } catch (DateTimeParseException e) {
            throw new ConfigException("--date: expected a day such as 2026-11-22, found \"" + date + "\".", e);
        }
    }
}
