package io.lockstep.eval;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** All examples of a ranking in the order of their scores. */
final class ScoreOrder {
    /** As in {@link ExactScores}, rising. */
    private final long[] examples;

    private ScoreOrder(long[] examples) {
        this.examples = examples;
    }

    /** Merges runs. */
    static ScoreOrder of(List<ExactScores.Run> runs) {
        long[] all =
                new long[runs.stream().mapToInt(run -> run.examples().length).sum()];
        int at = 0;
        for (ExactScores.Run run : runs) {
            System.arraycopy(run.examples(), 0, all, at, run.examples().length);
            at += run.examples().length;
        }
        Arrays.parallelSort(all);
        return new ScoreOrder(all);
    }

    /** Takes the weight of positive and negative examples of one score. */
    @FunctionalInterface
    interface GroupConsumer {
        void accept(double positive, double negative);
    }

    /** Whether all scores are numbers. */
    boolean isDefined() {
        return examples.length > 0
                && ExactScores.isProbability(examples[0])
                && ExactScores.isProbability(examples[examples.length - 1]);
    }

    /** Hands on the groups of equal scores, from the greatest score on. */
    void forEachFalling(GroupConsumer consumer) {
        for (int end = examples.length; end > 0; ) {
            int from = end - 1;
            while (from > 0 && isSameScore(from - 1, from)) {
                from--;
            }
            accept(consumer, from, end);
            end = from;
        }
    }

    /** Hands on the groups of equal scores, from the least score on. */
    void forEachRising(GroupConsumer consumer) {
        for (int from = 0; from < examples.length; ) {
            int end = from + 1;
            while (end < examples.length && isSameScore(end - 1, end)) {
                end++;
            }
            accept(consumer, from, end);
            from = end;
        }
    }

    private boolean isSameScore(int i, int j) {
        return ExactScores.score(examples[i]) == ExactScores.score(examples[j]);
    }

    private void accept(GroupConsumer consumer, int from, int end) {
        double positive = 0;
        double negative = 0;
        for (int i = from; i < end; i++) {
            double w = ExactScores.weight(examples[i]);
            if (ExactScores.isPositive(examples[i])) {
                positive += w;
            } else {
                negative += w;
            }
        }
        consumer.accept(positive, negative);
    }

    /**
     * The weight by block and bin of scores: bins of equally many examples, or one for each score where there are few. Of
     * each block positive and negative, alternating, from the bin of the greatest scores on.
     */
    double[][] bins(List<ExactScores.Run> runs, int blocks, int mostBins) {
        int[] floors = floors(mostBins);
        double[][] bins = new double[blocks][2 * floors.length];
        for (ExactScores.Run run : runs) {
            double[] of = bins[run.block()];
            int bin = 0;
            for (int i = run.examples().length - 1; i >= 0; i--) {
                long example = run.examples()[i];
                while (ExactScores.score(example) < floors[bin]) {
                    bin++;
                }
                of[2 * bin + (ExactScores.isPositive(example) ? 0 : 1)] += ExactScores.weight(example);
            }
        }
        return bins;
    }

    /** The least score of each bin, falling. */
    private int[] floors(int mostBins) {
        IntStream.Builder floors = IntStream.builder();
        // a group of equal scores lies in one bin, so that bins may be larger, and fewer
        int size = (examples.length + mostBins - 1) / mostBins;
        int distinct = 0;
        for (int i = 0; i < examples.length && distinct <= mostBins; i++) {
            distinct += i == 0 || !isSameScore(i - 1, i) ? 1 : 0;
        }
        int least = distinct <= mostBins ? 1 : size;
        int inBin = 0;
        for (int i = examples.length - 1; i >= 0; i--) {
            inBin++;
            boolean endsGroup = i == 0 || !isSameScore(i - 1, i);
            if (endsGroup && (inBin >= least || i == 0)) {
                floors.add(ExactScores.score(examples[i]));
                inBin = 0;
            }
        }
        return floors.build().toArray();
    }
}
