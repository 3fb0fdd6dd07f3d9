package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.model.ModelIo;
import io.lockstep.testing.TestSpark;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands with everything on HDFS: config, data, model, predictions and metrics. */
class HdfsTest {
    @TempDir
    static java.nio.file.Path dir;

    private static MiniDFSCluster cluster;
    private static DistributedFileSystem hdfs;
    private static String table;

    @BeforeAll
    static void start() throws IOException {
        Configuration configuration = new HdfsConfiguration();
        configuration.set(
                MiniDFSCluster.HDFS_MINIDFS_BASEDIR, dir.resolve("hdfs").toString());
        cluster = new MiniDFSCluster.Builder(configuration).numDataNodes(1).build();
        hdfs = cluster.getFileSystem();
        Random random = new Random(41);
        table = Stream.concat(Stream.of("a,b,y"), IntStream.range(0, 240).mapToObj(i -> {
                    double a = random.nextGaussian();
                    return a + "," + random.nextGaussian() + "," + (a > 0 ? "yes" : "no");
                }))
                .collect(Collectors.joining("\n", "", "\n"));
        write("data/part-1.csv", table);
        write("data/part-2.csv", table.lines().limit(40).collect(Collectors.joining("\n", "", "\n")));
        TestSpark.session();
    }

    @AfterAll
    static void stop() {
        cluster.shutdown(true);
    }

    private static String uri(String path) {
        return hdfs.getUri() + "/" + path;
    }

    private static void write(String path, String text) throws IOException {
        try (OutputStream out = hdfs.create(new Path("/" + path))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static byte[] bytes(String path) throws IOException {
        try (InputStream in = hdfs.open(new Path("/" + path))) {
            return in.readAllBytes();
        }
    }

    private static JsonNode json(String path) throws IOException {
        return new ObjectMapper().readTree(bytes(path));
    }

    private static List<String> names(String folder) throws IOException {
        return Arrays.stream(hdfs.listStatus(new Path("/" + folder)))
                .map(FileStatus::getPath)
                .map(Path::getName)
                .sorted()
                .toList();
    }

    private static String config(String data, String output) {
        return "task: classification\nname: small\nnetwork: [{ dense: 4 }]\ntraining: { epochs: 2, batch_size: 32 }\n"
                + "data: { train: " + data + ", label: y, format: csv }\noutput: " + output + "\n";
    }

    private static CapturedRun train(String folder, String... more) throws IOException {
        write(folder + "/c.yaml", config(uri("data"), uri(folder + "/model")));
        List<String> arguments = new ArrayList<>(List.of("train", uri(folder + "/c.yaml")));
        arguments.addAll(List.of(more));
        return CapturedRun.of(arguments.toArray(String[]::new));
    }

    private static void refused(CapturedRun run, int code, String... sentences) {
        assertThat(run.err().strip().lines()).hasSize(1);
        assertThat(run.err())
                .startsWith("lockstep: ")
                .contains(sentences)
                .doesNotContainPattern("Exception|internal fault|\\tat ");
        assertThat(run.code()).isEqualTo(code);
    }

    @Test
    void aRegistryIsKeptAsOnTheLocalDisk() throws IOException {
        write("kept/c.yaml", config(uri("data"), uri("kept/model")) + "registry: " + uri("kept/registry") + "\n");
        CapturedRun first = CapturedRun.of("retrain", uri("kept/c.yaml"));
        assertThat(first.code()).as(first.err()).isZero();
        CapturedRun second = CapturedRun.of("retrain", uri("kept/c.yaml"), "--uncompared");
        assertThat(second.code()).as(second.err()).isZero();
        assertThat(new String(bytes("kept/registry/CURRENT"), StandardCharsets.UTF_8))
                .startsWith("000002 ");
        assertThat(CapturedRun.of("retrain", uri("kept/c.yaml"), "--set", "retrain.data=new")
                        .code())
                .isEqualTo(10);
        assertThat(CapturedRun.of("registry", "rollback", uri("kept/registry")).code())
                .isZero();
        assertThat(new String(bytes("kept/registry/CURRENT"), StandardCharsets.UTF_8))
                .startsWith("000001 ");
        assertThat(names("kept/registry")).containsExactly("CURRENT", "locks", "versions");
        assertThat(names("kept/registry/locks/retrain")).isEmpty();
        assertThat(names("kept/registry/versions")).containsExactly("000001", "000002");
    }

    @Test
    void aModelIsTrainedEvaluatedAndScoredWithAsOnTheLocalDisk() throws IOException {
        CapturedRun trained = train("whole");
        assertThat(trained.err()).isEmpty();
        assertThat(trained.code()).isZero();
        // in the place of the first one
        assertThat(CapturedRun.of("train", uri("whole/c.yaml")).code()).isZero();
        assertThat(names("whole")).containsExactly("c.yaml", "model");

        for (String part : List.of("part-1.csv", "part-2.csv")) {
            Files.write(Files.createDirectories(dir.resolve("data")).resolve(part), bytes("data/" + part));
        }
        java.nio.file.Path local = Files.writeString(
                dir.resolve("c.yaml"),
                config(dir.resolve("data").toString(), dir.resolve("model").toString()));
        assertThat(CapturedRun.of("train", local.toString()).code()).isZero();
        assertThat(bytes("whole/model/weights.safetensors"))
                .isEqualTo(Files.readAllBytes(dir.resolve("model/weights.safetensors")));

        CapturedRun evaluated = CapturedRun.of(
                "evaluate",
                uri("whole/model"),
                "--data",
                uri("data"),
                "--format",
                "csv",
                "--out",
                uri("new/folder/m.json"));
        assertThat(evaluated.code()).isZero();
        assertThat(names("new/folder")).containsExactly("m.json");
        assertThat(json("new/folder/m.json").get("weights_sha256"))
                .isEqualTo(json("whole/model/metrics.json").get("weights_sha256"));

        CapturedRun scored = CapturedRun.of(
                "predict", uri("whole/model"), "--data", uri("data/part-*.csv"), "--out", uri("new/scored.parquet"));
        assertThat(scored.code()).isZero();
        assertThat(names("new")).containsExactly("folder", "scored.parquet");
        assertThat(TestSpark.session()
                        .read()
                        .parquet(uri("new/scored.parquet"))
                        .filter("prediction in ('yes', 'no')")
                        .count())
                .isEqualTo(240 + 39);
    }

    @Test
    void whatIsMissingIsToldInOneSentence() throws IOException {
        refused(CapturedRun.of("train", uri("none.yaml")), 2, "no config file " + uri("none.yaml"));
        write("missing/c.yaml", config(uri("none.csv"), uri("missing/model")));
        refused(CapturedRun.of("train", uri("missing/c.yaml")), 3, "data.train: no file " + uri("none.csv"));
        refused(
                CapturedRun.of("predict", uri("missing/model"), "--data", uri("data"), "--out", uri("missing/out")),
                3,
                uri("missing/model") + ": expected a model directory, found nothing");
        assertThat(names("missing")).containsExactly("c.yaml");
        refused(
                CapturedRun.of("train", "hdfs://localhost:1/c.yaml"),
                2,
                "config file hdfs://localhost:1/c.yaml cannot be read: ");
    }

    /** A quota is HDFS' own full disk: so many files and folders below a folder and no more. */
    @Test
    void aFullFolderLeavesTheOldModelAndNoPartOfANewOne() throws IOException {
        assertThat(train("full", "--set", "checkpoint=null").code()).isZero();
        byte[] old = bytes("full/model/weights.safetensors");
        int inUse = 1 + 1 + 1 + hdfs.listStatus(new Path("/full/model")).length;
        boolean whole = false;
        int kept = 0;
        for (int free = 0; !whole; free++) {
            hdfs.setQuota(new Path("/full"), inUse + free, HdfsConstants.QUOTA_RESET);
            CapturedRun run = CapturedRun.of(
                    "train", uri("full/c.yaml"), "--set", "training.seed=" + (2 + free), "--set", "checkpoint=null");
            whole = run.code() == 0;
            if (!whole) {
                refused(run, 2, "output: ", "quota");
                assertThat(bytes("full/model/weights.safetensors")).isEqualTo(old);
                List<String> drafts = names("full").stream()
                        .filter(name -> !List.of("c.yaml", "model").contains(name))
                        .toList();
                for (String draft : drafts) {
                    // only what goes with it found no room: the work is not thrown away, and where it is has been told
                    assertThat(run.err()).contains("the model is trained and whole in " + uri("full/" + draft));
                    assertThat(ModelIo.read(uri("full/" + draft), hdfs.getConf())
                                    .theta())
                            .isNotEmpty();
                    hdfs.delete(new Path("/full/" + draft), true);
                }
                kept += drafts.size();
            }
            assertThat(free).isLessThan(11);
        }
        assertThat(bytes("full/model/weights.safetensors")).isNotEqualTo(old);
        // metrics.json, config.yaml, report.html, MODEL_CARD.md, profile.json
        assertThat(kept).isEqualTo(5);
        hdfs.setQuota(new Path("/full"), HdfsConstants.QUOTA_RESET, HdfsConstants.QUOTA_RESET);
    }

    @Test
    void aTrainingGoesOnFromItsCheckpoints() throws IOException {
        assertThat(train("resumed", "--set", "training.epochs=5").code()).isZero();
        String expected =
                json("resumed/model/metrics.json").get("weights_sha256").asText();
        assertThat(train("resumed").code()).isZero();
        assertThat(names("resumed/model/checkpoints")).contains("epoch-0002").doesNotContain("epoch-0005");
        CapturedRun run = train("resumed", "--resume", "--set", "training.epochs=5");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("Goes on from the checkpoint after epoch 2.");
        assertThat(json("resumed/model/metrics.json").get("weights_sha256").asText())
                .isEqualTo(expected);
    }

    @Test
    void whereCheckpointsFindNoRoomTheTrainingGoesOnAndSaysSo() throws IOException {
        hdfs.mkdirs(new Path("/tight/model/checkpoints"));
        hdfs.setQuota(new Path("/tight/model/checkpoints"), 1, HdfsConstants.QUOTA_RESET);
        CapturedRun run = train("tight");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out().replaceAll("\\s+", " "))
                .containsOnlyOnce("Warning: no checkpoint could be written: ")
                .contains("quota", "The training goes on.");
        assertThat(names("tight/model")).contains("model.json", "weights.safetensors", "metrics.json");
    }

    @Test
    void aFullFolderLeavesNoPartOfThePredictions() throws IOException {
        assertThat(train("scored").code()).isZero();
        hdfs.mkdirs(new Path("/scored/out"));
        boolean whole = false;
        for (int free = 0; !whole; free++) {
            hdfs.setQuota(new Path("/scored/out"), 1 + free, HdfsConstants.QUOTA_RESET);
            CapturedRun run = CapturedRun.of(
                    "predict", uri("scored/model"), "--data", uri("data/part-1.csv"), "--out", uri("scored/out/p"));
            whole = run.code() == 0;
            if (!whole) {
                refused(run, 2, "--out: " + uri("scored/out/p") + " cannot be written: ", "quota");
                assertThat(names("scored/out")).as("with room for %d", free).isEmpty();
            }
            assertThat(free).isLessThan(20);
        }
        assertThat(names("scored/out")).containsExactly("p");
        refused(
                CapturedRun.of(
                        "predict", uri("scored/model"), "--data", uri("data/part-1.csv"), "--out", uri("scored/out/p")),
                2,
                "exists already; nothing was overwritten");
    }
}
