package io.lockstep.bench;

import java.util.Iterator;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.ml.classification.MultilayerPerceptronClassificationModel;
import org.apache.spark.ml.classification.MultilayerPerceptronClassifier;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * MLlib's multilayer perceptron: sigmoid hidden layers, softmax, float64, L-BFGS. A turn is a fit; its time is that of a
 * pass, an evaluation of loss and gradient over all examples, from the end of the first evaluation to the end of the
 * last, divided by their number. So neither reading nor stacking the examples counts, which MLlib does before, while
 * what L-BFGS computes between the evaluations does.
 */
final class MllibContender implements Contender {
    private final SparkSession session;
    private final Dataset<Row> table;
    private final MultilayerPerceptronClassifier classifier;
    private final Evaluations evaluations = new Evaluations();

    /**
     * Prepares the table.
     *
     * @param iterations of L-BFGS in a turn; the more, the more evaluations share the measurement
     */
    static MllibContender open(SparkSession session, Mnist data, Net net, int iterations) {
        Part.source = data;
        return new MllibContender(session, data.width(), net, iterations);
    }

    private MllibContender(SparkSession session, int width, Net net, int iterations) {
        this.session = session;
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
        int slots = spark.defaultParallelism();
        JavaRDD<Row> rows = spark.parallelize(IntStream.range(0, slots).boxed().toList(), slots)
                .mapPartitions(new Part(slots));
        this.table = session.createDataFrame(
                rows,
                new StructType()
                        .add("label", DataTypes.DoubleType, false)
                        .add("features", SQLDataTypes.VectorType(), false));
        this.classifier = new MultilayerPerceptronClassifier()
                .setLayers(net.sizes(width).stream().mapToInt(Integer::intValue).toArray())
                .setMaxIter(iterations)
                .setTol(0)
                .setSeed(1);
        session.sparkContext().addSparkListener(evaluations);
    }

    @Override
    public Lap lap() throws Exception {
        evaluations.clear();
        MultilayerPerceptronClassificationModel model = classifier.fit(table);
        session.sparkContext().listenerBus().waitUntilEmpty();
        double[] losses = model.summary().objectiveHistory();
        return new Lap(
                evaluations.secondsEach(),
                Map.of("evaluations", (double) evaluations.count(), "train_loss", losses[losses.length - 1]));
    }

    @Override
    public void close() {
        session.sparkContext().removeSparkListener(evaluations);
    }

    /** Clocks the jobs that evaluate loss and gradient. */
    private static final class Evaluations extends SparkListener {
        private static final int NONE = -1;

        private int running = NONE;
        private int count;
        private long firstEnd;
        private long lastEnd;

        @Override
        public synchronized void onJobStart(SparkListenerJobStart job) {
            if (job.stageInfos().exists(stage -> stage.name().startsWith("treeAggregate at LBFGS"))) {
                running = job.jobId();
            }
        }

        @Override
        public synchronized void onJobEnd(SparkListenerJobEnd job) {
            if (job.jobId() == running) {
                lastEnd = job.time();
                firstEnd = count == 0 ? lastEnd : firstEnd;
                count++;
            }
        }

        synchronized void clear() {
            running = NONE;
            count = 0;
        }

        synchronized int count() {
            return count;
        }

        synchronized double secondsEach() {
            if (count < 2) {
                throw new IllegalStateException("expected several evaluations by L-BFGS, saw " + count);
            }
            return (lastEnd - firstEnd) / 1e3 / (count - 1);
        }
    }

    /** A task's rows. */
    private static final class Part implements FlatMapFunction<Iterator<Integer>, Row> {
        private static final long serialVersionUID = 1L;

        /** The tasks run in this JVM. */
        private static Mnist source;

        private final int parts;

        Part(int parts) {
            this.parts = parts;
        }

        @Override
        public Iterator<Row> call(Iterator<Integer> numbers) {
            int part = numbers.next();
            Mnist data = source;
            int from = (int) ((long) data.examples() * part / parts);
            int to = (int) ((long) data.examples() * (part + 1) / parts);
            return IntStream.range(from, to).mapToObj(i -> row(data, i)).iterator();
        }

        private static Row row(Mnist data, int example) {
            double[] features = new double[data.width()];
            for (int j = 0; j < features.length; j++) {
                features[j] = data.x()[example * features.length + j];
            }
            return RowFactory.create((double) data.label(example), Vectors.dense(features));
        }
    }
}
