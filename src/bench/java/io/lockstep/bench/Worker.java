package io.lockstep.bench;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import dev.ludovic.netlib.blas.NativeBLAS;
import io.lockstep.math.Blas;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * A JVM of contenders of one kind. It takes a command a line from standard input, answers each with a line, and computes
 * only in between: {@link Request} and {@link Reply} as JSON. It ends with its input.
 */
final class Worker {
    /** What to do: {@code open} a contender under an id, let it {@code run} a lap, or {@code reset}: close them all. */
    record Request(String command, String id, Net net) {}

    /** What came of it: a lap, words about the worker, or an error. */
    record Reply(Lap lap, String words, String error) {}

    private final Kind kind;
    private final Path images;
    private final int cores;
    private final Map<String, Contender> contenders = new LinkedHashMap<>();
    private SparkSession session;
    private LockstepData lockstep;
    private Mnist mnist;

    private Worker(Kind kind, Path images, int cores) {
        this.kind = kind;
        this.images = images;
        this.cores = cores;
    }

    /** Arguments: the {@link Kind}, the images, the cores. */
    public static void main(String[] args) throws IOException {
        PrintStream replies = System.out;
        // whatever a library prints must not look like a reply
        System.setOut(System.err);
        Worker worker = new Worker(Kind.valueOf(args[0]), Path.of(args[1]), Integer.parseInt(args[2]));
        ObjectMapper json = JsonMapper.builder().build();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            replies.println(json.writeValueAsString(worker.answer(json.readValue(line, Request.class))));
            replies.flush();
        }
        // Spark's and PyTorch's threads are nobody's to wait for
        Runtime.getRuntime().halt(0);
    }

    private Reply answer(Request request) {
        try {
            return switch (request.command()) {
                case "describe" -> new Reply(null, describe(), null);
                case "open" -> {
                    contenders.put(request.id(), open(request.id(), request.net()));
                    yield new Reply(null, "opened", null);
                }
                case "run" -> new Reply(contenders.get(request.id()).lap(), null, null);
                case "reset" -> {
                    reset();
                    yield new Reply(null, "reset", null);
                }
                default -> throw new IllegalArgumentException("no command " + request.command());
            };
        } catch (Exception | LinkageError e) {
            e.printStackTrace();
            return new Reply(null, null, e.toString());
        }
    }

    /** The library that computes, with its version. */
    private String describe() {
        return switch (kind) {
            case LOCKSTEP, LOCKSTEP_TANH, LOCKSTEP_DRIVER -> Blas.description();
            case TORCH ->
                "PyTorch " + Engine.getEngine("PyTorch").getVersion() + ", " + JniUtils.getNumThreads() + " threads";
            case MLLIB_JAVA, MLLIB_VECTOR, MLLIB_OPENBLAS ->
                mllibBlas().getClass().getSimpleName();
        };
    }

    /** As {@code org.apache.spark.ml.linalg.BLAS} chooses it. */
    private static BLAS mllibBlas() {
        try {
            return NativeBLAS.getInstance();
        } catch (RuntimeException | LinkageError e) {
            return JavaBLAS.getInstance();
        }
    }

    private Contender open(String id, Net net) throws IOException {
        return switch (kind) {
            case LOCKSTEP, LOCKSTEP_TANH, LOCKSTEP_DRIVER -> openLockstep(id, net);
            case TORCH -> new TorchContender(mnist(), net);
            case MLLIB_JAVA, MLLIB_VECTOR -> MllibContender.open(session(), mnist(), net, 2);
            case MLLIB_OPENBLAS -> MllibContender.open(session(), mnist(), net, 8);
        };
    }

    private Contender openLockstep(String id, Net net) {
        if (lockstep == null) {
            lockstep = new LockstepData(session(), images.toString());
        }
        return switch (id) {
            case Names.DRIVER -> new LockstepContender(lockstep, net, "driver");
            case Names.FLOOR -> new FloorContender(lockstep, net);
            case Names.PRODUCTS -> new ProductsContender(lockstep, net);
            case Names.SQUARE -> new SquareContender(lockstep);
            default -> new LockstepContender(lockstep, net, "barrier");
        };
    }

    private void reset() {
        contenders.values().forEach(Contender::close);
        contenders.clear();
        if (lockstep != null) {
            lockstep.close();
        }
        // the next contenders shall not pay for these
        System.gc();
    }

    private Mnist mnist() throws IOException {
        if (mnist == null) {
            mnist = Mnist.read(images);
        }
        return mnist;
    }

    /** As {@code scripts/lockstep} has it on one machine. */
    private SparkSession session() {
        if (session == null) {
            session = SparkSession.builder()
                    .appName("lockstep bench")
                    .master("local[" + cores + "]")
                    .config("spark.task.maxDirectResultSize", "64m")
                    .config("spark.ui.enabled", "false")
                    .config("spark.driver.host", "localhost")
                    .config("spark.driver.bindAddress", "127.0.0.1")
                    .config("spark.driver.maxResultSize", "0")
                    .config("spark.broadcast.compress", "false")
                    .getOrCreate();
        }
        return session;
    }
}
