package io.lockstep.data;

import io.lockstep.config.DataConfig;
import io.lockstep.config.DataFormat;
import io.lockstep.config.LockstepConfig;
import io.lockstep.config.Task;
import io.lockstep.error.DataException;
import io.lockstep.model.FeatureSchema;
import io.lockstep.model.ModelDescription;
import io.lockstep.model.Storage;
import io.lockstep.model.TargetTransform;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.types.StructType;

/**
 * How a config's rows become examples, as one survey of the training rows decided it.
 *
 * @param features without what fills missing values, which takes another pass
 * @param classes by index; empty for a regression and a multilabel task
 * @param warnings sentences on what looks as if it were meant otherwise
 * @param survey of the training file
 * @param inheritance what of it is an earlier model's
 */
record Encoding(
        LockstepConfig config,
        FeatureSchema features,
        List<String> classes,
        List<String> warnings,
        Survey survey,
        Predecessor.Inheritance inheritance) {
    /** Classes that may have less than two rows each on average; with more of them the label is no class. */
    private static final int MOST_LONELY_CLASSES = 20;

    Encoding {
        classes = List.copyOf(classes);
        warnings = List.copyOf(warnings);
    }

    /**
     * Surveys the training file.
     *
     * @throws DataException if no network can be trained on such columns
     */
    static Encoding of(LockstepConfig config, Tables.Source train, Predecessor predecessor) {
        DataConfig data = config.data();
        StructType table = train.table().schema();
        List<String> keyColumns = KeyHash.columns(data, train);
        boolean files = train.format() == DataFormat.IMAGE;
        FeatureColumns columns =
                new FeatureColumns(data, table, keyColumns, files ? Optional.of(ImageTable.IMAGE) : data.imageColumn());
        boolean classification = config.task() == Task.CLASSIFICATION;
        String classLabel = classification ? data.labels().get(0) : "";
        if (classification) {
            TargetEncoder.requireClasses(classLabel, table);
        }
        Survey survey = Survey.of(
                train.rows(),
                table,
                new KeyHash(table, keyColumns),
                Splitter.ofTrainingFile(data),
                columns.toSurvey(),
                classLabel);
        if (survey.rows(DataRole.TRAIN) == 0) {
            throw new DataException("data.train: there are no rows to train on in " + data.train() + ".");
        }
        FeatureSchema fresh = columns.schema(config, survey);
        Predecessor.Inheritance inheritance = predecessor.inheritance(observed(survey), fresh);
        List<String> warnings = new ArrayList<>(columns.warnings(survey));
        if (inheritance.model().isPresent()) {
            ModelDescription model = inheritance.model().get();
            warnings.addAll(Predecessor.warnings(model, fresh));
            return new Encoding(config, model.features(), model.classes(), warnings, survey, inheritance);
        }
        List<String> classes = classification ? classes(survey, classLabel) : List.of();
        return new Encoding(config, fresh, classes, warnings, survey, inheritance);
    }

    /** The classes of all rows; none where there are no classes. */
    private static SortedSet<String> observed(Survey survey) {
        SortedSet<String> all = new TreeSet<>();
        Stream.of(DataRole.values()).forEach(role -> all.addAll(survey.classes(role)));
        return all;
    }

    private static List<String> classes(Survey survey, String label) {
        SortedSet<String> names = survey.classes(DataRole.TRAIN);
        if (names.size() == 1) {
            throw new DataException("label column \"" + label + "\": expected at least two classes, found only \""
                    + names.first() + "\" among the training rows.");
        }
        long rows = survey.rows(DataRole.TRAIN);
        if (names.size() > MOST_LONELY_CLASSES && names.size() > rows / 2) {
            throw new DataException("label column \"" + label + "\": " + names.size() + " different values in " + rows
                    + " training rows are too many for classes, e.g. \"" + names.first()
                    + "\". If it is a number to predict, set task: regression.");
        }
        for (DataRole role : List.of(DataRole.TRAIN_DEV, DataRole.DEV, DataRole.TEST)) {
            for (String name : survey.classes(role)) {
                if (!names.contains(name)) {
                    throw new DataException("label column \"" + label + "\": class \"" + name
                            + "\" is among the rows of "
                            + role.configName() + " but not among those of train; the model could never predict it."
                            + " Give it more rows, or leave its rows out.");
                }
            }
        }
        return Survey.sorted(names);
    }

    /** How many training examples. */
    long examples() {
        return survey.rows(DataRole.TRAIN);
    }

    /** What an example takes up, on average of the training rows. */
    ExampleSize exampleSize() {
        int tail = config.data().labels().size() + (isWeighted() ? 1 : 0);
        if (features.storage() == Storage.DENSE) {
            return ExampleSize.dense(features.width(), tail);
        }
        return ExampleSize.sparse(features.width(), tail, FeatureColumns.nonZeros(features, survey) / examples());
    }

    /** Examples of the training file, of all roles. */
    long rows() {
        return Stream.of(DataRole.values()).mapToLong(survey::rows).sum();
    }

    private boolean isWeighted() {
        return config.data().weight().isPresent()
                || config.training().classWeights().isPresent();
    }

    /** What a regression's network is trained on instead of the targets. */
    TargetTransform.Kind targetKind() {
        return TargetTransform.Kind.valueOf(config.data().target().name());
    }

    /** An encoder of the targets of a file with these columns. */
    TargetEncoder target(StructType table) {
        DataConfig data = config.data();
        TargetEncoder target =
                switch (config.task()) {
                    case CLASSIFICATION ->
                        TargetEncoder.classification(data.labels().get(0), classes, table);
                    case MULTILABEL -> TargetEncoder.multilabel(data.labels(), table);
                    case REGRESSION -> TargetEncoder.regression(data.labels(), targetKind(), table);
                };
        // a file of dev or test without the column is one whose examples weigh the same
        return isWeighted() ? target.weighted(data.weight().filter(new Columns(table)::has), table) : target;
    }
}
