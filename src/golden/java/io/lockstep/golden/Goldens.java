package io.lockstep.golden;

import io.lockstep.golden.GoldenData.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.pytorch.global.torch;

/** {@code scripts/golden}: trains all cases and writes their files into a directory. */
public final class Goldens {
    private static final long SEED = 20_260_101;

    private Goldens() {}

    /** The directory. */
    public static void main(String[] arguments) throws IOException {
        Path directory = Files.createDirectories(Path.of(arguments[0]));
        torch.set_num_threads(1);
        GoldenData data = GoldenData.of(SEED);
        Map<String, Object> examples = new LinkedHashMap<>();
        examples.put("batch", GoldenData.BATCH);
        examples.put("x", GoldenFile.rounded(data.x()));
        float[][] weights = new float[GoldenData.ROWS][1];
        for (int row = 0; row < weights.length; row++) {
            weights[row][0] = GoldenData.weight(row);
        }
        examples.put("weights", GoldenFile.rounded(weights));
        for (Target target : Target.values()) {
            examples.put(target.name().toLowerCase(Locale.ROOT), GoldenFile.rounded(data.targets(target)));
        }
        GoldenFile.write(directory.resolve("data.json"), examples);
        List<Case> cases = Cases.all();
        for (Case one : cases) {
            // a name of its own, so that a new case leaves the files of the others alone
            TorchTraining training =
                    new TorchTraining(one, data, SEED + one.name().hashCode());
            Map<String, Object> file = new LinkedHashMap<>();
            file.put("pytorch", torch.TORCH_VERSION);
            file.put("config", one.config());
            file.put("target", one.objective().target.name().toLowerCase(Locale.ROOT));
            file.put("weighted", one.objective() == Case.Objective.SOFTMAX_WEIGHTED);
            file.put("start", GoldenFile.rounded(training.parameters()));
            training.train();
            file.put("learning_rates", one.alphas());
            file.put("losses", GoldenFile.rounded(training.losses()));
            file.put("end", GoldenFile.rounded(training.parameters()));
            GoldenFile.write(directory.resolve(one.name() + ".json"), file);
        }
        System.out.println(cases.size() + " golden files in " + directory);
    }
}
