package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.testing.BuiltProject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code jobs/*.sh} hand to spark-submit: here a script that writes its arguments down. */
class SubmissionScriptsTest {
    private static final String YAML = "task: classification # ä, 'quoted' \"twice\", $HOME\n";

    /** With a blank, for scripts forget their quotes. */
    @TempDir
    Path directory;

    private BuiltProject built;
    private Path project;
    private Path sparkHome;
    private Path config;

    private record Ended(int code, String printed, List<String> arguments) {

        /** What follows {@code option}, each time that it comes. */
        List<String> values(String option) {
            List<String> values = new ArrayList<>();
            for (int i = 0; i + 1 < arguments.size(); i++) {
                if (arguments.get(i).equals(option)) {
                    values.add(arguments.get(i + 1));
                }
            }
            return values;
        }
    }

    /** A project, and a Spark. */
    @BeforeEach
    void copyScripts() throws IOException {
        built = BuiltProject.copyTo(
                directory.resolve("the project"),
                Files.createFile(directory.resolve("lockstep.jar")),
                Files.createFile(directory.resolve("classpath")));
        project = built.folder();
        sparkHome = sparkHome("spark-core_2.13-4.0.1.jar");
        config = Files.writeString(project.resolve("my config.yaml"), YAML);
    }

    private Path sparkHome(String core) throws IOException {
        Path home = Files.createDirectories(directory.resolve("spark " + core));
        Files.createFile(Files.createDirectories(home.resolve("jars")).resolve(core));
        Path submit = Files.writeString(
                Files.createDirectories(home.resolve("bin")).resolve("spark-submit"),
                "#!/bin/sh\nfor argument; do printf '%s\\n' \"$argument\"; done >\"$SUBMITTED\"\nexit 4\n");
        Files.setPosixFilePermissions(submit, PosixFilePermissions.fromString("rwxr-xr-x"));
        return home;
    }

    /** In the project's folder. */
    private Ended run(Map<String, String> environment, String... command) throws Exception {
        Path submitted = directory.resolve("submitted");
        Files.deleteIfExists(submitted);
        Map<String, String> variables = new TreeMap<>();
        variables.put("SPARK_HOME", sparkHome.toString());
        variables.put("SUBMITTED", submitted.toString());
        variables.putAll(environment);
        BuiltProject.Ended ended = built.run(project, variables, command);
        return new Ended(
                ended.code(), ended.printed(), Files.exists(submitted) ? Files.readAllLines(submitted) : List.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "evaluate", "predict", "retrain", "tune", "check"})
    void eachJobSubmitsItsCommandAndEndsWithTheExitCodeOfSparkSubmit(String command) throws Exception {
        Ended ended = run(Map.of(), "jobs/" + command + ".sh", "a b", "--set", "x=$y", "--master", "spark://host:7077");
        assertThat(ended.code()).as(ended.printed()).isEqualTo(4);
        assertThat(ended.values("--class")).containsExactly("io.lockstep.job.Lockstep");
        assertThat(ended.values("--master")).containsExactly("spark://host:7077");
        assertThat(ended.values("--deploy-mode")).containsExactly("client");
        assertThat(ended.values("--properties-file")).containsExactly(path("conf/spark-defaults.conf"));
        assertThat(ended.arguments()).doesNotContain("--jars");
        int jar = ended.arguments().indexOf(path("target/lockstep.jar"));
        assertThat(ended.arguments().subList(jar, ended.arguments().size()))
                .containsExactly(path("target/lockstep.jar"), command, "a b", "--set", "x=$y");
        // the console is the command's, so Spark's log must be told to go elsewhere
        assertThat(ended.values("--driver-java-options").get(0))
                .contains("-Dlog4j2.configurationFile=file:"
                        + path("conf/log4j2.properties").replace(" ", "%20"))
                .contains("-Dlockstep.log=" + path("logs/lockstep-" + command));
    }

    private String path(String inProject) throws IOException {
        return project.toRealPath().resolve(inProject).toString();
    }

    @Test
    void aLinkToAJobIsThatJob() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("learn"), project.resolve("jobs/train.sh"));
        Ended ended = run(Map.of("LOCKSTEP_MASTER", "yarn"), link.toString(), "c.yaml");
        assertThat(ended.values("--master")).containsExactly("yarn");
        assertThat(ended.arguments()).endsWith("train", "c.yaml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"spark://host:7077", "yarn", "k8s://https://host:443"})
    void inClusterModeTheConfigAndTheFolderGoAlongAndNothingOfThisMachine(String master) throws Exception {
        Ended ended = run(
                Map.of("LOCKSTEP_JAR", "hdfs:///apps/lockstep.jar"),
                "jobs/train.sh",
                "--resume",
                config.getFileName().toString(),
                "--deploy-mode",
                "cluster",
                "--master=" + master,
                "--conf",
                "spark.executor.memory=4g",
                "--set",
                "output=hdfs:///m");
        assertThat(ended.code()).as(ended.printed()).isEqualTo(4);
        assertThat(ended.values("--deploy-mode")).containsExactly("cluster");
        Map<String, String> properties = new TreeMap<>();
        ended.values("--conf").forEach(pair -> properties.put(pair.split("=", 2)[0], pair.split("=", 2)[1]));
        assertThat(new String(
                        Base64.getDecoder().decode(properties.get("spark.lockstep.config")), StandardCharsets.UTF_8))
                .isEqualTo(YAML);
        assertThat(properties)
                .containsEntry("spark.lockstep.directory", project.toRealPath().toString())
                .containsEntry("spark.executor.memory", "4g");
        assertThat(ended.arguments())
                .endsWith(
                        "hdfs:///apps/lockstep.jar",
                        "train",
                        "--resume",
                        config.getFileName().toString(),
                        "--set",
                        "output=hdfs:///m")
                .doesNotContain("--driver-java-options", "--driver-memory");
    }

    @Test
    void aModelAndAConfigOnTheClusterAreLeftToTheDriver() throws Exception {
        Files.createDirectories(project.resolve("models/m"));
        for (List<String> command : List.of(
                List.of("jobs/evaluate.sh", "models/m", "--data", config.toString()),
                List.of("jobs/train.sh", "hdfs:///c.yaml", "--set", "name=x"))) {
            List<String> line = new ArrayList<>(command);
            line.addAll(List.of("--master", "yarn", "--deploy-mode", "cluster"));
            Ended ended = run(Map.of(), line.toArray(String[]::new));
            assertThat(ended.code()).as(ended.printed()).isEqualTo(4);
            assertThat(ended.values("--conf")).noneMatch(pair -> pair.startsWith("spark.lockstep.config"));
        }
    }

    @Test
    void whatCannotBeSubmittedIsRefusedWithExitCodeTwoBeforeSparkStarts() throws Exception {
        Files.writeString(project.resolve("large.yaml"), "#".repeat(70_000));
        refused("expected client or cluster", "c.yaml", "--master", "yarn", "--deploy-mode", "clustre");
        refused("--deploy-mode without a value", "c.yaml", "--master", "yarn", "--deploy-mode");
        refused("expected KEY=VALUE", "c.yaml", "--master", "yarn", "--conf", "x");
        refused("--master needs a URL", "c.yaml", "--master");
        refused("larger than 65536 bytes", "large.yaml", "--master", "yarn", "--deploy-mode", "cluster");
        refused("cluster needs a cluster", "c.yaml", "--master", "local[2]", "--deploy-mode", "cluster");
    }

    private void refused(String message, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of("jobs/train.sh"));
        line.addAll(List.of(arguments));
        Ended ended = run(Map.of(), line.toArray(String[]::new));
        assertThat(ended.printed()).contains(message);
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.arguments()).isEmpty();
    }

    @Test
    void aSparkOfAnotherVersionIsRefused() throws Exception {
        for (String core : List.of("spark-core_2.13-4.2.0.jar", "spark-core_2.12-3.5.4.jar")) {
            Ended ended = run(
                    Map.of("SPARK_HOME", sparkHome(core).toString()), "jobs/train.sh", "c.yaml", "--master", "yarn");
            assertThat(ended.printed()).contains(core + ", and Lockstep is for Spark 4.1 and 4.0");
            assertThat(ended.code()).isEqualTo(1);
        }
        Ended newest =
                run(Map.of("SPARK_HOME", sparkHome("spark-core_2.13-4.1.0.jar").toString()), "jobs/train.sh", "c.yaml");
        assertThat(newest.code()).isEqualTo(4);
        assertThat(newest.arguments()).doesNotContain("--master");
    }
}
