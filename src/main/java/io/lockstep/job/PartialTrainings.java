package io.lockstep.job;

import io.lockstep.config.ConfigReader;
import io.lockstep.config.ConfigWriter;
import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.Jobs;
import io.lockstep.data.TrainingData;
import io.lockstep.error.DataException;
import io.lockstep.eval.Assessor;
import io.lockstep.eval.LearningCurve;
import io.lockstep.eval.SetError;
import io.lockstep.optim.Schedule;
import io.lockstep.train.Resources;
import io.lockstep.train.Trainer;
import io.lockstep.train.TrainingListener;
import io.lockstep.train.TrainingResult;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * Trains a config on parts of its training rows, for a learning curve: the same dev and test rows; the others are set aside
 * by the hash that deals rows to sets, so that a part holds the smaller ones. A part is trained on for as many steps as the
 * whole, that is for more epochs, lest it do worse for having learnt less long; where the schedule counts epochs, for the
 * same epochs.
 */
final class PartialTrainings {
    private static final List<Double> PARTS = List.of(0.125, 0.25, 0.5);

    private final SparkSession spark;
    private final LockstepConfig config;
    private final PrintStream out;

    PartialTrainings(SparkSession spark, LockstepConfig config, PrintStream out) {
        this.spark = spark;
        this.config = config;
        this.out = out;
    }

    /** The curve, whose last point are the errors of the training on all rows. */
    LearningCurve curve(long examples, Map<DataRole, SetError> all) {
        DataRole unseen = all.containsKey(DataRole.DEV) ? DataRole.DEV : DataRole.TEST;
        List<LearningCurve.Point> points = new ArrayList<>(LearningCurve.point(examples, all, unseen));
        for (double part : PARTS) {
            try {
                points.addAll(
                        Jobs.named(spark.sparkContext(), "on " + part + " of the rows", () -> point(part, unseen)));
            } catch (DataException e) {
                out.printf("Learning curve: without %s of the training rows, for %s%n", part, e.getMessage());
            }
        }
        return new LearningCurve(unseen.configName(), points);
    }

    private List<LearningCurve.Point> point(double part, DataRole unseen) {
        LockstepConfig partial = partial(part);
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        try (TrainingData data = TrainingData.prepare(spark, partial, Resources.preflight(context, partial))) {
            Trainer trainer = new Trainer(context, partial, data, new TrainingListener() {});
            TrainingResult result = trainer.train();
            long examples = data.set(DataRole.TRAIN).examples();
            Map<DataRole, SetError> errors =
                    new Assessor(spark, partial, data).errors(trainer, result, List.of(DataRole.TRAIN, unseen));
            List<LearningCurve.Point> point = LearningCurve.point(examples, errors, unseen);
            point.forEach(of -> out.printf(
                    Locale.ROOT,
                    "Learning curve: %,d rows, error %.4f on train, %.4f on %s.%n",
                    of.examples(),
                    of.train().error(),
                    of.unseen().error(),
                    unseen.configName()));
            return point;
        }
    }

    private LockstepConfig partial(double part) {
        double kept = (1 - config.data().split().trainDev()) * part;
        Schedule schedule = config.training().schedule();
        boolean inTime = schedule instanceof Schedule.Constant || schedule instanceof Schedule.Cosine;
        long epochs = inTime
                ? Math.round(config.training().epochs() / part)
                : config.training().epochs();
        return ConfigReader.read(
                ConfigWriter.yaml(ConfigWriter.toMap(config)),
                "--learning-curve",
                List.of("data.split.train_dev=" + (1 - kept), "training.epochs=" + epochs, "checkpoint=null"));
    }
}
