package io.lockstep.config;

import io.lockstep.augment.AugmentSpec;
import io.lockstep.nn.Activation;
import io.lockstep.nn.Initializer;
import io.lockstep.nn.Loss;
import io.lockstep.optim.OptimizerSpec;
import io.lockstep.optim.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Valid configs that vary in every key. */
final class RandomConfigs {
    private static final List<String> TEXTS = List.of(
            "a", "b c", "5", "1e-3", "true", "null", "~", "größe", "x: y", "- z", "#h", "\"q\"", "l\nm", "😀", "all");

    private RandomConfigs() {}

    static LockstepConfig next(Random random) {
        Task task = pick(random, Task.values());
        List<HiddenLayer> network = IntStream.range(0, random.nextInt(4))
                .mapToObj(i -> new HiddenLayer(
                        1 + random.nextInt(1000), activation(random), batchNorm(random), random.nextDouble()))
                .toList();
        Initializer initializer = pick(random, Initializer.values());
        DataConfig data = data(task, random);
        return new LockstepConfig(
                text(random),
                task,
                data,
                network,
                random.nextDouble(),
                initializer == Initializer.ZEROS && !network.isEmpty() ? Initializer.HE : initializer,
                training(task, data, random),
                pick(random, SyncMode.values()),
                random.nextBoolean() ? OptionalInt.empty() : OptionalInt.of(1 << random.nextInt(31)),
                maybe(
                        random,
                        new CheckpointConfig(1 + random.nextInt(9), 1 - random.nextDouble(), 1 + random.nextInt(9))),
                text(random),
                new CardConfig(
                        maybe(random, text(random)),
                        maybe(random, text(random)),
                        maybe(random, text(random)),
                        maybe(random, text(random)),
                        maybe(random, text(random)),
                        maybe(random, text(random))),
                maybe(random, text(random)),
                retrain(task, random));
    }

    private static RetrainConfig retrain(Task task, Random random) {
        List<EvaluationMetric> metrics = Stream.of(EvaluationMetric.values())
                .filter(metric -> RetrainConfig.comparable(metric, task))
                .toList();
        return new RetrainConfig(
                pick(random, RetrainConfig.Start.values()),
                pick(random, RetrainConfig.Data.values()),
                maybe(random, metrics.get(random.nextInt(metrics.size()))),
                random.nextDouble(),
                1 - random.nextDouble(),
                2 + random.nextInt(9));
    }

    private static Optional<BatchNorm> batchNorm(Random random) {
        return maybe(
                random,
                new BatchNorm(
                        pick(random, BatchNorm.Placement.values()), random.nextDouble(), 1 - random.nextDouble()));
    }

    private static DataConfig data(Task task, Random random) {
        SortedMap<String, String> options = new TreeMap<>();
        IntStream.range(0, random.nextInt(3)).forEach(i -> options.put(text(random), text(random)));
        FeatureSelection features =
                switch (random.nextInt(3)) {
                    case 0 -> new FeatureSelection.All();
                    case 1 -> new FeatureSelection.Only(names(random, 1));
                    default -> new FeatureSelection.AllExcept(names(random, 1));
                };
        CategoricalSelection categorical = features instanceof FeatureSelection.All && random.nextBoolean()
                ? new CategoricalSelection.Named(names(random, 0))
                : new CategoricalSelection.Auto();
        SortedMap<String, Integer> hashing = new TreeMap<>();
        if (features instanceof FeatureSelection.All && categorical instanceof CategoricalSelection.Auto) {
            IntStream.range(0, random.nextInt(3)).forEach(i -> hashing.put(text(random), 2 + random.nextInt(65_535)));
        }
        List<String> labels = labels(task, random);
        Optional<DataFormat> format =
                maybe(random, labels.size() > 1 ? DataFormat.PARQUET : pick(random, DataFormat.values()));
        boolean picture = format.filter(DataFormat.IMAGE::equals).isPresent() || random.nextBoolean();
        double dev = random.nextInt(40) / 100.0;
        double test = random.nextInt(40) / 100.0;
        return new DataConfig(
                text(random),
                maybe(random, text(random)),
                maybe(random, text(random)),
                format,
                options,
                labels,
                maybe(random, "weight"),
                features,
                categorical,
                hashing,
                pick(random, Missing.values()),
                names(random, 0),
                new Split(1 - dev - test, dev, test, random.nextBoolean() ? 0 : random.nextDouble() * 0.9),
                pick(random, Normalize.values()),
                picture
                        ? Optional.of(
                                new ImageShape(1 + random.nextInt(9), 1 + random.nextInt(9), 1 + 2 * random.nextInt(2)))
                        : Optional.empty(),
                Optional.empty(),
                picture ? Optional.empty() : maybe(random, new AudioSignal(1 + random.nextInt(48_000))),
                random.nextBoolean() ? StorageChoice.AUTO : StorageChoice.DENSE,
                task == Task.REGRESSION ? pick(random, TargetTransform.values()) : TargetTransform.NONE,
                pick(random, Shuffle.values()));
    }

    private static List<String> labels(Task task, Random random) {
        return switch (task) {
            case CLASSIFICATION -> List.of("label");
            case MULTILABEL -> List.of("label", "label 2");
            case REGRESSION -> random.nextBoolean() ? List.of("label") : List.of("label", "other", "third");
        };
    }

    private static ClassWeights classWeights(Random random) {
        if (random.nextBoolean()) {
            return new ClassWeights.Balanced();
        }
        SortedMap<String, Double> weights = new TreeMap<>();
        IntStream.range(0, 1 + random.nextInt(3)).forEach(i -> weights.put(text(random), random.nextDouble()));
        return new ClassWeights.ByClass(weights);
    }

    private static TrainingConfig training(Task task, DataConfig data, Random random) {
        List<EvaluationMetric> metrics = new ArrayList<>(List.of(EvaluationMetric.values()));
        metrics.removeIf(metric -> !metric.fits(task));
        EvaluationMetric metric = metrics.get(random.nextInt(metrics.size()));
        return new TrainingConfig(
                task == Task.REGRESSION ? maybe(random, loss(random)) : Optional.empty(),
                1 + random.nextInt(100),
                random.nextBoolean() ? BatchSize.full() : BatchSize.of(2 + random.nextInt(5000)),
                optimizer(random),
                schedule(random),
                random.nextInt(10) / 2.0,
                random.nextInt(3),
                random.nextDouble(),
                random.nextDouble() * 1e-9,
                random.nextBoolean() ? OptionalDouble.empty() : OptionalDouble.of(1e12 * (1 - random.nextDouble())),
                random.nextBoolean() ? OptionalDouble.empty() : OptionalDouble.of(1 - random.nextDouble()),
                switch (random.nextInt(3)) {
                    case 0 -> Optional.empty();
                    case 1 -> Optional.of(Defaults.EARLY_STOPPING);
                    default ->
                        Optional.of(new EarlyStopping(
                                metric, 1 + random.nextInt(9), random.nextDouble(), EarlyStopping.Origin.CONFIGURED));
                },
                maybe(random, augment(data, random)),
                task == Task.CLASSIFICATION ? maybe(random, classWeights(random)) : Optional.empty(),
                Defaults.BAYES_ERROR,
                random.nextLong());
    }

    private static Loss loss(Random random) {
        return random.nextBoolean() ? Loss.HALVED_SQUARED : Loss.huber(1 - random.nextDouble());
    }

    private static AugmentSpec augment(DataConfig data, Random random) {
        boolean picture = data.image().isPresent();
        int side = picture
                ? Math.min(
                        data.image().orElseThrow().height(),
                        data.image().orElseThrow().width())
                : 0;
        AugmentSpec.Geometry geometry = new AugmentSpec.Geometry(
                pick(random, AugmentSpec.Flip.values()),
                side * random.nextDouble(),
                random.nextInt(side + 1),
                180 * random.nextDouble(),
                random.nextDouble(),
                90 * random.nextDouble(),
                new AugmentSpec.Elastic(50 * random.nextDouble(), Math.max(1, side) * (1 - random.nextDouble())),
                picture ? random.nextGaussian() : 0);
        boolean colours = picture && data.image().orElseThrow().channels() == 3;
        AugmentSpec.Photometry photometry = new AugmentSpec.Photometry(
                side * random.nextDouble(),
                random.nextDouble(),
                random.nextDouble(),
                colours ? random.nextDouble() : 0);
        boolean sound = data.audio().isPresent();
        return new AugmentSpec(
                random.nextDouble(),
                picture ? geometry : AugmentSpec.Geometry.NONE,
                picture ? photometry : AugmentSpec.Photometry.NONE,
                sound
                        ? new AugmentSpec.Sound(
                                9 * random.nextDouble(), 1e3 * random.nextDouble(), 1e3 * random.nextDouble())
                        : AugmentSpec.Sound.NONE,
                picture || sound ? random.nextDouble() : 0);
    }

    private static OptimizerSpec optimizer(Random random) {
        double rate = 1 - random.nextDouble();
        double beta = random.nextDouble();
        double epsilon = 1e-9 * (1 - random.nextDouble());
        return switch (random.nextInt(6)) {
            case 0 -> new OptimizerSpec.Sgd(rate);
            case 1 -> new OptimizerSpec.Momentum(rate, beta);
            case 2 -> new OptimizerSpec.Nesterov(rate, beta);
            case 3 -> new OptimizerSpec.RmsProp(rate, beta, epsilon);
            case 4 -> new OptimizerSpec.Adam(rate, beta, random.nextDouble(), epsilon);
            default -> new OptimizerSpec.AdamW(rate, beta, random.nextDouble(), epsilon, random.nextDouble());
        };
    }

    private static Schedule schedule(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> new Schedule.Constant();
            case 1 -> new Schedule.InverseTime(random.nextDouble());
            case 2 -> new Schedule.Exponential(1 - random.nextDouble());
            case 3 -> new Schedule.InverseSqrt(1 - random.nextDouble());
            case 4 -> new Schedule.Step(1 + random.nextInt(9), 1 - random.nextDouble());
            default -> new Schedule.Cosine(random.nextDouble());
        };
    }

    private static Activation activation(Random random) {
        Activation.Kind kind = pick(random, Activation.Kind.values());
        return kind == Activation.Kind.LEAKY_RELU ? Activation.leakyRelu(random.nextDouble()) : Activation.of(kind);
    }

    private static List<String> names(Random random, int least) {
        return IntStream.range(0, least + random.nextInt(3))
                .mapToObj(i -> TEXTS.get(random.nextInt(TEXTS.size())))
                .distinct()
                .toList();
    }

    private static String text(Random random) {
        return TEXTS.get(random.nextInt(TEXTS.size()));
    }

    private static <T> T pick(Random random, T[] values) {
        return values[random.nextInt(values.length)];
    }

    private static <T> Optional<T> maybe(Random random, T value) {
        return random.nextBoolean() ? Optional.of(value) : Optional.empty();
    }
}
