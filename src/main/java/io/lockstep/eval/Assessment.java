package io.lockstep.eval;

import io.lockstep.data.DataRole;
import io.lockstep.model.JsonField;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that is found out about a trained model.
 *
 * @param sets the evaluations by set: {@code train}, {@code train_dev}, {@code dev}, {@code test}
 * @param drift how sets that have a file of their own lie beside train
 * @param diagnosis what to do about it
 */
public record Assessment(Map<String, Evaluation> sets, Map<String, Drift> drift, Diagnosis diagnosis) {
    private static final String DRIFT = "drift";
    private static final String DIAGNOSIS = "diagnosis";

    public Assessment {
        sets = Collections.unmodifiableMap(new LinkedHashMap<>(sets));
        drift = Collections.unmodifiableMap(new LinkedHashMap<>(drift));
    }

    /** The sets' errors as the diagnosis reads them. */
    public Map<DataRole, SetError> errors() {
        Map<DataRole, SetError> errors = new EnumMap<>(DataRole.class);
        for (DataRole role : DataRole.values()) {
            Optional.ofNullable(sets.get(role.configName()))
                    .flatMap(SetError::of)
                    .ifPresent(error -> errors.put(role, error));
        }
        return errors;
    }

    /** As {@code metrics.json} has it. */
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        sets.forEach((set, evaluation) -> json.put(set, evaluation.json()));
        if (!drift.isEmpty()) {
            Map<String, Object> bySet = new LinkedHashMap<>();
            drift.forEach((set, of) -> bySet.put(set, of.json()));
            json.put(DRIFT, bySet);
        }
        json.put(DIAGNOSIS, diagnosis.json());
        return json;
    }

    /**
     * Reads a {@code metrics.json}.
     *
     * @throws io.lockstep.error.DataException if it is none
     */
    public static Assessment read(JsonField root) {
        Map<String, Drift> drift = new LinkedHashMap<>();
        if (root.has(DRIFT)) {
            JsonField bySet = root.field(DRIFT);
            bySet.names().forEach(set -> drift.put(set, Drift.read(bySet.field(set))));
        }
        return new Assessment(
                Evaluation.readSets(root),
                drift,
                root.has(DIAGNOSIS)
                        ? Diagnosis.read(root.field(DIAGNOSIS))
                        : new Diagnosis("", List.of(), List.of(), List.of(), List.of()));
    }
}
