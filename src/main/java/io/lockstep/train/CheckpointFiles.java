package io.lockstep.train;

import io.lockstep.error.DataException;
import io.lockstep.error.Reason;
import io.lockstep.model.CheckpointDirectory;
import io.lockstep.model.CheckpointDirectory.Content;
import io.lockstep.model.CheckpointDirectory.Entry;
import io.lockstep.model.SafetensorsHeader;
import io.lockstep.model.SafetensorsReader;
import io.lockstep.model.SafetensorsWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.Path;

/** A checkpoint as files: {@code checkpoint.json}, and {@code state.safetensors} with its arrays. */
final class CheckpointFiles {
    static final String JSON = "checkpoint.json";
    static final String STATE = "state.safetensors";

    private static final String THETA = "theta";
    private static final String BEST = "best_theta";
    private static final String EPOCH_START = "epoch_start_theta";

    private CheckpointFiles() {}

    static Map<String, Content> of(TrainingIdentity identity, long run, Checkpoint checkpoint) {
        Map<String, Content> files = new LinkedHashMap<>();
        files.put(STATE, out -> writeState(out, checkpoint));
        files.put(JSON, out -> CheckpointJson.write(out, identity, run, checkpoint));
        return files;
    }

    /** What the JSON says; its arrays are still to be {@linkplain #withArrays read}. */
    static CheckpointJson.Content json(CheckpointDirectory directory, Entry entry) {
        directory.verify(entry, List.of(JSON));
        Path file = new Path(entry.path(), JSON);
        try {
            return CheckpointJson.read(directory.bytes(file, CheckpointJson.MOST_BYTES), file.toString());
        } catch (IOException | FSError e) {
            throw new DataException(file + ": cannot be read: " + Reason.of(e), e);
        }
    }

    /**
     * The checkpoint as a whole.
     *
     * @throws DataException if it is damaged, or does not fit
     */
    static Checkpoint withArrays(
            CheckpointDirectory directory, Entry entry, CheckpointJson.Content content, TrainingShape shape) {
        shape.requireFits(content, new Path(entry.path(), JSON).toString());
        int parameters = shape.network().parameterCount();
        directory.verify(entry, List.of(STATE));
        Path file = new Path(entry.path(), STATE);
        try (InputStream in = directory.fileSystem().open(file)) {
            long length = directory.fileSystem().getFileStatus(file).getLen();
            SafetensorsReader reader = new SafetensorsReader(in, length, file.toString());
            List<String> expected = names(content.checkpoint(), content.stateArrays());
            List<SafetensorsHeader.Tensor> tensors = reader.header().tensors();
            List<String> found =
                    tensors.stream().map(SafetensorsHeader.Tensor::name).toList();
            boolean fits = tensors.stream().allMatch(tensor -> tensor.shape().equals(List.of((long) parameters)));
            if (!found.equals(expected) || !fits) {
                throw new DataException(file + ": expected the tensors " + expected + " of " + parameters
                        + " elements each, found "
                        + tensors.subList(0, Math.min(expected.size(), tensors.size())));
            }
            Map<String, float[]> arrays = new LinkedHashMap<>();
            for (String name : expected) {
                float[] array = new float[parameters];
                reader.read(array, 0, parameters);
                arrays.put(name, array);
            }
            return with(content, arrays);
        } catch (IOException | FSError e) {
            throw new DataException(file + ": cannot be read: " + Reason.of(e), e);
        }
    }

    private static Checkpoint with(CheckpointJson.Content content, Map<String, float[]> arrays) {
        Checkpoint parts = content.checkpoint();
        float[] theta = arrays.get(THETA);
        float[] epochStart = arrays.getOrDefault(EPOCH_START, theta);
        float[][] state = new float[content.stateArrays()][];
        for (int k = 0; k < state.length; k++) {
            state[k] = arrays.get(state(k));
        }
        return new Checkpoint(
                parts.epochs(),
                parts.current(),
                parts.patienceEnded(),
                theta,
                parts.optimizerSteps(),
                state,
                parts.best(),
                parts.bestValue(),
                parts.best() == 0 ? new float[0] : arrays.getOrDefault(BEST, epochStart),
                epochStart,
                parts.health(),
                parts.worseSteps());
    }

    /** The tensors; what equals another one is left out. */
    private static List<String> names(Checkpoint checkpoint, int stateArrays) {
        List<String> names = new ArrayList<>();
        names.add(THETA);
        for (int k = 0; k < stateArrays; k++) {
            names.add(state(k));
        }
        if (checkpoint.isWithinEpoch()) {
            names.add(EPOCH_START);
        }
        if (checkpoint.best() != 0 && checkpoint.best() != checkpoint.epochs().size()) {
            names.add(BEST);
        }
        return names;
    }

    private static String state(int k) {
        return "optimizer_" + k;
    }

    private static void writeState(OutputStream out, Checkpoint checkpoint) throws IOException {
        Map<String, float[]> arrays = new LinkedHashMap<>();
        arrays.put(THETA, checkpoint.theta());
        arrays.put(EPOCH_START, checkpoint.epochStart());
        arrays.put(BEST, checkpoint.bestTheta());
        for (int k = 0; k < checkpoint.optimizerState().length; k++) {
            arrays.put(state(k), checkpoint.optimizerState()[k]);
        }
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        List<String> names = names(checkpoint, checkpoint.optimizerState().length);
        names.forEach(name -> shapes.put(name, List.of((long) arrays.get(name).length)));
        SafetensorsWriter writer =
                new SafetensorsWriter(out, SafetensorsHeader.of(Map.of("format", "lockstep-checkpoint"), shapes));
        for (String name : names) {
            writer.write(arrays.get(name), 0, arrays.get(name).length);
        }
        writer.finish();
    }
}
