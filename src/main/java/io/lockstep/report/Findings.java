package io.lockstep.report;

import io.lockstep.config.LockstepConfig;
import io.lockstep.config.Missing;
import io.lockstep.config.Task;
import io.lockstep.data.ColumnProfile;
import io.lockstep.data.DataProfile;
import io.lockstep.data.DataRole;
import io.lockstep.data.TableProfile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/** What is to be said of a config's data: in sentences, each with its remedy. */
final class Findings {
    /** The rarest class to the most frequent one: more than 9 to 1 is high imbalance (Fernández et al. 2018, ch. 2). */
    private static final double IMBALANCED = 9;

    private static final int NAMED = 8;
    private static final int FEW_ROWS = 30;

    private final List<String> sentences = new ArrayList<>();

    private Findings() {}

    /** All that there are, in the order of the table's columns. */
    static List<String> of(DataProfile profile, LockstepConfig config) {
        Findings findings = new Findings();
        if (config.data().missing() == Missing.ERROR) {
            profile.tables().forEach(findings::missing);
        }
        findings.constant(profile.train().columns());
        findings.duplicates(profile.train().columns());
        findings.balance(profile.train(), config);
        findings.shared(profile);
        return List.copyOf(findings.sentences);
    }

    private void missing(TableProfile table) {
        List<String> names = table.columns().stream()
                .filter(column -> column.use() != ColumnProfile.Use.IGNORED && column.missingCells() > 0)
                .map(column ->
                        "\"" + column.name() + "\" (" + String.format(Locale.ROOT, "%,d", column.missingCells()) + ")")
                .toList();
        if (!names.isEmpty()) {
            sentences.add("missing values in " + table.key() + ": " + list(names)
                    + ". Mend or drop those rows, set data.missing: impute, or leave the columns out (data.features).");
        }
    }

    private void constant(List<ColumnProfile> columns) {
        List<String> named = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (ColumnProfile column : columns) {
            boolean vector = column.use() == ColumnProfile.Use.VECTOR
                    && column.elements() > 0
                    && column.constantElements() == column.elements();
            if (column.use().isFeature() && (column.constant().isPresent() || vector)) {
                names.add(column.name());
                named.add("\"" + column.name() + "\" (" + column.constant().orElse("one vector") + ")");
            }
        }
        if (!names.isEmpty()) {
            sentences.add("constant in the training rows: " + list(named) + ". They tell nothing. " + exclude(names));
        }
    }

    private void duplicates(List<ColumnProfile> columns) {
        Map<Long, String> first = new HashMap<>();
        List<String> named = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (ColumnProfile column : columns) {
            boolean compared = column.use() == ColumnProfile.Use.LABEL
                    || column.use() == ColumnProfile.Use.NUMERIC
                    || column.use() == ColumnProfile.Use.CATEGORICAL;
            if (!compared || column.constant().isPresent()) {
                continue;
            }
            String other = first.putIfAbsent(column.fingerprint(), column.name());
            if (other != null) {
                names.add(column.name());
                named.add("\"" + column.name() + "\" is \"" + other + "\"");
            }
        }
        if (!names.isEmpty()) {
            sentences.add("equal columns in every training row: " + list(named) + ". " + exclude(names));
        }
    }

    private static String exclude(List<String> names) {
        return "Leave out: data.features: { exclude: [" + list(names) + "] }.";
    }

    private void balance(TableProfile train, LockstepConfig config) {
        SortedMap<String, Long> counts = train.classes().get(DataRole.TRAIN);
        if (counts == null || counts.size() < 2) {
            return;
        }
        Map.Entry<String, Long> rarest =
                counts.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow();
        Map.Entry<String, Long> commonest =
                counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
        double ratio = (double) commonest.getValue() / rarest.getValue();
        boolean weighted = config.training().classWeights().isPresent();
        if (config.task() == Task.CLASSIFICATION && ratio > IMBALANCED && !weighted) {
            sentences.add(String.format(
                    Locale.ROOT,
                    "imbalanced classes: \"%s\" has %,d training rows, \"%s\" %,d, %.0f times as many. Set"
                            + " training.class_weights: balanced, and look at recall and f1 rather than accuracy.",
                    rarest.getKey(),
                    rarest.getValue(),
                    commonest.getKey(),
                    commonest.getValue(),
                    ratio));
        }
        if (rarest.getValue() < FEW_ROWS) {
            List<String> few = counts.entrySet().stream()
                    .filter(entry -> entry.getValue() < FEW_ROWS)
                    .sorted(Map.Entry.comparingByValue(Comparator.naturalOrder()))
                    .map(entry -> "\"" + entry.getKey() + "\" (" + entry.getValue() + ")")
                    .toList();
            sentences.add("fewer than " + FEW_ROWS + " training rows of " + list(few) + ". Get more of them.");
        }
    }

    private void shared(DataProfile profile) {
        profile.shared().forEach((role, count) -> {
            if (count > 0) {
                sentences.add(String.format(
                        Locale.ROOT,
                        "%,d different rows of data.%s are in data.train as well; metrics on them are too good. Take"
                                + " them out of one of the files.",
                        count,
                        role.configName()));
            }
        });
    }

    private static String list(Collection<String> names) {
        String first = String.join(", ", names.stream().limit(NAMED).toList());
        return names.size() > NAMED ? first + " and " + (names.size() - NAMED) + " more" : first;
    }
}
