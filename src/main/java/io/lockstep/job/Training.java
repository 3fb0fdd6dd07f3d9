package io.lockstep.job;

import io.lockstep.config.ConfigWriter;
import io.lockstep.config.LockstepConfig;
import io.lockstep.data.DataRole;
import io.lockstep.data.Faults;
import io.lockstep.data.FeatureHistograms;
import io.lockstep.data.TrainingData;
import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import io.lockstep.error.Reason;
import io.lockstep.eval.Assessment;
import io.lockstep.eval.Assessor;
import io.lockstep.eval.FeatureProfile;
import io.lockstep.eval.LearningCurve;
import io.lockstep.math.Blas;
import io.lockstep.model.ModelDescription;
import io.lockstep.model.ModelDirectory;
import io.lockstep.model.ModelDraft;
import io.lockstep.model.ModelIo;
import io.lockstep.report.DiagnosisText;
import io.lockstep.report.MetricsTable;
import io.lockstep.report.Text;
import io.lockstep.train.EpochRecord;
import io.lockstep.train.EpochTime;
import io.lockstep.train.HealthWarning;
import io.lockstep.train.Resources;
import io.lockstep.train.ResumableTraining;
import io.lockstep.train.Trainer;
import io.lockstep.train.TrainingListener;
import io.lockstep.train.TrainingResult;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** One training from data to model directory. */
final class Training {
    private static final int WIDTH = 80;

    private final SparkSession spark;
    private final LockstepConfig config;
    private final TrainingListener listener;
    private final PrintStream out;
    private final Occasion occasion;

    Training(SparkSession spark, LockstepConfig config, TrainingListener listener, PrintStream out) {
        this(
                spark,
                config,
                listener,
                out,
                Occasion.output(config, spark.sparkContext().hadoopConfiguration()));
    }

    Training(SparkSession spark, LockstepConfig config, TrainingListener listener, PrintStream out, Occasion occasion) {
        this.occasion = occasion;
        this.spark = spark;
        this.config = config;
        this.listener = listener;
        this.out = out;
    }

    /** Where a training starts. */
    enum Start {
        /** At the beginning. */
        ANEW,
        /** At the newest checkpoint. */
        CHECKPOINT,
        /** As the occasion has it. */
        CHOSEN
    }

    /** Trains, evaluates, publishes and prints. */
    void run(Start from) {
        ModelDirectory directory = occasion.directory();
        directory.checkWritable();
        Map<String, String> versions = new LinkedHashMap<>();
        Versions.lineage().forEach((part, version) -> versions.put(part, version.toString()));
        versions.putAll(occasion.origin());
        ResumableTraining resumable =
                new ResumableTraining(config, directory, versions, sentence -> Text.wrap(sentence, "  ", WIDTH)
                        .forEach(out::println));
        switch (from) {
            case CHECKPOINT -> resumable.findNewest();
            case ANEW -> resumable.beginAnew();
            case CHOSEN -> occasion.choose(resumable);
        }
        out.printf(
                Locale.ROOT,
                "%s: %s on Spark %s (%s), %s.%n",
                config.name(),
                config.task().configName(),
                spark.version(),
                spark.sparkContext().master(),
                Blas.description());
        long start = System.nanoTime();
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        try (TrainingData data =
                TrainingData.prepare(spark, config, Resources.preflight(context, config), occasion.predecessor())) {
            describe(data, start);
            occasion.prepared(data);
            Trainer trainer = new Trainer(context, config, data, listener, occasion.start(data));
            TrainingResult result = resumable.train(trainer, data);
            publish(directory, data, trainer, result);
        }
    }

    private void describe(TrainingData data, long start) {
        StringBuilder sets = new StringBuilder();
        for (DataRole role : DataRole.values()) {
            if (data.has(role)) {
                sets.append(sets.length() == 0 ? "" : ", ")
                        .append(role.configName())
                        .append(String.format(
                                Locale.ROOT, " %,d", data.set(role).examples()));
            }
        }
        out.printf(
                Locale.ROOT,
                "Data: %s rows; %,d features%s (%.1f s).%n",
                sets,
                data.features().width(),
                outputs(data),
                (System.nanoTime() - start) / 1e9);
        data.warnings().forEach(out::println);
    }

    private String outputs(TrainingData data) {
        int labels = config.data().labels().size();
        return data.classes().isEmpty()
                ? labels > 1 ? ", " + labels + " labels" : ""
                : ", " + data.classes().size() + " classes";
    }

    private void publish(ModelDirectory directory, TrainingData data, Trainer trainer, TrainingResult result) {
        ModelDescription description = new ModelDescription(
                config.name(),
                config.task().configName(),
                trainer.network(),
                config.data().labels(),
                config.data().weight(),
                data.classes(),
                data.features(),
                data.preparation().normalization(),
                data.preparation().target(),
                lineage(data, result));
        try (ModelDraft draft = directory.openDraft()) {
            // first what took long to make: from here on a failure leaves a whole model behind, only without metrics
            String sha256 = ModelIo.write(draft, description, result.theta());
            Assessment assessment = assessInto(draft, description, data, trainer, result, sha256);
            occasion.trained(draft, description, result.theta(), data);
            draft.publish();
            MetricsTable.print(out, assessment.sets());
            DiagnosisText.print(out, assessment);
            out.println("Model " + occasion.name() + ", report.html in it");
            out.println("SHA-256 " + sha256);
        } catch (IOException e) {
            throw new ConfigException(
                    "output: the model cannot be written to " + occasion.name() + ": " + Reason.of(e), e);
        }
    }

    private Assessment assessInto(
            ModelDraft draft,
            ModelDescription description,
            TrainingData data,
            Trainer trainer,
            TrainingResult result,
            String sha256) {
        try {
            Assessor assessor = new Assessor(spark, config, data);
            Optional<FeatureProfile> profile = assessor.profile();
            if (profile.isEmpty()) {
                out.printf(
                        Locale.ROOT,
                        "Drift is not measured: there are more than %,d features.%n",
                        FeatureHistograms.MOST_FEATURES);
            }
            Assessment assessment = assessor.assess(trainer, result, profile);
            Map<String, Object> json = assessment.json();
            if (occasion.hasLearningCurve()) {
                LearningCurve curve = new PartialTrainings(spark, config, out)
                        .curve(data.set(DataRole.TRAIN).examples(), assessment.errors());
                Text.wrap(curve.sentence(), "  ", WIDTH).forEach(out::println);
                json.put("learning_curve", curve.json());
            }
            json.put("epochs", result.epochs().stream().map(Training::json).toList());
            json.put("best_epoch", result.bestEpoch());
            json.put("initial_health", result.health().initial().json());
            json.put(
                    "warnings",
                    result.health().warnings().stream().map(HealthWarning::json).toList());
            json.put("weights_sha256", sha256);
            ResultFiles.write(draft, config, description, json);
            if (profile.isPresent()) {
                try (OutputStream stream = draft.create(FeatureProfile.FILE)) {
                    stream.write(profile.get().json(data.features()));
                }
            }
            return assessment;
        } catch (IOException e) {
            draft.leave();
            throw new ConfigException(
                    "output: metrics.json and what goes with it cannot be written: " + Reason.of(e)
                            + "; the model is trained and whole in " + draft.path() + ": move it to where you want it",
                    e);
        } catch (RuntimeException e) {
            draft.leave();
            String kept = "the model is trained and whole in " + draft.path() + ": move it to where you want it";
            throw Faults.of(e)
                    .<RuntimeException>map(fault ->
                            new DataException(fault.getMessage() + " It came after the last epoch; " + kept, e))
                    .orElseGet(() ->
                            new IllegalStateException("the evaluation failed (" + Reason.of(e) + "); " + kept, e));
        }
    }

    private Map<String, Object> lineage(TrainingData data, TrainingResult result) {
        Map<String, Object> lineage = new LinkedHashMap<>();
        Map<String, Object> sets = new LinkedHashMap<>();
        for (DataRole role : DataRole.values()) {
            if (data.has(role)) {
                Map<String, Object> set = new LinkedHashMap<>();
                set.put("examples", data.set(role).examples());
                set.put("fingerprint", String.format(Locale.ROOT, "%016x", data.fingerprint(role)));
                sets.put(role.configName(), set);
            }
        }
        lineage.put("data", sets);
        lineage.putAll(occasion.lineage(data));
        lineage.put("seed", config.training().seed());
        lineage.put("shards", data.set(DataRole.TRAIN).shards());
        lineage.put("best_epoch", result.bestEpoch());
        lineage.put("versions", Versions.lineage());
        lineage.put("config", withoutNulls(ConfigWriter.toMap(config)));
        return lineage;
    }

    /** A model's lineage has no nulls: a key that is null in the config is left out. */
    private static Map<String, Object> withoutNulls(Map<?, ?> map) {
        Map<String, Object> kept = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            if (value instanceof Map<?, ?> nested) {
                kept.put(key.toString(), withoutNulls(nested));
            } else if (value instanceof List<?> list) {
                List<Object> items = new ArrayList<>();
                list.forEach(item -> items.add(item instanceof Map<?, ?> nested ? withoutNulls(nested) : item));
                kept.put(key.toString(), items);
            } else if (value != null) {
                kept.put(key.toString(), value);
            }
        });
        return kept;
    }

    private static Map<String, Object> json(EpochRecord epoch) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("epoch", epoch.epoch());
        json.put("train_loss", epoch.trainLoss());
        // JSON has neither NaN nor infinities
        epoch.dev().ifPresent(dev -> dev.values().entrySet().stream()
                .filter(entry -> Double.isFinite(entry.getValue()))
                .forEach(entry -> json.put("dev_" + entry.getKey().configName(), entry.getValue())));
        EpochTime time = epoch.time();
        json.put("seconds", time.seconds());
        json.put("examples_per_second", epoch.examplesPerSecond());
        json.put("sync_share", time.syncShare());
        json.put("compute_seconds", time.compute());
        json.put("wait_seconds", time.waiting());
        json.put("exchange_seconds", time.exchange());
        json.put("optimizer_seconds", time.optimizer());
        json.put("overhead_seconds", time.overhead());
        json.put("learning_rate", epoch.learningRate());
        json.put("health", epoch.health().json());
        return json;
    }
}
