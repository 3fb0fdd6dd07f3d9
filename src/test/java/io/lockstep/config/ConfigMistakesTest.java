package io.lockstep.config;

import static io.lockstep.config.Yaml.mistakes;
import static io.lockstep.config.Yaml.mistakesWith;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigMistakesTest {

    @Test
    void aMisspelledOptimizerIsRefusedWithTheNearestName() {
        assertThat(mistakesWith("training:\n  optimizer: { name: adm }"))
                .isEqualTo("digits.yaml:6  training.optimizer.name: unknown optimizer \"adm\". Known: sgd, momentum,"
                        + " nesterov, rmsprop, adam, adamw. Did you mean \"adam\"?");
    }

    @Test
    void aMisspelledKeyIsRefusedWithTheNearestKey() {
        assertThat(mistakesWith("training:\n  epoch: 3"))
                .isEqualTo(
                        "digits.yaml:6  training.epoch: unknown key. Known here: loss, epochs, batch_size, optimizer,"
                                + " schedule, finish_full_batch_epochs, l2, l1, clip_norm, clip_value, early_stopping, augment,"
                                + " class_weights, bayes_error, seed."
                                + " Did you mean \"epochs\"?");
    }

    @Test
    void aKeyOfAnotherOptimizerIsUnknown() {
        assertThat(mistakesWith("training:\n  optimizer:\n    name: sgd\n    beta1: 0.9"))
                .isEqualTo("digits.yaml:8  training.optimizer.beta1: unknown key. Known here: name, learning_rate.");
    }

    @Test
    void allMistakesAreReportedInTheOrderOfTheFile() {
        assertThat(mistakes("""
                        training: { epochs: 0 }
                        network:
                          - { dense: 10, activation: rely }
                          - { dense: ten }
                        data: { label: digit }
                        task: clasification
                        """, "l2=1")).isEqualTo("""
                        digits.yaml:1  training.epochs: expected a whole number >= 1, found 0.
                        digits.yaml:3  network[0].activation: unknown activation "rely". Known: identity, sigmoid, tanh, relu, leaky_relu. Did you mean "relu"?
                        digits.yaml:4  network[1].dense: expected a whole number >= 1, found "ten".
                        digits.yaml:5  data.train: the key is required and missing. Expected a path, directory or glob.
                        digits.yaml:6  task: unknown task "clasification". Known: classification, multilabel, regression. Did you mean "classification"?
                        --set l2=1  l2: unknown key. Known here: name, task, data, network, input_dropout, initializer, training, sync, shards, checkpoint, output, card, registry, retrain.""");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            epochs: 1.5              | epochs: expected a whole number >= 1, found 1.5.
            epochs: '5'              | epochs: expected a whole number >= 1, found "5". Remove the quotes.
            epochs: 99999999999      | epochs: expected a whole number from 1 to 2147483647, found 99999999999.
            epochs: 010              | epochs: expected a whole number >= 1, found "010".
            epochs: [1]              | epochs: expected a whole number >= 1, found a list.
            epochs: true             | epochs: expected a whole number >= 1, found true.
            seed: 1e3                | seed: expected a whole number from -9223372036854775808 to 9223372036854775807, found 1e3.
            seed: 9223372036854775808 | seed: expected a whole number from -9223372036854775808 to 9223372036854775807, found 9223372036854775808.
            l2: -0.1                 | l2: expected a number >= 0, found -0.1.
            l2: .inf                 | l2: expected a number >= 0, found ".inf".
            l2: NaN                  | l2: expected a number >= 0, found "NaN".
            l2: 1e999                | l2: expected a number >= 0, found 1e999.
            l2: little               | l2: expected a number >= 0, found "little".
            clip_norm: 0             | clip_norm: expected a number > 0, found 0.
            clip_value: -1           | clip_value: expected a number > 0, found -1.
            loss: hubert             | loss: unknown loss "hubert". Known: squared, huber. Did you mean "huber"?
            loss: { name: huber, delta: 0 } | loss.delta: expected a number > 0, found 0.
            loss: { name: squared, delta: 1 } | loss.delta: unknown key. Known here: name.
            loss: squared            | loss: only a regression has a choice of losses, and task classification has its own. Remove the key.
            class_weights: heavy     | class_weights: expected balanced or a map such as { yes: 5, no: 1 }, found "heavy".
            class_weights: { a: -1 } | class_weights.a: expected a number >= 0, found -1.
            class_weights: {}        | class_weights: expected balanced or a map such as { yes: 5, no: 1 }, found a map.
            batch_size: 0            | batch_size: expected full or a whole number from 1 to 2147483647, found 0.
            batch_size: half         | batch_size: expected full or a whole number from 1 to 2147483647, found "half".
            optimizer: [adam]        | optimizer: expected a name or a map with a name, found a list.
            optimizer: { beta2: 1 }  | optimizer.beta2: expected a number in [0, 1), found 1.
            schedule: step           | schedule.every_epochs: the key is required and missing. Expected a whole number >= 1.
            schedule: { name: 5 }    | schedule.name: unknown schedule "5". Known: constant, inverse_time, exponential, inverse_sqrt, step, cosine.
            schedule: { name: cosine, floor: 2 } | schedule.floor: expected a number in [0, 1], found 2.
            early_stopping: no       | early_stopping: expected auto, null or a map such as { metric: loss, patience: 5 }, found "no".
            early_stopping: { min_improvement: -1 } | early_stopping.min_improvement: expected a number >= 0, found -1.
            early_stopping: { metric: acuracy } | early_stopping.metric: unknown metric "acuracy". Known: loss, accuracy, error, precision, recall, f1, f1_macro, f1_micro, hamming_loss, rmse, mae, r2. Did you mean "accuracy"?
            early_stopping: { patience: 0 } | early_stopping.patience: expected a whole number >= 1, found 0.
            """)
    void aWrongValueIsRefusedWithWhatWasExpectedAndFound(String yaml, String message) {
        assertThat(mistakesWith("training:\n  " + yaml)).isEqualTo("digits.yaml:6  training." + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            dev: 5                   | dev: expected a path, directory or glob, found 5. Quote it if it is meant: "5".
            test: ""                 | test: expected a path, directory or glob, found "".
            test: "{date-x}"         | test: expected {date}, {date-1}, {date-7..date} or one of them with a form of the day, {date:yyyy/MM/dd}, found "{date-x}".
            dev: "{date:HH}"         | dev: a day has nothing for one of the letters in "{date:HH}". Known are those of years, months and days, such as yyyy/MM/dd.
            dev: "{date..date-1}"    | dev: expected at most 1000 days from an earlier to a later one, such as {date-7..date-1}, found "{date..date-1}".
            features: some           | features: expected all, a list of column names or { exclude: [names] }, found "some".
            features: []             | features: expected a list of column names, found an empty list.
            features: [a, a]         | features[1]: column "a" is there twice. Keep one.
            features: [a, true]      | features[1]: expected a column name, found true. Quote it if it is meant: "true".
            features: { except: [a] } | features.exclude: the key is required and missing. Expected a list of column names.
            features: [digit]        | features: column "digit" is the label and cannot be a feature that gives the answer away. Remove it here.
            key: [id, digit]         | key: column "digit" is the label and cannot be part of what identifies an example. Remove it here.
            categorical: [digit]     | categorical: column "digit" is the label and cannot be a categorical feature. Remove it here.
            categorical: some        | categorical: expected auto or a list of column names, found "some".
            split: { train: 0.8, dev: 0.3 } | split: train 0.8, dev 0.3 and test 0.0 sum to 1.1, expected 1.
            split: { train: 0 }      | split.train: expected a number in (0, 1], found 0.
            split: { dev: 1 }        | split.train: the key is required and missing. Expected a number in (0, 1].
            split: even              | split: expected a map, found "even".
            options: { a: [1] }      | options.a: expected a text, number or boolean, found a list.
            options: header          | options: expected a map of options for Spark's reader, found "header".
            weight: 5                | weight: expected a column name, found 5. Quote it if it is meant: "5".
            weight: digit            | weight: column "digit" is a label and cannot be the weight as well. Name another.
            target: log              | target: only a regression has a target to transform, and task is classification. Remove the key.
            missing: drop            | missing: unknown missing "drop". Known: error, impute.
            hashing: [city]          | hashing: expected a map, found a list.
            hashing: { city: 1 }     | hashing.city: expected a whole number from 2 to 65536, found 1.
            hashing: { city: 65537 } | hashing.city: expected a whole number from 2 to 65536, found 65537.
            hashing: { city: many }  | hashing.city: expected a whole number from 2 to 65536, found "many".
            hashing: { digit: 8 }    | hashing: column "digit" is the label and cannot be a hashed feature. Remove it here.
            image: 28                | image: expected a map, found 28.
            image: { height: 28 }    | image.width: the key is required and missing. Expected a whole number >= 1.
            image: { height: 28, width: 28, depth: 3 } | image.depth: unknown key. Known here: column, height, width, channels.
            image: { height: 65536, width: 65536 } | image.height: an image has at most 2147483647 pixels in all its channels.
            image: { column: 5, height: 2, width: 2 } | image.column: expected a column name, found 5. Quote it if it is meant: "5".
            image: { column: photo, height: 2, width: 2, channels: 2 } | image.channels: image files are decoded to 1 channel (grey) or 3 (red, green, blue), found 2.
            image: { column: digit, height: 2, width: 2 } | image.column: column "digit" is the label and cannot be the picture. Remove it here.
            audio: {}                | audio.rate: the key is required and missing. Expected a whole number >= 1.
            audio: { rate: 0 }       | audio.rate: expected a whole number >= 1, found 0.
            normalize: yes           | normalize: unknown normalize "yes". Known: standard, none.
            shuffle: block           | shuffle: unknown shuffle "block". Known: auto, full, blocks. Did you mean "blocks"?
            """)
    void aWrongValueInDataIsRefused(String yaml, String message) {
        String mistakes = mistakesWith("  " + yaml);
        assertThat(mistakes.lines().findFirst()).hasValue("digits.yaml:5  data." + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            shards: 3                | shards: expected auto or a whole number that is a power of two (1, 2, 4, 8, ...), found 3.
            shards: 0                | shards: expected auto or a whole number that is a power of two (1, 2, 4, 8, ...), found 0.
            input_dropout: 1         | input_dropout: expected a number in [0, 1), found 1.
            name: 7                  | name: expected a name, found 7. Quote it if it is meant: "7".
            network: 5               | network: expected a list of layers such as { dense: 100, activation: relu }, found 5.
            network: [5]             | network[0]: expected a layer such as { dense: 100, activation: relu }, found 5.
            network: [{}]            | network[0].dense: the key is required and missing. Expected a whole number >= 1.
            network: [{ dense: 3, dropout: 1.0 }] | network[0].dropout: expected a number in [0, 1), found 1.0.
            network: [{ dense: 3, batch_norm: befor }] | network[0].batch_norm: expected true, false, before, after or a map such as { placement: before, momentum: 0.9, epsilon: 1.0e-5 }, found "befor".
            network: [{ dense: 3, batch_norm: { placement: befor } }] | network[0].batch_norm.placement: unknown placement "befor". Known: before, after. Did you mean "before"?
            network: [{ dense: 3, batch_norm: { momentum: 1 } }] | network[0].batch_norm.momentum: expected a number in [0, 1), found 1.
            network: [{ dense: 3, batch_norm: { epsilon: 0 } }] | network[0].batch_norm.epsilon: expected a number > 0, found 0.
            network: [{ dense: 3, activation: { name: relu, slope: 0.1 } }] | network[0].activation.slope: unknown key. Known here: name.
            training: 5              | training: expected a map, found 5.
            sync: [auto]             | sync: expected one of auto, driver, barrier, found a list.
            registry: 5              | registry: expected a path, found 5. Quote it if it is meant: "5".
            registry: s3a://k:p@b/r  | registry: a path with a password in it is not taken: it would stand in the model and in logs. Put it where Spark keeps secrets, for instance spark.hadoop.fs.s3a.access.key and secret.key in spark-defaults.conf, or a credential provider.
            retrain: { start: hot }  | retrain.start: unknown start "hot". Known: warm, scratch.
            retrain: { data: newer } | retrain.data: unknown data "newer". Known: all, new.
            retrain: { metric: f1 }  | retrain.metric: unknown metric "f1". Known: loss, accuracy, error.
            retrain: { metric: rmse } | retrain.metric: unknown metric "rmse". Known: loss, accuracy, error.
            retrain: { minimum_gain: -1 } | retrain.minimum_gain: expected a number >= 0, found -1.
            retrain: { significance: 0 } | retrain.significance: expected a number in (0, 1], found 0.
            retrain: { significance: 5 } | retrain.significance: expected a number in (0, 1], found 5.
            retrain: { keep: 1 }     | retrain.keep: expected a whole number >= 2, found 1.
            retrain: { minimum_gian: 1 } | retrain.minimum_gian: unknown key. Known here: start, data, metric, minimum_gain, significance, keep. Did you mean "minimum_gain"?
            """)
    void aWrongValueAtTheTopIsRefused(String yaml, String message) {
        assertThat(mistakesWith(yaml)).isEqualTo("digits.yaml:5  " + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            search: { trials: 4 }             | search: hyper-parameter search is not available in this version. Remove the key.
            """)
    void whatThisVersionCannotDoIsRefusedByName(String yaml, String message) {
        assertThat(mistakesWith(yaml)).isEqualTo("digits.yaml:5  " + message);
    }

    @Test
    void whatThisVersionCannotDoMayBeSwitchedOff() {
        assertThat(mistakesWith("""
                          missing: error
                        network: [{ dense: 3, batch_norm: false }]
                        checkpoint: null
                        search: null
                        """)).isEmpty();
    }

    @Test
    void aHashedColumnMustBeAFeatureAndNotOneHot() {
        assertThat(mistakesWith("  features: [size]\n  hashing: { city: 8 }"))
                .isEqualTo("digits.yaml:6  data.hashing: column \"city\" is no feature. Add it to data.features, or"
                        + " remove it here.");
        assertThat(mistakesWith("  categorical: [city]\n  hashing: { city: 8 }"))
                .isEqualTo("digits.yaml:6  data.hashing: column \"city\" is one-hot by data.categorical. Remove it"
                        + " there or here.");
    }

    @Test
    void imageFilesNeedASizeAndHaveNoColumns() {
        assertThat(mistakes("task: classification\ndata:\n  train: pets\n  format: image\n"))
                .isEqualTo("digits.yaml:4  data.format: image files need the size to which they are resized. Add"
                        + " data.image: { height: 28, width: 28, channels: 1 }, with sizes of your choice.");
        assertThat(mistakesWith("  format: image\n  image: { column: a, height: 2, width: 2 }"))
                .isEqualTo("digits.yaml:6  data.image.column: a folder of image files has no columns. Remove the key,"
                        + " or name the table's format.");
    }

    @Test
    void anExampleIsNoPictureAndSoundAtOnce() {
        assertThat(mistakesWith("  image: { height: 2, width: 3 }\n  audio: { rate: 8000 }"))
                .isEqualTo("digits.yaml:6  data.audio: an example is a picture or a sound, not both. Remove one of the"
                        + " two.");
    }

    @Test
    void batchNormalizationNeedsABatch() {
        assertThat(mistakesWith("network: [{ dense: 3, batch_norm: true }]\ntraining: { batch_size: 1 }"))
                .isEqualTo("digits.yaml:6  training.batch_size: batch normalization takes the variance of a mini-batch,"
                        + " and one example has none. Raise it, or remove batch_norm.");
    }

    @Test
    void aTaskHasLabelsThatSuitIt() {
        String classification = "task: classification\ndata: { train: a, label: %s }";
        assertThat(mistakes(classification.formatted("[a, b]")))
                .isEqualTo(
                        "digits.yaml:2  data.label: a classification has one label column, found 2. Name one; if each"
                                + " of them is 0 or 1, set task: multilabel.");
        assertThat(mistakes(classification.formatted("[a, a]")))
                .isEqualTo("digits.yaml:2  data.label[1]: column \"a\" is there twice. Keep one.");
        assertThat(mistakes(classification.formatted("[]")))
                .isEqualTo("digits.yaml:2  data.label: expected a list of column names, found an empty list.");
        assertThat(mistakes("task: multilabel\ndata: { train: a, label: b }"))
                .isEqualTo("digits.yaml:2  data.label: a multilabel task has a list of at least two label columns,"
                        + " found 1. For one column set task: classification.");
        assertThat(mistakes("task: regression\ndata: { train: a, label: [b, c], format: libsvm }"))
                .isEqualTo("digits.yaml:2  data.label: the format libsvm holds one label, found 2. Name one.");
        assertThat(mistakes("task: regression\ndata: { train: a, label: b }\ntraining: { class_weights: balanced }"))
                .isEqualTo("digits.yaml:3  training.class_weights: only a classification has classes to weigh, and task"
                        + " is regression. Remove the key; data.weight weighs examples.");
        assertThat(mistakes("task: regression\ndata: { train: a, label: b, weight: w, features: [w, x] }"))
                .isEqualTo("digits.yaml:2  data.features: column \"w\" is the weight and cannot be a feature."
                        + " Remove it here.");
        assertThat(mistakes("task: regression\ndata: { train: a, label: [b, c], features: [c, x] }"))
                .isEqualTo("digits.yaml:2  data.features: column \"c\" is the label and cannot be a feature that gives"
                        + " the answer away. Remove it here.");
    }

    @Test
    void aCategoricalColumnMustBeAFeature() {
        String message =
                "  data.categorical: column \"city\" is no feature. Add it to data.features, or remove it here.";
        assertThat(mistakesWith("  features: { exclude: [city] }\n  categorical: [city]"))
                .isEqualTo("digits.yaml:6" + message);
        assertThat(mistakesWith("  features: [size]\n  categorical: [city]")).isEqualTo("digits.yaml:6" + message);
    }

    @Test
    void anEarlyStoppingMetricMustFitTheTask() {
        assertThat(mistakesWith("training:\n  early_stopping:\n    metric: rmse"))
                .isEqualTo("digits.yaml:7  training.early_stopping.metric: rmse is not defined for task classification."
                        + " Known: loss, accuracy, error, precision, recall, f1, f1_macro.");
        assertThat(
                        mistakes(
                                "task: regression\ndata: { train: a, label: b }\ntraining: { early_stopping: { metric: accuracy } }"))
                .isEqualTo("digits.yaml:3  training.early_stopping.metric: accuracy is not defined for task regression."
                        + " Known: loss, rmse, mae, r2.");
    }

    @Test
    void zerosAreRefusedWithHiddenLayersOnly() {
        assertThat(mistakesWith("initializer: zeros")).isEmpty();
        assertThat(mistakesWith("network: [{ dense: 3 }]\ninitializer: zeros"))
                .isEqualTo("digits.yaml:6  initializer: zeros fits only a net without hidden layers: hidden units that"
                        + " start alike get the same gradient and stay alike for ever. Use auto.");
    }

    @Test
    void aWrongTaskRaisesNoFalseAlarmAboutItsTarget() {
        assertThat(mistakes("task: regresion\ndata: { train: a, label: b, target: log }"))
                .isEqualTo(
                        "digits.yaml:1  task: unknown task \"regresion\". Known: classification, multilabel, regression."
                                + " Did you mean \"regression\"?");
    }

    @Test
    void aSectionOfTheWrongTypeRaisesNoMoreAlarms() {
        assertThat(mistakes("task: regression\ndata: here"))
                .isEqualTo("digits.yaml:2  data: expected a map, found \"here\".");
    }

    @Test
    void messagesShowLongAndBrokenTextOnOneShortLine() {
        assertThat(mistakesWith("sync: \"a\\n" + "b".repeat(100) + "\""))
                .isEqualTo("digits.yaml:5  sync: unknown sync \"a " + "b".repeat(78)
                        + "...\". Known: auto, driver, barrier.");
    }
}
