package io.lockstep.data;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a scan found in a table.
 *
 * @param key the config key that names it, e.g. {@code data.train}
 * @param bytes of its files
 * @param rows how many there are, by the role that the split gives them
 * @param classes of a classification: rows by role and class; of several labels: rows that have each; empty for others
 * @param targets of a regression's training rows, by label; empty for others, and where there is no number
 */
public record TableProfile(
        String key,
        String path,
        String format,
        long bytes,
        Map<DataRole, Long> rows,
        List<ColumnProfile> columns,
        Map<DataRole, SortedMap<String, Long>> classes,
        Map<String, Distribution> targets) {

    /** The distribution of a column of numbers; quantiles to a thousandth of the ranks. */
    public record Distribution(
            long count,
            double mean,
            double deviation,
            double min,
            double lowerQuartile,
            double median,
            double upperQuartile,
            double max) {}

    public TableProfile {
        rows = new EnumMap<>(rows);
        columns = List.copyOf(columns);
        Map<DataRole, SortedMap<String, Long>> copy = new EnumMap<>(DataRole.class);
        classes.forEach((role, counts) -> copy.put(role, new TreeMap<>(counts)));
        classes = copy;
        targets = Collections.unmodifiableMap(new LinkedHashMap<>(targets));
    }
}
