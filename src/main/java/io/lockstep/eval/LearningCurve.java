package io.lockstep.eval;

import io.lockstep.data.DataRole;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The errors of the same config trained on parts of the training rows, each of which holds the smaller ones: whether more
 * data would help (the notes' recipe against high variance).
 *
 * @param set what unseen rows are: {@code dev}, or {@code test} where there is no dev set
 * @param points from the smallest part to all rows
 */
public record LearningCurve(String set, List<Point> points) {
    /** A gain below this part of the error is none that is worth as many rows again. */
    private static final double LEAST_GAIN = 0.05;

    private static final double ONE_SIDED = 1.645;

    public LearningCurve {
        points = points.stream()
                .sorted(Comparator.comparingLong(Point::examples))
                .toList();
    }

    /**
     * What came of a part.
     *
     * @param examples how many training rows
     * @param train the error on them
     * @param unseen the error on the set
     */
    public record Point(long examples, SetError train, SetError unseen) {}

    /** A point of these errors; empty where the sets do not have them. */
    public static List<Point> point(long examples, Map<DataRole, SetError> errors, DataRole unseen) {
        return errors.containsKey(DataRole.TRAIN) && errors.containsKey(unseen)
                ? List.of(new Point(examples, errors.get(DataRole.TRAIN), errors.get(unseen)))
                : List.of();
    }

    /** Whether the last of the rows have made the error smaller, and not by chance. */
    public boolean moreDataHelps() {
        if (points.size() < 2) {
            return false;
        }
        SetError before = points.get(points.size() - 2).unseen();
        SetError all = points.get(points.size() - 1).unseen();
        double gain = before.error() - all.error();
        return gain > ONE_SIDED * Math.hypot(before.standardError(), all.standardError())
                && gain >= LEAST_GAIN * before.error();
    }

    /** What it says, in words. */
    public String sentence() {
        if (points.size() < 2) {
            return "The learning curve has too few points to tell whether more data would help.";
        }
        Point before = points.get(points.size() - 2);
        Point all = points.get(points.size() - 1);
        String numbers = String.format(
                Locale.ROOT,
                "%s on %s with %,d training rows, %s with %,d",
                Diagnostician.percent(before.unseen().error()),
                set,
                before.examples(),
                Diagnostician.percent(all.unseen().error()),
                all.examples());
        if (!moreDataHelps()) {
            return "More data would hardly help: " + numbers + ".";
        }
        // errors fall by a power of the number of rows: as much again for as many times the rows
        double times = (double) all.examples() / before.examples();
        double next =
                all.unseen().error() * all.unseen().error() / before.unseen().error();
        return String.format(
                Locale.ROOT,
                "More data helps: %s; should it go on like that, %s with %,.0f.",
                numbers,
                Diagnostician.percent(next),
                all.examples() * times);
    }

    /** As {@code metrics.json} has it. */
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("set", set);
        List<Object> list = new ArrayList<>();
        for (Point point : points) {
            Map<String, Object> of = new LinkedHashMap<>();
            of.put("examples", point.examples());
            of.put("train", point.train().error());
            of.put("unseen", point.unseen().error());
            of.put("unseen_standard_error", point.unseen().standardError());
            list.add(of);
        }
        json.put("points", list);
        json.put("more_data_helps", moreDataHelps());
        json.put("sentence", sentence());
        return json;
    }
}
