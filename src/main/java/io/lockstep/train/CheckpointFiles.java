package io.lockstep.train;

import io.lockstep.error.DataException;
import io.lockstep.model.CheckpointDirectory;
import io.lockstep.model.CheckpointDirectory.Content;
import io.lockstep.model.CheckpointDirectory.Entry;
import io.lockstep.model.SafetensorsHeader;
import io.lockstep.model.SafetensorsReader;
import io.lockstep.model.SafetensorsWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        String file = file(entry, JSON);
        byte[] json = directory.read(entry, JSON, (in, length) -> {
            if (length > CheckpointJson.MOST_BYTES) {
                throw new DataException(
                        file + ": expected at most " + CheckpointJson.MOST_BYTES + " bytes, found " + length);
            }
            return in.readNBytes((int) length);
        });
        return CheckpointJson.read(json, file);
    }

    /** What a checkpoint's file is called in messages. */
    static String file(Entry entry, String name) {
        return new Path(entry.path(), name).toString();
    }

    /**
     * The checkpoint as a whole, which {@linkplain TrainingShape#requireFits fits}.
     *
     * @throws DataException if its arrays are damaged, or do not fit
     */
    static Checkpoint withArrays(
            CheckpointDirectory directory, Entry entry, CheckpointJson.Content content, TrainingShape shape) {
        String file = file(entry, STATE);
        return directory.read(entry, STATE, (in, length) -> {
            SafetensorsReader reader = new SafetensorsReader(in, length, file);
            List<String> names = names(content.checkpoint(), content.stateArrays());
            int parameters = shape.network().parameterCount();
            requireTensors(reader.header().tensors(), names, parameters, file);
            Map<String, float[]> arrays = new LinkedHashMap<>();
            for (String name : names) {
                float[] array = new float[parameters];
                reader.read(array, 0, parameters);
                arrays.put(name, array);
            }
            return with(content, arrays);
        });
    }

    private static void requireTensors(
            List<SafetensorsHeader.Tensor> found, List<String> expected, int parameters, String file) {
        boolean named =
                found.stream().map(SafetensorsHeader.Tensor::name).toList().equals(expected);
        if (!named || !found.stream().allMatch(tensor -> tensor.shape().equals(List.of((long) parameters)))) {
            throw new DataException(file + ": expected the tensors " + expected + " of " + parameters
                    + " elements each, found " + found.subList(0, Math.min(expected.size(), found.size())));
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
                parts.best().map(best -> best.withTheta(arrays.getOrDefault(BEST, epochStart))),
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
        if (best(checkpoint).isPresent()) {
            names.add(BEST);
        }
        return names;
    }

    /** The best epoch, where it is not the last one, whose θ is there already. */
    private static Optional<Checkpoint.Best> best(Checkpoint checkpoint) {
        return checkpoint
                .best()
                .filter(best -> best.epoch() != checkpoint.epochs().size());
    }

    private static String state(int k) {
        return "optimizer_" + k;
    }

    private static void writeState(OutputStream out, Checkpoint checkpoint) throws IOException {
        Map<String, float[]> arrays = new LinkedHashMap<>();
        arrays.put(THETA, checkpoint.theta());
        arrays.put(EPOCH_START, checkpoint.epochStart());
        best(checkpoint).ifPresent(best -> arrays.put(BEST, best.theta()));
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
