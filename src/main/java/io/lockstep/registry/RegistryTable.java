package io.lockstep.registry;

import io.lockstep.eval.Comparison;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The versions of a registry as a table of 80 columns, the newest first. */
public final class RegistryTable {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    private RegistryTable() {}

    /** Its lines. */
    public static List<String> lines(Registry registry) {
        List<String> lines = new ArrayList<>();
        lines.add(row("version", "decided (UTC)", "start", "champion", "this", "p", "verdict"));
        List<Version> versions = new ArrayList<>(registry.versions());
        Collections.reverse(versions);
        Optional<Version> champion = registry.champion();
        for (Version version : versions) {
            String mark = champion.equals(Optional.of(version)) ? " *" : "";
            lines.add(registry.decision(version)
                    .map(decision -> row(version + mark, decision))
                    .orElseGet(() -> row(version + mark, "", "", "", "", "", "")));
        }
        lines.add(champion.map(version -> "* champion " + version + ", "
                        + registry.championBefore()
                                .map(before -> "before it " + before)
                                .orElse("none before it"))
                .orElse("no champion"));
        return lines;
    }

    private static String row(String version, Decision decision) {
        Optional<Comparison> comparison = decision.comparison();
        return row(
                version,
                TIME.format(decision.decided()),
                decision.start(),
                comparison.map(each -> number(each.champion())).orElse(""),
                comparison.map(each -> number(each.challenger())).orElse(""),
                comparison.map(each -> number(each.p())).orElse(""),
                decision.verdict().text());
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, "%-9s %-16s %-7s %10s %10s %9s  %-10s", cells)
                .stripTrailing();
    }

    private static String number(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size != 0 && (size < 0.0001 || size >= 1e6) ? "%.3g" : "%.4f", value);
    }
}
