package io.lockstep.golden;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;

/** Writes what was trained, in JSON that a person can read and a diff can show. */
final class GoldenFile {
    /** A float has nine significant digits. */
    private static final MathContext FLOAT = new MathContext(9);

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(SerializationFeature.INDENT_OUTPUT)
            // Map.of has another order in each JVM
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN);

    private GoldenFile() {}

    static Map<String, Object> rounded(Map<String, Tensor> tensors) {
        Map<String, Object> rounded = new TreeMap<>();
        tensors.forEach((name, tensor) -> rounded.put(name, rounded(TorchTraining.values(tensor))));
        return rounded;
    }

    static List<BigDecimal> rounded(double[] values) {
        List<BigDecimal> rounded = new ArrayList<>();
        for (double value : values) {
            rounded.add(new BigDecimal(value).round(FLOAT));
        }
        return rounded;
    }

    static List<List<BigDecimal>> rounded(float[][] rows) {
        List<List<BigDecimal>> rounded = new ArrayList<>();
        for (float[] row : rows) {
            double[] wide = new double[row.length];
            for (int k = 0; k < row.length; k++) {
                wide[k] = row[k];
            }
            rounded.add(rounded(wide));
        }
        return rounded;
    }

    static void write(Path file, Map<String, Object> content) throws IOException {
        Files.writeString(file, JSON.writeValueAsString(content) + "\n");
    }
}
