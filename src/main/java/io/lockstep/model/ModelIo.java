package io.lockstep.model;

import io.lockstep.error.DataException;
import io.lockstep.error.Reason;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.ParameterBlock;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Models to and from their directories. No Java serialization is read or written. */
public final class ModelIo {

    /** Enough for millions of features; more is no {@code model.json}. */
    static final long MAX_MODEL_JSON_BYTES = 256L << 20;

    private static final int ATTEMPTS = 10;

    private ModelIo() {}

    /**
     * Writes {@code weights.safetensors} and {@code model.json}, which names the weights' SHA-256.
     *
     * @return that SHA-256, in hexadecimal digits
     * @throws IllegalArgumentException if θ is not of the network's length
     */
    public static String write(ModelDraft draft, ModelDescription description, float[] theta) throws IOException {
        String sha256;
        try (OutputStream out = draft.create(ModelDirectory.WEIGHTS)) {
            sha256 = Weights.write(out, description.network(), theta);
        }
        try (OutputStream out = draft.create(ModelDirectory.MODEL_JSON)) {
            ModelJson.write(out, description, sha256);
        }
        return sha256;
    }

    /** Reads the model at {@code path}; see {@link #read(ModelDirectory)}. */
    public static LoadedModel read(String path, Configuration configuration) {
        return read(ModelDirectory.at(path, configuration));
    }

    /**
     * Reads a whole model, also while another run publishes a new one there: then it is the old or the new one. Where an
     * interrupted publish left a new one that is damaged, it is the old one, which {@linkplain LoadedModel#passedOver says} so.
     *
     * @throws DataException if there is none, or a file of it is missing, damaged or of another model
     */
    public static LoadedModel read(ModelDirectory directory) {
        FileSystem fs = directory.fileSystem();
        for (int attempt = 1; ; attempt++) {
            Path model = directory.locate();
            Optional<Version> before = version(fs, model);
            try {
                return read(fs, model);
            } catch (DataException e) {
                boolean replacedMeanwhile = before.isEmpty() || !before.equals(version(fs, directory.locate()));
                if (attempt == ATTEMPTS || !replacedMeanwhile) {
                    return previous(directory, model, e);
                }
            }
        }
    }

    private static LoadedModel previous(ModelDirectory directory, Path damaged, DataException why) {
        Optional<Path> previous = directory.previousModel().filter(path -> !path.equals(damaged));
        if (previous.isEmpty() || !Damage.isIn(why)) {
            throw why;
        }
        try {
            LoadedModel model = read(directory.fileSystem(), previous.get());
            return new LoadedModel(
                    model.description(),
                    model.theta(),
                    model.weightsSha256(),
                    Optional.of(why.getMessage() + ". The model before it is used, " + previous.get()));
        } catch (DataException e) {
            why.addSuppressed(e);
            throw why;
        }
    }

    /**
     * Whether the model at {@code path} is undamaged.
     *
     * @throws IOException if the file system does not let that be found out
     */
    static boolean isWhole(FileSystem fs, Path path) throws IOException {
        try {
            read(fs, path);
            return true;
        } catch (DataException e) {
            if (!Damage.isIn(e)) {
                throw new IOException(e.getMessage(), e);
            }
            return false;
        }
    }

    private static LoadedModel read(FileSystem fs, Path model) {
        Path json = new Path(model, ModelDirectory.MODEL_JSON);
        Path weights = new Path(model, ModelDirectory.WEIGHTS);
        Path current = json;
        try {
            ModelJson.Content content = ModelJson.parse(bytes(fs, json), json.toString());
            current = weights;
            Weights.Content read;
            try (FSDataInputStream in = fs.open(weights)) {
                read = Weights.read(
                        in,
                        fs.getFileStatus(weights).getLen(),
                        weights.toString(),
                        content.description().network());
            }
            if (!read.sha256().equals(content.weightsSha256())) {
                throw new DataException(weights + ": expected the SHA-256 " + content.weightsSha256() + " that "
                        + ModelDirectory.MODEL_JSON + " names, found " + read.sha256()
                        + ": it is damaged or of another model; restore it or train again");
            }
            requireUsable(content.description().network(), read.theta(), weights);
            return new LoadedModel(content.description(), read.theta(), read.sha256(), Optional.empty());
        } catch (IOException e) {
            throw new DataException(current + ": cannot be read: " + Reason.of(e), e);
        }
    }

    /** No training publishes others; with them every prediction would be the first class or NaN. */
    private static void requireUsable(NetworkSpec network, float[] theta, Path file) {
        for (ParameterBlock block : network.parameters()) {
            for (int i = block.offset(); i < block.offset() + block.size(); i++) {
                if (!Float.isFinite(theta[i])) {
                    throw new DataException(file + ": tensor \"" + block.tensorName() + "\": expected finite numbers"
                            + ", found " + theta[i]
                            + ": no training made it; restore the model or train again");
                }
            }
        }
    }

    private static byte[] bytes(FileSystem fs, Path file) throws IOException {
        long length = fs.getFileStatus(file).getLen();
        if (length > MAX_MODEL_JSON_BYTES) {
            throw new DataException(file + ": expected at most " + MAX_MODEL_JSON_BYTES + " bytes, found " + length
                    + ": this is no " + ModelDirectory.MODEL_JSON);
        }
        try (FSDataInputStream in = fs.open(file)) {
            return in.readNBytes((int) length);
        }
    }

    /** Tells one published model from the next. */
    private record Version(Path model, long modified, long length) {}

    private static Optional<Version> version(FileSystem fs, Path model) {
        try {
            FileStatus json = fs.getFileStatus(new Path(model, ModelDirectory.MODEL_JSON));
            return Optional.of(new Version(model, json.getModificationTime(), json.getLen()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
