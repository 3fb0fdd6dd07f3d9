package io.lockstep.eval;

import io.lockstep.model.JsonField;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The examples whose predicted probability lies in one of {@value #BINS} equal parts of [0, 1]. Of two classes it is the
 * probability of the second class and how often that was observed; of more classes that of the predicted class, and how
 * often it was right.
 *
 * @param from where the bin begins
 * @param to where it ends: [from, to), the last one [from, 1]
 * @param examples how many; bins without any are left out
 * @param confidence the mean of their predicted probabilities
 * @param frequency the share of them for which it came true
 * @see <a href="https://arxiv.org/abs/1706.04599">Guo et al. 2017, On Calibration of Modern Neural Networks</a>
 */
public record CalibrationBin(double from, double to, long examples, double confidence, double frequency) {
    /** How many bins there are. */
    public static final int BINS = 15;

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("from", from);
        json.put("to", to);
        json.put("examples", examples);
        json.put("confidence", confidence);
        json.put("frequency", frequency);
        return json;
    }

    static List<CalibrationBin> read(JsonField json) {
        return json.elements().stream()
                .map(bin -> new CalibrationBin(
                        bin.field("from").number(),
                        bin.field("to").number(),
                        bin.field("examples").longInteger(),
                        bin.field("confidence").number(),
                        bin.field("frequency").number()))
                .toList();
    }
}
