package io.lockstep.report.document;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** A part of a section, as {@code report.js} draws it. Text is plain text everywhere, never markup. */
sealed interface Block {

    /** By which the script knows it. */
    @JsonProperty("kind")
    String kind();

    /** Key figures, the first one the most important. */
    record Facts(List<Fact> facts) implements Block {
        @Override
        public String kind() {
            return "facts";
        }
    }

    /** A key figure and, where there is more to say, a note of a few words. */
    record Fact(String name, String value, String note) {}

    /** Sentences. */
    record Prose(List<String> sentences) implements Block {
        @Override
        public String kind() {
            return "prose";
        }
    }

    /** What is not to be missed: a title, sentences, and a list of what to do, which may be empty. */
    record Notice(Level level, String title, List<String> sentences, List<String> next) implements Block {
        @Override
        public String kind() {
            return "notice";
        }
    }

    /** How bad it is. */
    enum Level {
        GOOD,
        PLAIN,
        WARNING
    }

    /** A table; the first column names the row. */
    record Table(String caption, List<Column> columns, List<List<Cell>> rows) implements Block {
        @Override
        public String kind() {
            return "table";
        }
    }

    /** A column, of text or of numbers. */
    record Column(String title, Align align) {
        static Column text(String title) {
            return new Column(title, Align.TEXT);
        }

        static Column number(String title) {
            return new Column(title, Align.NUMBER);
        }
    }

    /** How a column's cells stand. */
    enum Align {
        TEXT,
        NUMBER
    }

    /** What a cell says, and a note in small print below it, which may be empty. */
    record Cell(String text, String note) {
        static Cell of(String text) {
            return new Cell(text, "");
        }
    }

    /**
     * Lines over numbers.
     *
     * @param reading how to read the chart, a sentence
     * @param marks upright lines at places of x
     */
    record LineChart(String title, String reading, Axis x, Axis y, List<Line> lines, List<Mark> marks)
            implements Block {
        @Override
        public String kind() {
            return "lines";
        }
    }

    /** An axis; {@code style} says how its numbers are written. */
    record Axis(String title, Scale scale, Style style) {
        static Axis linear(String title) {
            return new Axis(title, Scale.LINEAR, Style.NUMBER);
        }

        static Axis log(String title) {
            return new Axis(title, Scale.LOGARITHMIC, Style.NUMBER);
        }

        static Axis share(String title) {
            return new Axis(title, Scale.LINEAR, Style.PERCENT);
        }

        /** A share that is shown from 0 to 1. */
        static Axis wholeShare(String title) {
            return new Axis(title, Scale.UNIT, Style.PERCENT);
        }
    }

    /** How an axis is divided. */
    enum Scale {
        LINEAR,
        LOGARITHMIC,
        /** Linear, from 0 to 1. */
        UNIT
    }

    /** How numbers are written. */
    enum Style {
        NUMBER,
        PERCENT
    }

    /** A line's name, look and points: x and y. */
    record Line(String name, Look look, List<List<Double>> points) {}

    /**
     * What a line or a bar stands for, which decides its colour.
     *
     * @param role {@code train}, {@code dev}, …, {@code reference}; or {@code order}: one of several in an order
     * @param number of {@code of}, from 0; of roles that are no order 0
     */
    record Look(String role, int number, int of) {
        static Look of(String role) {
            return new Look(role, 0, 1);
        }

        static Look inOrder(int number, int of) {
            return new Look("order", number, of);
        }
    }

    /** An upright line. */
    record Mark(double x, String label) {}

    /** Bars over categories, side by side or one upon the other. */
    record BarChart(
            String title,
            String reading,
            Axis x,
            Axis y,
            Arrangement arrangement,
            List<String> categories,
            List<Bars> bars)
            implements Block {
        @Override
        public String kind() {
            return "bars";
        }
    }

    /** Where bars of one category stand. */
    enum Arrangement {
        BESIDE,
        /** One upon the other. */
        STACKED,
        /** Without a gap between categories, as in a histogram. */
        HISTOGRAM
    }

    /** Bars of one name and look, a value for each category. */
    record Bars(String name, Look look, List<Double> values) {}

    /** Counts of pairs of classes, rows observed and columns predicted. */
    record Confusion(String caption, List<String> classes, List<List<Long>> counts) implements Block {
        @Override
        public String kind() {
            return "confusion";
        }
    }

    /** Text as it is in a file, behind a line that opens it. */
    record Code(String caption, String text) implements Block {
        @Override
        public String kind() {
            return "code";
        }
    }
}
