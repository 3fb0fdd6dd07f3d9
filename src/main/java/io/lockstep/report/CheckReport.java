package io.lockstep.report;

import io.lockstep.config.LockstepConfig;
import io.lockstep.config.Task;
import io.lockstep.data.ColumnProfile;
import io.lockstep.data.DataProfile;
import io.lockstep.data.DataRole;
import io.lockstep.data.ExampleSize;
import io.lockstep.data.Sizes;
import io.lockstep.data.TableProfile;
import io.lockstep.eval.FeatureLeaks;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import io.lockstep.nn.GradientCheck;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.train.GradientCheckup;
import io.lockstep.train.Resources;
import io.lockstep.train.TrainingListener;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/** What {@code lockstep check} found, in lines of 80 columns as it goes, and whole as JSON in the end. */
public final class CheckReport {
    private static final int WIDTH = 80;
    /** Columns without anything to say are not all told of. */
    private static final int MOST_COLUMNS = 40;

    private static final int MOST_CLASSES = 20;
    private static final int BAR = 30;
    private static final int NAME = 26;
    private static final int WORST = 3;

    private final PrintStream out;
    private final Map<String, Object> json = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<String> errors = new ArrayList<>();

    /** A report that is printed to {@code out}. */
    public CheckReport(PrintStream out) {
        this.out = out;
    }

    /** All of it so far, for a JSON file. */
    public Map<String, Object> json() {
        Map<String, Object> all = new LinkedHashMap<>(json);
        all.put("warnings", List.copyOf(warnings));
        all.put("errors", List.copyOf(errors));
        return all;
    }

    private void line(String format, Object... values) {
        String line = String.format(Locale.ROOT, format, values).stripTrailing();
        Text.wrap(line, "  ", WIDTH).forEach(out::println);
    }

    private void warn(String sentence) {
        warnings.add(sentence);
        line("  warning: %s", sentence);
    }

    /** The tables as they are. */
    public void data(DataProfile profile, LockstepConfig config) {
        out.println("DATA");
        List<Object> tables = new ArrayList<>();
        for (TableProfile table : profile.tables()) {
            line(
                    "%s: %s, %s, %s, %d columns; rows: %s",
                    table.key(),
                    table.path(),
                    table.format(),
                    Sizes.of(table.bytes()),
                    table.columns().size(),
                    rows(table));
            tables.add(json(table));
        }
        json.put("tables", tables);
        json.put("duplicate_rows", profile.duplicates());
        columns(profile.train());
        line(
                "%,d of the training file's rows are like an earlier one. Rows are dealt to sets by the hash of their"
                        + " key, so equal rows are never in two sets of one file.",
                profile.duplicates());
        profile.shared().forEach((role, count) -> {
            json.put("rows_shared_by_train_and_" + role.configName(), count);
            line("%,d different rows of data.%s are in data.train, too.", count, role.configName());
        });
        classes(profile.train(), config.task());
        target(profile.train());
        Findings.of(profile, config).forEach(this::warn);
    }

    private static String rows(TableProfile table) {
        List<String> parts = new ArrayList<>();
        for (DataRole role : DataRole.values()) {
            long count = table.rows().getOrDefault(role, 0L);
            if (count > 0) {
                parts.add(String.format(Locale.ROOT, "%s %,d", role.configName(), count));
            }
        }
        return parts.isEmpty() ? "none" : String.join(", ", parts);
    }

    private void columns(TableProfile train) {
        out.printf(Locale.ROOT, "%n%-26s %-12s %-12s %9s  %s%n", "column", "type", "role", "missing", "notes");
        int quiet = 0;
        for (ColumnProfile column : train.columns()) {
            String note = note(column);
            boolean silent =
                    note.isEmpty() && column.missingCells() == 0 && column.use().isFeature();
            if (train.columns().size() > MOST_COLUMNS && silent) {
                quiet++;
                continue;
            }
            out.println(String.format(
                            Locale.ROOT,
                            "%-26s %-12s %-12s %9s  %s",
                            cut(column.name(), NAME),
                            cut(column.type(), 12),
                            role(column.use()),
                            Numbers.count((double) column.missingCells(), 9),
                            cut(note, 16))
                    .stripTrailing());
        }
        if (quiet > 0) {
            line("… and %,d more features, each without missing values.", quiet);
        }
        out.println();
    }

    private static String note(ColumnProfile column) {
        if (column.constant().isPresent()) {
            return "constant";
        }
        if (column.constantElements() > 0) {
            return String.format(Locale.ROOT, "%d of %d same", column.constantElements(), column.elements());
        }
        return column.use() == ColumnProfile.Use.UNUSABLE ? "no feature" : "";
    }

    private static String role(ColumnProfile.Use use) {
        return use.name().toLowerCase(Locale.ROOT);
    }

    private static String cut(String text, int width) {
        return text.length() <= width ? text : text.substring(0, width - 1) + "…";
    }

    private void classes(TableProfile train, Task task) {
        SortedMap<String, Long> counts = train.classes().get(DataRole.TRAIN);
        if (counts == null) {
            return;
        }
        long all = train.rows().get(DataRole.TRAIN);
        long most = counts.values().stream().mapToLong(Long::longValue).max().orElse(1);
        out.println(task == Task.MULTILABEL ? "Training rows that have each label:" : "Classes of the training rows:");
        counts.entrySet().stream()
                .limit(MOST_CLASSES)
                .forEach(entry -> out.println(String.format(
                                Locale.ROOT,
                                "  %-20s %12s %6.2f %%  %s",
                                cut(entry.getKey(), 20),
                                Numbers.count((double) entry.getValue(), 12),
                                100.0 * entry.getValue() / all,
                                "#".repeat((int) (BAR * entry.getValue() / Math.max(1, most))))
                        .stripTrailing()));
        if (counts.size() > MOST_CLASSES) {
            line("  … and %,d more", counts.size() - MOST_CLASSES);
        }
    }

    private void target(TableProfile train) {
        train.targets()
                .forEach((label, target) -> line(
                        "Target \"%s\" of the training rows: mean %s, standard deviation %s, minimum %s, quartiles %s %s %s,"
                                + " maximum %s",
                        label,
                        Numbers.compact(target.mean(), 10),
                        Numbers.compact(target.deviation(), 10),
                        Numbers.compact(target.min(), 10),
                        Numbers.compact(target.lowerQuartile(), 10),
                        Numbers.compact(target.median(), 10),
                        Numbers.compact(target.upperQuartile(), 10),
                        Numbers.compact(target.max(), 10)));
    }

    private static Map<String, Object> json(TableProfile table) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("key", table.key());
        map.put("path", table.path());
        map.put("format", table.format());
        map.put("bytes", table.bytes());
        map.put("rows", byRole(table.rows()));
        List<Object> columns = new ArrayList<>();
        Map<Long, String> first = new HashMap<>();
        for (ColumnProfile column : table.columns()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", column.name());
            entry.put("type", column.type());
            entry.put("role", role(column.use()));
            entry.put("missing", byRole(column.missing()));
            column.constant().ifPresent(value -> entry.put("constant", value));
            if (column.elements() > 0) {
                entry.put("elements", column.elements());
                entry.put("constant_elements", column.constantElements());
            } else if (column.constant().isEmpty()) {
                String other = first.putIfAbsent(column.fingerprint(), column.name());
                if (other != null) {
                    entry.put("same_as", other);
                }
            }
            columns.add(entry);
        }
        map.put("columns", columns);
        if (!table.classes().isEmpty()) {
            map.put("classes", byRole(table.classes()));
        }
        Map<String, Object> targets = new LinkedHashMap<>();
        table.targets().forEach((label, target) -> {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("count", target.count());
            entry.put("mean", target.mean());
            entry.put("standard_deviation", target.deviation());
            entry.put("min", target.min());
            entry.put("lower_quartile", target.lowerQuartile());
            entry.put("median", target.median());
            entry.put("upper_quartile", target.upperQuartile());
            entry.put("max", target.max());
            targets.put(label, entry);
        });
        if (!targets.isEmpty()) {
            map.put("targets", targets);
        }
        return map;
    }

    private static Map<String, Object> byRole(Map<DataRole, ?> values) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (DataRole role : DataRole.values()) {
            if (values.containsKey(role)) {
                map.put(role.configName(), values.get(role));
            }
        }
        return map;
    }

    /** The data cannot be trained on; the caller tells why. */
    public void refused(String reason) {
        errors.add(reason);
        line("%nThe data cannot be trained on as it is; what a training needs was not checked.");
    }

    /** What the columns become, and what was to be warned of on the way. */
    public void features(FeatureSchema features, List<String> found) {
        List<Object> columns = new ArrayList<>();
        long numbers = 0;
        List<String> categories = new ArrayList<>();
        for (FeatureColumn column : features.columns()) {
            columns.add(Map.of("name", column.name(), "features", column.width()));
            if (column.width() == 1) {
                numbers++;
            } else {
                categories.add(column.name() + " " + column.width());
            }
        }
        json.put("features", features.width());
        json.put("feature_columns", columns);
        line(
                "%,d columns become %,d features: %,d of one%s.",
                features.columns().size(),
                features.width(),
                numbers,
                categories.isEmpty()
                        ? ""
                        : "; " + String.join(", ", categories.subList(0, Math.min(MOST_COLUMNS, categories.size()))));
        found.forEach(this::warn);
    }

    /** Columns that alone predict the label, among {@code examples} that were looked at. */
    public void leaks(List<FeatureLeaks.Leak> leaks, int examples) {
        json.put("leak_examples", examples);
        json.put(
                "leaks",
                leaks.stream()
                        .map(leak -> Map.of("column", leak.column(), "measure", leak.measure(), "value", leak.value()))
                        .toList());
        if (leaks.isEmpty()) {
            line("No column alone predicts a label (%,d training rows looked at).", examples);
        }
        leaks.forEach(leak -> warn("suspicious: column " + leak.describe()
                + ". Is it known when a prediction is wanted? If not, leave it out: data.features: { exclude: ["
                + leak.column() + "] }."));
    }

    /** The step that a training would take. */
    public void step(TrainingListener.Plan plan, ExampleSize size) {
        out.println();
        out.println("STEP");
        NetworkSpec network = plan.network();
        long rows = (plan.batchSize() + plan.shards() - 1) / plan.shards();
        double operations = Resources.operations(network, plan.batchSize(), size);
        line("Network %s: %,d parameters.", ConsoleReport.shape(network), network.parameterCount());
        line(
                "%,d steps an epoch of %,d examples, in %d shards: %,d rows a slice; %s FLOP a step.",
                plan.steps(), plan.batchSize(), plan.shards(), rows, magnitude(operations));
        line(
                "%d tasks on %d slots, sync: %s%s.",
                plan.tasks(),
                plan.slots(),
                plan.sync().configName(),
                plan.reason().map(reason -> " (auto " + reason + ")").orElse(" (as the config says)"));
        Map<String, Object> step = new LinkedHashMap<>();
        step.put("parameters", network.parameterCount());
        step.put("examples", plan.examples());
        step.put("batch_size", plan.batchSize());
        step.put("steps_per_epoch", plan.steps());
        step.put("shards", plan.shards());
        step.put("rows_per_slice", rows);
        step.put("flop", operations);
        step.put("tasks", plan.tasks());
        step.put("slots", plan.slots());
        step.put("sync", plan.sync().configName());
        plan.reason().ifPresent(reason -> step.put("sync_reason", reason));
        json.put("step", step);
        if (plan.tasks() < plan.slots()) {
            warn("only " + plan.tasks() + " of " + plan.slots() + " slots work: a shard is not divided. Set shards or a"
                    + " larger training.batch_size.");
        }
    }

    /** What it takes. */
    public void resources(List<Resources.Need> needs) {
        out.println();
        out.println("MEMORY");
        List<Object> list = new ArrayList<>();
        for (Resources.Need need : needs) {
            line("%-36s about %9s of %9s", need.what(), Sizes.of(need.needed()), Sizes.of(need.there()));
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("what", need.what());
            entry.put("needed_bytes", need.needed());
            entry.put("there_bytes", need.there());
            list.add(entry);
            if (need.exceeds()) {
                warn(need.what() + ": takes about " + Sizes.of(need.needed()) + ", and there are "
                        + Sizes.of(need.there()) + ". Give it more (LOCKSTEP_HEAP, spark.executor.memory,"
                        + " spark.local.dir), more executors, or take a smaller network.");
            }
        }
        json.put("memory", list);
    }

    /** The gradient check. */
    public void gradient(GradientCheckup.Outcome outcome) {
        out.println();
        out.println("GRADIENT");
        Map<String, Object> both = new LinkedHashMap<>();
        both.put("initial", check("at initialization", outcome.initial(), outcome));
        outcome.later()
                .ifPresentOrElse(
                        later -> both.put("later", check("after " + GradientCheckup.STEPS + " steps", later, outcome)),
                        () -> warn("the parameters were no longer finite after " + GradientCheckup.STEPS
                                + " steps. Lower training.optimizer.learning_rate, or set training.clip_norm."));
        both.put("verdict", verdict(GradientCheckup.verdict(outcome)));
        json.put("gradient_check", both);
    }

    private static String verdict(GradientCheck.Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }

    private Map<String, Object> check(String when, GradientCheck.Result result, GradientCheckup.Outcome outcome) {
        line(
                "%s: %s, relative difference %.1e (good below 1e-5, wrong above 1e-3).",
                when, verdict(result.verdict()), result.relativeDifference());
        line(
                "  %,d of %,d components on %d examples%s%s.",
                result.compared(),
                outcome.parameters(),
                outcome.examples(),
                result.compared() < outcome.parameters() ? ", a seeded sample of each W and b" : "",
                result.atKinks() > 0 ? "; " + result.atKinks() + " at a kink left out" : "");
        line("  worst: layer, parameter, index, backprop and two-sided difference");
        result.worst().stream()
                .limit(WORST)
                .forEach(worst -> line(
                        "    %d %s [%d, %d]  %.5e  %.5e",
                        worst.layer(),
                        worst.parameter(),
                        worst.row(),
                        worst.column(),
                        worst.backprop(),
                        worst.difference()));
        if (result.verdict() == GradientCheck.Verdict.SUSPICIOUS) {
            warn("gradient " + when + ": a suspicious difference. float32 can make it where values are huge"
                    + " (data.normalize: standard) or units lie beside the kink of a ReLU.");
        } else if (result.verdict() == GradientCheck.Verdict.WRONG) {
            warn("gradient " + when + ": backprop and differences disagree. Are features or targets of a huge scale"
                    + " (data.normalize, data.target: standard)? Else this is a fault of Lockstep: please report it.");
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("verdict", verdict(result.verdict()));
        if (Double.isFinite(result.relativeDifference())) {
            map.put("relative_difference", result.relativeDifference());
        }
        map.put("compared", result.compared());
        map.put("at_kinks", result.atKinks());
        map.put("examples", outcome.examples());
        map.put(
                "worst",
                result.worst().stream().map(GradientCheck.Component::describe).toList());
        return map;
    }

    /** The last line. */
    public void conclude() {
        out.println();
        out.println(
                warnings.isEmpty()
                        ? "Fine: nothing to warn of."
                        : warnings.size() == 1 ? "1 warning." : warnings.size() + " warnings.");
    }

    private static String magnitude(double operations) {
        double value = operations;
        String[] units = {"", " k", " M", " G", " T"};
        int unit = 0;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f%s", value, units[unit]);
    }
}
