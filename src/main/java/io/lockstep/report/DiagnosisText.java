package io.lockstep.report;

import io.lockstep.eval.Assessment;
import io.lockstep.eval.Diagnosis;
import io.lockstep.eval.Drift;
import io.lockstep.eval.FeatureDrift;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What stands between a model and the best there could be, and what to try first, in lines of a terminal's width. */
public final class DiagnosisText {
    private static final int WIDTH = 80;
    private static final String INDENT = "  ";

    private DiagnosisText() {}

    /** Prints it. */
    public static void print(PrintStream out, Assessment assessment) {
        lines(assessment).forEach(out::println);
    }

    /** Prints how data lie beside what a model learnt from. */
    public static void print(PrintStream out, Drift drift) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "Drift: %,d of %,d columns lie elsewhere than train's.",
                drift.shifted(),
                drift.compared()));
        drift.columns().stream().filter(FeatureDrift::isShifted).forEach(column -> add(lines, column.words(), INDENT));
        drift.toldApart().ifPresent(found -> add(lines, found.words(), INDENT));
        lines.forEach(out::println);
    }

    private static List<String> lines(Assessment assessment) {
        Diagnosis diagnosis = assessment.diagnosis();
        List<String> lines = new ArrayList<>(List.of("Diagnosis: " + diagnosis.verdict() + "."));
        diagnosis.sentences().forEach(sentence -> add(lines, sentence, ""));
        assessment.drift().forEach((set, drift) -> drift.words()
                .ifPresent(words -> add(lines, "Drift of " + set + ": " + words + ".", "")));
        int number = 1;
        for (String step : diagnosis.next()) {
            add(lines, number++ + ". " + step, "   ");
        }
        return lines;
    }

    private static void add(List<String> lines, String text, String hanging) {
        Text.wrap(text, hanging, WIDTH - INDENT.length()).forEach(line -> lines.add(INDENT + line));
    }
}
