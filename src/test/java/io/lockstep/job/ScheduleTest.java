package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code jobs/schedule}: what calls retrain by the clock, and what it makes of the exit codes. */
class ScheduleTest {
    private static final Path SCHEDULE = Path.of("jobs/schedule").toAbsolutePath();
    private static final Pattern INSTALLED = Pattern.compile("/opt/lockstep/([\\w./-]+)");

    @TempDir
    Path directory;

    private record Ended(int code, String printed) {}

    private Ended run(Map<String, String> environment, String... command) throws IOException, InterruptedException {
        Path printed = directory.resolve("printed");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Ended(process.exitValue(), Files.readString(printed));
    }

    private boolean has(String tool) throws IOException, InterruptedException {
        return run(Map.of(), "sh", "-c", "command -v " + tool).code() == 0;
    }

    @ParameterizedTest
    @CsvSource({
        "0,0,the challenger is the champion now",
        "10,0,the champion is kept",
        "2,2,refused",
        "3,3,data",
        "4,4,diverged",
        "1,1,failed with exit code 1",
        "137,137,failed with exit code 137"
    })
    void nightlyMakesAKeptChampionASuccessAndLeavesEveryFailureOne(int code, int expected, String said)
            throws IOException, InterruptedException {
        Path fake = Files.writeString(directory.resolve("fake.sh"), "echo \"called with $*\"\nexit " + code + "\n");
        Ended ended = run(
                Map.of("LOCKSTEP_RETRAIN", "bash " + fake),
                SCHEDULE.resolve("nightly.sh").toString(),
                "my conf.yaml",
                "--date",
                "2026-11-22");
        assertThat(ended.code()).isEqualTo(expected);
        assertThat(ended.printed())
                .contains("called with my conf.yaml --date 2026-11-22", "retrain my conf.yaml: ", said);
    }

    @Test
    void nightlyWithoutAConfigIsAMistakeInUsage() throws IOException, InterruptedException {
        Ended ended = run(Map.of(), SCHEDULE.resolve("nightly.sh").toString());
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.printed()).contains("usage: ");
    }

    @Test
    void everyFileCallsWhatThereIs() throws IOException {
        for (String name :
                List.of("crontab", "lockstep-retrain@.service", "airflow_dag.py", "kubernetes-cronjob.yaml")) {
            Matcher called = INSTALLED.matcher(Files.readString(SCHEDULE.resolve(name)));
            boolean retrains = false;
            while (called.find()) {
                assertThat(Path.of(called.group(1))).as(name).exists();
                retrains |= called.group(1).matches("jobs/retrain.sh|jobs/schedule/nightly.sh");
            }
            assertThat(retrains).as(name).isTrue();
        }
    }

    @Test
    void theCrontabHasFiveFieldsAndACommandWithoutAPercentSignThatCronWouldTakeForAnEndOfLine() throws IOException {
        List<String> lines = Files.readAllLines(SCHEDULE.resolve("crontab")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .filter(line -> !line.matches("[A-Z_]+=.*"))
                .toList();
        assertThat(lines)
                .singleElement()
                .asString()
                .matches("([\\d*/,-]+ +){5}/\\S.*")
                .doesNotContainPattern("[^\\\\]%");
    }

    @Test
    void theCronJobIsAKubernetesObjectWhoseRulesFitItsExitCodes() throws IOException {
        JsonNode job = new YAMLMapper()
                .readTree(SCHEDULE.resolve("kubernetes-cronjob.yaml").toFile());
        assertThat(job.path("apiVersion").asText()).isEqualTo("batch/v1");
        assertThat(job.path("kind").asText()).isEqualTo("CronJob");
        assertThat(job.at("/spec/concurrencyPolicy").asText()).isEqualTo("Forbid");
        JsonNode rule = job.at("/spec/jobTemplate/spec/podFailurePolicy/rules/0/onExitCodes");
        JsonNode pod = job.at("/spec/jobTemplate/spec/template/spec");
        assertThat(rule.path("containerName").asText())
                .isEqualTo(pod.at("/containers/0/name").asText());
        assertThat(rule.path("values").toString()).isEqualTo("[2,3,4]");
        assertThat(pod.path("restartPolicy").asText()).isEqualTo("Never");
        assertThat(pod.at("/containers/0/command/0").asText()).endsWith("nightly.sh");
        for (JsonNode mount : pod.at("/containers/0/volumeMounts")) {
            assertThat(pod.path("volumes").findValuesAsText("name"))
                    .contains(mount.path("name").asText());
        }
    }

    @Test
    void systemdTakesTheServiceAndTheTimer() throws IOException, InterruptedException {
        assertThat(SCHEDULE.resolve("lockstep-retrain@.service"))
                .content()
                .contains("SuccessExitStatus=10\n", "Type=oneshot\n");
        assumeTrue(has("systemd-analyze"));
        for (String suffix : List.of("service", "timer")) {
            // verify looks for what is called, and for its user
            String unit = Files.readString(SCHEDULE.resolve("lockstep-retrain@." + suffix))
                    .replace("/opt/lockstep/jobs/retrain.sh", "/bin/true")
                    .replace("WorkingDirectory=/opt/lockstep\n", "")
                    .replace("User=lockstep\n", "User=root\n");
            Files.writeString(directory.resolve("lockstep-retrain@churn." + suffix), unit);
        }
        Ended ended = run(
                Map.of(),
                "systemd-analyze",
                "verify",
                "--man=no",
                directory.resolve("lockstep-retrain@churn.timer").toString(),
                directory.resolve("lockstep-retrain@churn.service").toString());
        assertThat(ended.printed().lines().filter(line -> line.contains("lockstep-retrain")))
                .isEmpty();
    }

    /** Against modules of the names of Airflow's, that write down what they are told. */
    @Test
    void airflowSkipsATaskThatEndsWithTenAndPassesTheDay() throws IOException, InterruptedException {
        assumeTrue(has("python3"));
        Path operators = Files.createDirectories(directory.resolve("airflow/operators"));
        Files.writeString(directory.resolve("airflow/__init__.py"), """
                class DAG:
                    def __init__(self, **told):
                        print("dag", told["dag_id"], told["max_active_runs"], told["catchup"])
                    def __enter__(self):
                        return self
                    def __exit__(self, *thrown):
                        return False
                """);
        Files.writeString(operators.resolve("__init__.py"), "");
        Files.writeString(operators.resolve("bash.py"), """
                class BashOperator:
                    def __init__(self, **told):
                        self.name = told["task_id"]
                        print("task", self.name, told.get("skip_on_exit_code"), told["bash_command"])
                    def __rshift__(self, other):
                        print("then", self.name, other.name)
                        return other
                """, StandardCharsets.UTF_8);
        Ended ended = run(
                Map.of("PYTHONPATH", directory.toString(), "PYTHONDONTWRITEBYTECODE", "1"),
                "python3",
                "-W",
                "error",
                SCHEDULE.resolve("airflow_dag.py").toString());
        assertThat(ended.code()).as(ended.printed()).isZero();
        assertThat(ended.printed())
                .contains(
                        "dag lockstep_retrain_churn 1 False",
                        "task retrain 10 /opt/lockstep/jobs/retrain.sh /etc/lockstep/churn.yaml --date {{ ds }}",
                        "then retrain announce");
    }
}
