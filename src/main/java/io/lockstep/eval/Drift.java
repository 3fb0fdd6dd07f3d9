package io.lockstep.eval;

import io.lockstep.model.JsonField;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How another set's features lie beside train's.
 *
 * @param rows of the other set
 * @param columns those that lie farthest off, the farthest first, at most {@value #NAMED}; all those that are shifted are
 *     among them if they are no more
 * @param shifted how many of all columns are shifted
 * @param compared how many columns there are
 * @param toldApart the classifier, where both sets' rows were at hand
 */
public record Drift(long rows, List<FeatureDrift> columns, int shifted, int compared, Optional<ToldApart> toldApart) {
    static final int NAMED = 20;

    /** In a sentence. */
    private static final int IN_WORDS = 3;

    public Drift {
        columns = List.copyOf(columns);
    }

    /** Whether a column is shifted or a classifier tells the sets apart. */
    public boolean isThere() {
        return shifted > 0 || toldApart.filter(ToldApart::differ).isPresent();
    }

    /** What differs most, in words; empty where nothing does. */
    public Optional<String> words() {
        if (!isThere()) {
            return Optional.empty();
        }
        String names = columns.stream()
                .filter(FeatureDrift::isShifted)
                .limit(IN_WORDS)
                .map(FeatureDrift::words)
                .collect(Collectors.joining(", "));
        String more = shifted > IN_WORDS ? " and " + (shifted - IN_WORDS) + " more columns" : "";
        String apart = toldApart.filter(ToldApart::differ).map(ToldApart::words).orElse("");
        return Optional.of(names + more + (names.isEmpty() || apart.isEmpty() ? "" : "; ") + apart);
    }

    /** The same with a classifier's word. */
    public Drift with(ToldApart found) {
        return new Drift(rows, columns, shifted, compared, Optional.of(found));
    }

    /** As {@code metrics.json} has it. */
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("rows", rows);
        json.put("shifted", shifted);
        json.put("compared", compared);
        json.put("columns", columns.stream().map(FeatureDrift::json).toList());
        toldApart.ifPresent(found -> json.put("told_apart", found.json()));
        return json;
    }

    /**
     * Reads what {@link #json} wrote.
     *
     * @throws io.lockstep.error.DataException if it is none
     */
    public static Drift read(JsonField json) {
        return new Drift(
                json.field("rows").longInteger(),
                json.field("columns").elements().stream()
                        .map(FeatureDrift::read)
                        .toList(),
                json.field("shifted").integer(),
                json.field("compared").integer(),
                json.has("told_apart") ? Optional.of(ToldApart.read(json.field("told_apart"))) : Optional.empty());
    }
}
