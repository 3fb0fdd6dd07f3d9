package io.lockstep.eval;

import io.lockstep.config.EvaluationMetric;
import io.lockstep.data.Shard;
import io.lockstep.data.ShardRange;
import io.lockstep.data.ShardTask;
import io.lockstep.model.TargetTransform;
import io.lockstep.nn.NetworkSpec;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction2;
import org.apache.spark.broadcast.Broadcast;

/**
 * Compares two models on the same rows, row by row: by {@link McNemar} where rows are right or wrong and weigh the same,
 * else by a {@link PairedBootstrap}. One pass over the rows; sums are of runs of the canonical order and added in that order, so the
 * result depends neither on tasks nor on the files that the rows came in.
 */
public final class PairedComparison {
    private final EvaluationMetric metric;
    private final long seed;

    /**
     * A comparison.
     *
     * @param seed of the bootstrap
     */
    public PairedComparison(EvaluationMetric metric, long seed) {
        this.metric = metric;
        this.seed = seed;
    }

    /**
     * One of the two.
     *
     * @param shards the rows as this model sees them: those of both are in the same order, cut alike, and in as many tasks
     * @param target what a regression predicts
     * @param theta θ
     * @param classes of each of the model's classes the index among the challenger's, −1 for one that is not there; empty
     *     for the other tasks
     */
    @SuppressWarnings("ArrayRecordComponent") // a value to take apart, never compared
    public record Contender(
            JavaRDD<ShardTask> shards,
            NetworkSpec network,
            TargetTransform target,
            float[] theta,
            List<Integer> classes) {}

    /**
     * Compares.
     *
     * @param champion whose shards need no targets
     * @param challenger whose shards have the targets and weights
     * @param examples how many rows there are
     * @param weighted whether they weigh differently
     */
    public Comparison compare(Contender champion, Contender challenger, long examples, boolean weighted) {
        JavaSparkContext spark =
                JavaSparkContext.fromSparkContext(challenger.shards().context());
        Broadcast<float[]> first = spark.broadcast(champion.theta().clone());
        Broadcast<float[]> second = spark.broadcast(challenger.theta().clone());
        try {
            List<Part> parts = new ArrayList<>(champion.shards()
                    .zipPartitions(
                            challenger.shards(),
                            new PairTask(metric, examples, model(champion), first, model(challenger), second))
                    .collect());
            parts.sort(Comparator.comparingInt(Part::shard));
            return comparison(parts, terms(challenger), examples, weighted);
        } finally {
            first.destroy();
            second.destroy();
        }
    }

    private static RowTerms.Model model(Contender contender) {
        return new RowTerms.Model(contender.network(), contender.target(), contender.classes());
    }

    private int terms(Contender contender) {
        return RowTerms.count(metric, contender.network().outputs());
    }

    private Comparison comparison(List<Part> parts, int terms, long examples, boolean weighted) {
        TreeMap<Integer, PairedSums> blocks = new TreeMap<>();
        long b = 0;
        long c = 0;
        for (Part part : parts) {
            for (int i = 0; i < part.blocks().size(); i++) {
                blocks.computeIfAbsent(part.firstBlock() + i, block -> new PairedSums(terms))
                        .add(part.blocks().get(i), 1);
            }
            b += part.onlyChampion();
            c += part.onlyChallenger();
        }
        PairedSums total = new PairedSums(terms);
        blocks.values().forEach(block -> total.add(block, 1));
        PairedBootstrap bootstrap = PairedBootstrap.of(List.copyOf(blocks.values()), terms, metric, seed);
        boolean rightOrWrong = metric == EvaluationMetric.ACCURACY || metric == EvaluationMetric.ERROR;
        McNemar counted = rightOrWrong && !weighted
                ? McNemar.of(b, c)
                : new McNemar(Comparison.Test.PAIRED_BOOTSTRAP, bootstrap.p());
        return new Comparison(
                metric,
                examples,
                total.champion(metric),
                total.challenger(metric),
                total.gain(metric),
                bootstrap.low(),
                bootstrap.high(),
                counted.test(),
                counted.p(),
                rightOrWrong ? Optional.of(new Comparison.Discordant(b, c)) : Optional.empty());
    }

    /** The block of the row of this rank. */
    private static int block(long rank, long examples) {
        // ranks are below 2⁵³ by far, and blocks at most a thousand
        return (int) (rank * Math.min(PairedBootstrap.MOST_BLOCKS, examples) / examples);
    }

    /**
     * What a shard comes to.
     *
     * @param blocks from {@code firstBlock} on, those that the shard has rows of
     */
    private record Part(int shard, int firstBlock, List<PairedSums> blocks, long onlyChampion, long onlyChallenger)
            implements Serializable {}

    /** Pairs a task's shards. */
    private static final class PairTask implements FlatMapFunction2<Iterator<ShardTask>, Iterator<ShardTask>, Part> {
        private static final long serialVersionUID = 1L;

        private final EvaluationMetric metric;
        private final long examples;
        private final RowTerms.Model champion;
        private final Broadcast<float[]> championTheta;
        private final RowTerms.Model challenger;
        private final Broadcast<float[]> challengerTheta;

        PairTask(
                EvaluationMetric metric,
                long examples,
                RowTerms.Model champion,
                Broadcast<float[]> championTheta,
                RowTerms.Model challenger,
                Broadcast<float[]> challengerTheta) {
            this.metric = metric;
            this.examples = examples;
            this.champion = champion;
            this.championTheta = championTheta;
            this.challenger = challenger;
            this.challengerTheta = challengerTheta;
        }

        @Override
        public Iterator<Part> call(Iterator<ShardTask> champions, Iterator<ShardTask> challengers) {
            ShardTask championTask = champions.next();
            ShardTask challengerTask = challengers.next();
            RowTerms first = new RowTerms(champion, metric, championTask, championTheta.value());
            RowTerms second = new RowTerms(challenger, metric, challengerTask, challengerTheta.value());
            return IntStream.range(0, challengerTask.shards().size())
                    .mapToObj(i -> part(first, championTask, second, challengerTask, i))
                    .iterator();
        }

        private Part part(
                RowTerms first, ShardTask championTask, RowTerms second, ShardTask challengerTask, int index) {
            ShardRange range = challengerTask.shards().get(index);
            if (!championTask.shards().get(index).equals(range)) {
                throw new IllegalStateException("shards that are not cut alike: " + range + " and "
                        + championTask.shards().get(index));
            }
            Shard shard = challengerTask.shard(range);
            RowTerms.Observed observed = new RowTerms.Observed(range.rows(), RowTerms.observed(challenger));
            double[] challengerTerms = second.observing(shard, observed);
            double[] championTerms = first.of(championTask.shard(range), observed);
            int each = RowTerms.count(metric, challenger.network().outputs());
            List<PairedSums> blocks = new ArrayList<>();
            int firstBlock = block(range.start(), examples);
            long b = 0;
            long c = 0;
            for (int j = 0; j < range.rows(); j++) {
                int block = block(range.start() + j, examples) - firstBlock;
                while (blocks.size() <= block) {
                    blocks.add(new PairedSums(each));
                }
                blocks.get(block).add(observed.weights[j], championTerms, challengerTerms, j * each);
                int direction = each == 1 ? Double.compare(challengerTerms[j], championTerms[j]) : 0;
                boolean challengerIsRight = metric.higherIsBetter() ? direction > 0 : direction < 0;
                b += direction != 0 && !challengerIsRight ? 1 : 0;
                c += challengerIsRight ? 1 : 0;
            }
            return new Part(range.shard(), firstBlock, blocks, b, c);
        }
    }
}
