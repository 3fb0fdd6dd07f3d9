package io.lockstep.eval;

import io.lockstep.model.JsonField;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How well a classifier tells the rows of two sets apart that it has not learnt from.
 *
 * @param rows of both sets, as many as were drawn
 * @param auc the area under the ROC curve: 0.5 where it can only guess
 * @param standardError of {@code auc} where it can only guess
 * @param columns what it goes by, the most important first
 */
public record ToldApart(long rows, double auc, double standardError, List<Importance> columns) {
    /** Above it a person would call the sets different. */
    private static final double DIFFERENT = 0.6;

    private static final double STANDARD_ERRORS = 4;

    public ToldApart {
        columns = List.copyOf(columns);
    }

    /** A column's share, in (0, 1], of what the classifier goes by. */
    public record Importance(String column, double share) {}

    /** Whether the sets differ, and not by chance. */
    public boolean differ() {
        return auc >= DIFFERENT && auc > 0.5 + STANDARD_ERRORS * standardError;
    }

    /** A few words: {@code a classifier tells them apart with AUC 0.93 by income (71 %), age (12 %)}. */
    public String words() {
        String text = String.format(Locale.ROOT, "a classifier tells them apart with AUC %.2f", auc);
        return columns.isEmpty() || !differ()
                ? text
                : text + " by "
                        + columns.stream()
                                .map(of -> String.format(Locale.ROOT, "%s (%.0f %%)", of.column(), 100 * of.share()))
                                .collect(Collectors.joining(", "));
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("rows", rows);
        json.put("auc", auc);
        json.put("standard_error", standardError);
        Map<String, Object> shares = new LinkedHashMap<>();
        columns.forEach(of -> shares.put(of.column(), of.share()));
        json.put("columns", shares);
        return json;
    }

    static ToldApart read(JsonField json) {
        JsonField shares = json.field("columns");
        return new ToldApart(
                json.field("rows").longInteger(),
                json.field("auc").number(),
                json.field("standard_error").number(),
                shares.names().stream()
                        .map(name -> new Importance(name, shares.field(name).number()))
                        .toList());
    }
}
