package io.lockstep.eval;

import io.lockstep.model.JsonField;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How a network does on a set of examples. What each metric is, {@link MetricNames} says. */
public sealed interface Evaluation permits Classification, Regression, Multilabel {
    /** The sets of a training that {@code metrics.json} may have an evaluation of. */
    List<String> SETS = List.of("train", "train_dev", "dev", "test");

    /** The metrics of all examples. */
    Metrics metrics();

    /** The metrics by the values of a column, where they were asked for. */
    Optional<Slices> slices();

    /** As {@code metrics.json} has it; {@link #read} is the way back. */
    Map<String, Object> json();

    /** The same with slices. */
    Evaluation with(Slices slices);

    /**
     * Reads what {@link #json} wrote.
     *
     * @throws io.lockstep.error.DataException if it is no evaluation
     */
    static Evaluation read(JsonField json) {
        if (json.has(MetricNames.RMSE)) {
            return Regression.read(json);
        }
        // where nothing weighs anything there are only labels to tell it by
        boolean labels = json.has(MetricNames.HAMMING_LOSS) || json.has(Regression.LABELS);
        return labels ? Multilabel.read(json) : Classification.read(json);
    }

    /**
     * The evaluations in a {@code metrics.json}, by set.
     *
     * @throws io.lockstep.error.DataException if one of them is none
     */
    static Map<String, Evaluation> readSets(JsonField root) {
        Map<String, Evaluation> sets = new LinkedHashMap<>();
        for (String set : SETS) {
            if (root.has(set)) {
                sets.put(set, read(root.field(set)));
            }
        }
        return sets;
    }
}
