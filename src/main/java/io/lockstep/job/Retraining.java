package io.lockstep.job;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.lockstep.config.EvaluationMetric;
import io.lockstep.config.LockstepConfig;
import io.lockstep.config.RetrainConfig;
import io.lockstep.data.DataFile;
import io.lockstep.data.DataRole;
import io.lockstep.data.LabelledData;
import io.lockstep.data.PairedRows;
import io.lockstep.data.Predecessor;
import io.lockstep.data.TrainingData;
import io.lockstep.error.ConfigException;
import io.lockstep.error.DataException;
import io.lockstep.eval.Comparison;
import io.lockstep.eval.Drift;
import io.lockstep.eval.DriftComparison;
import io.lockstep.eval.FeatureProfile;
import io.lockstep.eval.PairedComparison;
import io.lockstep.eval.PairedComparison.Contender;
import io.lockstep.model.FeatureSchema;
import io.lockstep.model.LoadedModel;
import io.lockstep.model.ModelDescription;
import io.lockstep.model.ModelDirectory;
import io.lockstep.model.ModelDraft;
import io.lockstep.model.ModelIo;
import io.lockstep.registry.Decision;
import io.lockstep.registry.Registry;
import io.lockstep.registry.SeenData;
import io.lockstep.registry.Version;
import io.lockstep.train.Networks;
import io.lockstep.train.ResumableTraining;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;

/**
 * The training of a challenger: it begins where the champion ended, if it can, and is compared with it before it appears in
 * the registry. What both are compared on is looked at before the training: that they cannot be should not take hours to
 * be told.
 */
final class Retraining implements Occasion, AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    /** In a version's directory: how its training rows lie beside the champion's. */
    private static final String DRIFT_FILE = "drift.json";

    private final LockstepConfig config;
    private final Registry registry;
    private final Registry.Retraining claim;
    private final Optional<Champion> champion;
    private final Match match;
    private final Consumer<String> say;
    private final Version version;
    private Optional<SparkSession> spark = Optional.empty();
    private Optional<PairedRows> rows = Optional.empty();
    private Optional<Decision> decision = Optional.empty();

    /** The version in use. */
    record Champion(Version version, LoadedModel model, Optional<SeenData> data) {
        /** The champion of {@code registry}, if it has one. */
        static Optional<Champion> of(Registry registry) {
            return registry.champion()
                    .map(version -> new Champion(version, read(registry, version), registry.data(version)));
        }

        private static LoadedModel read(Registry registry, Version version) {
            try {
                return ModelIo.read(registry.directory(version));
            } catch (DataException e) {
                throw new DataException(
                        "registry: champion " + version + " of " + registry.name() + " cannot be read: "
                                + e.getMessage() + ". Restore it, or make another version the champion: lockstep"
                                + " registry promote.",
                        e);
            }
        }

        private ModelDescription description() {
            return model.description();
        }
    }

    /** Whether the challenger has to beat the champion. */
    enum Match {
        COMPARED,
        UNCOMPARED
    }

    /**
     * A retraining.
     *
     * @throws ConfigException if champion and challenger predict unlike things
     */
    Retraining(
            LockstepConfig config,
            Registry registry,
            Registry.Retraining claim,
            Optional<Champion> champion,
            Match match,
            Consumer<String> say) {
        this.config = config;
        this.registry = registry;
        this.claim = claim;
        this.champion = champion;
        this.match = match;
        this.say = say;
        this.version = registry.next();
        if (match == Match.COMPARED) {
            champion.ifPresent(this::requireSameTask);
        }
    }

    private void requireSameTask(Champion one) {
        ModelDescription model = one.description();
        if (!model.task().equals(config.task().configName())
                || !model.labels().equals(config.data().labels())) {
            throw new ConfigException("retrain: champion " + one.version() + " of " + registry.name() + " is a "
                    + model.task() + " of " + String.join(", ", model.labels()) + ", the config asks for a "
                    + config.task().configName() + " of "
                    + String.join(", ", config.data().labels())
                    + ": they cannot be compared. Name another registry, or promote without a comparison:"
                    + " --uncompared.");
        }
    }

    /** Of what is trained on, what neither the champion nor those before it saw; empty: there is nothing new. */
    List<DataFile> newFiles(List<DataFile> all) {
        Set<DataFile> seen = seen();
        return all.stream().filter(file -> !seen.contains(file)).toList();
    }

    private Set<DataFile> seen() {
        return champion.flatMap(Champion::data).map(SeenData::seen).orElse(Set.of());
    }

    /** Trains, compares, and lets the new version appear; its decision, which is not carried out yet. */
    Decision run(SparkSession session, Training training) {
        this.spark = Optional.of(session);
        training.run(Training.Start.CHOSEN);
        registry.dropCheckpoints(version);
        return decision.orElseThrow();
    }

    @Override
    public ModelDirectory directory() {
        return registry.directory(version);
    }

    @Override
    public String name() {
        return directory().path().toString();
    }

    /** A checkpoint that an interrupted run of this retraining left is gone on from. */
    @Override
    public void choose(ResumableTraining training) {
        training.findOwn();
    }

    @Override
    public Predecessor predecessor() {
        Set<DataFile> leftOut = config.retrain().data() == RetrainConfig.Data.NEW ? seen() : new HashSet<>();
        return new Predecessor(warmChampion().map(Champion::description), leftOut);
    }

    /** The champion whose θ is to be the start, as far as the config tells. */
    private Optional<Champion> warmChampion() {
        if (config.retrain().start() == RetrainConfig.Start.SCRATCH || match == Match.UNCOMPARED) {
            return Optional.empty();
        }
        return champion.filter(one -> obstacle(one.description()).isEmpty());
    }

    /** What in the config keeps θ from being the champion's. */
    private Optional<String> obstacle(ModelDescription model) {
        if (!Networks.of(config, model.features().width(), model.classes().size())
                .equals(model.network())) {
            return Optional.of("the network is another one");
        }
        if (!model.target().kind().name().equals(config.data().target().name())) {
            return Optional.of("data.target is another one");
        }
        boolean normalizesAlike = model.lineage().get("config") instanceof Map<?, ?> before
                && before.get("data") instanceof Map<?, ?> data
                && config.data().normalize().configName().equals(data.get("normalize"));
        return normalizesAlike ? Optional.empty() : Optional.of("data.normalize is another one");
    }

    @Override
    public Map<String, String> origin() {
        return Map.of(
                "start", warmChampion().map(one -> one.model().weightsSha256()).orElse("at random"));
    }

    @Override
    public void prepared(TrainingData data) {
        if (config.retrain().start() == RetrainConfig.Start.WARM && match == Match.COMPARED) {
            champion.ifPresent(one -> obstacle(one.description())
                    .or(data::obstacle)
                    .ifPresent(why -> say.accept("The challenger starts from scratch, not from champion "
                            + one.version() + ": " + why + ".")));
        }
        if (!data.has(DataRole.TEST)) {
            throw new DataException(
                    "retrain: champion and challenger are compared on test rows, and there are none among"
                            + " the present ones. Give data.test, or a larger test share in data.split.");
        }
        if (match == Match.COMPARED && champion.isPresent()) {
            requireUnseen(champion.get(), data);
            rows = Optional.of(data.pairedTest(champion.get().description()));
        }
    }

    /** Rows that the champion was trained on would be in its favour. */
    private void requireUnseen(Champion one, TrainingData data) {
        if (one.data().isEmpty()) {
            say.accept("Which files champion " + one.version() + " was trained on is not recorded (" + SeenData.FILE
                    + " is missing): should test rows be among them, the comparison favours it.");
            return;
        }
        SeenData seen = one.data().get();
        boolean ownFile = config.data().test().isPresent();
        Set<String> both = seen.among(data.files(ownFile ? DataRole.TEST : DataRole.TRAIN));
        if (both.isEmpty() || (!ownFile && data.split().testsOutside(seen.split()))) {
            return;
        }
        String file = both.iterator().next();
        throw new ConfigException(
                ownFile
                        ? "retrain: data.test: champion " + one.version() + " was trained on " + file
                                + ", so it cannot be judged on it. Name other files, or promote without a comparison:"
                                + " --uncompared."
                        : "retrain: data.split: champion " + one.version() + " was trained on rows of " + file
                                + " that are test rows now, so it cannot be judged on them: the split or the key is"
                                + " another one. Set data.split, data.key, data.dev and data.test back (the whole row as"
                                + " key changes with every column that is added), or promote without a comparison:"
                                + " --uncompared.");
    }

    @Override
    public Optional<float[]> start(TrainingData data) {
        return data.inherited().flatMap(model -> champion).map(one -> one.model()
                .theta());
    }

    @Override
    public Map<String, Object> lineage(TrainingData data) {
        Map<String, Object> retrained = new LinkedHashMap<>();
        retrained.put("version", version.toString());
        champion.ifPresent(one -> retrained.put("champion", one.version().toString()));
        retrained.put("start", startName(data));
        data.inherited()
                .flatMap(model -> champion)
                .ifPresent(
                        one -> retrained.put("start_weights_sha256", one.model().weightsSha256()));
        retrained.put("files", data.files(DataRole.TRAIN).size());
        return Map.of("retrain", retrained);
    }

    private static String startName(TrainingData data) {
        return data.inherited().isPresent() ? "warm" : "scratch";
    }

    @Override
    public void trained(ModelDraft draft, ModelDescription model, float[] theta, TrainingData data) throws IOException {
        String start = startName(data);
        RetrainConfig rule = config.retrain();
        Decision decided = champion.map(one -> rows.map(paired ->
                                Decision.of(version, one.version(), start, compare(one, model, theta, data), rule))
                        .orElseGet(() -> Decision.uncompared(version, one.version(), start, rule)))
                .orElseGet(() -> Decision.first(version, start, rule));
        List<DataFile> files = new ArrayList<>(data.files(DataRole.TRAIN));
        files.addAll(data.files(DataRole.DEV));
        write(draft, Decision.FILE, decided.json());
        write(
                draft,
                SeenData.FILE,
                SeenData.after(champion.flatMap(Champion::data), data.split(), files)
                        .json());
        Optional<Drift> drifted = champion.flatMap(one -> drift(one, data));
        if (drifted.isPresent()) {
            write(draft, DRIFT_FILE, JSON.writeValueAsBytes(drifted.get().json()));
        }
        decision = Optional.of(decided);
        claim.requireHeld();
    }

    /** How the rows of this training lie beside those that the champion learnt from, told in either case. */
    private Optional<Drift> drift(Champion one, TrainingData data) {
        FeatureSchema before = one.description().features();
        // bins are those of the features as they were encoded then; what stands for missing values is in none
        if (!before.filledWith(i -> 0).equals(data.features().filledWith(i -> 0))) {
            say.accept(
                    "Drift from champion " + one.version() + " is not measured: its features are encoded otherwise.");
            return Optional.empty();
        }
        Optional<FeatureProfile> profile;
        try {
            profile = FeatureProfile.of(registry.directory(one.version()), before);
        } catch (DataException e) {
            say.accept("Drift from champion " + one.version() + " is not measured: " + e.getMessage());
            return Optional.empty();
        }
        int tasks = spark.orElseThrow().sparkContext().defaultParallelism();
        Optional<Drift> drift = profile.map(
                train -> new DriftComparison(before, train).with(train.over(data.set(DataRole.TRAIN), tasks)));
        drift.ifPresent(found -> say.accept("Drift from champion " + one.version() + ": "
                + found.words().orElse("none of " + found.compared() + " columns lies elsewhere") + "."));
        return drift;
    }

    private Comparison compare(Champion one, ModelDescription model, float[] theta, TrainingData data) {
        PairedRows paired = rows.orElseThrow();
        EvaluationMetric metric = config.retrain().metric(config.task());
        int tasks = spark.orElseThrow().sparkContext().defaultParallelism();
        ModelDescription before = one.description();
        Contender champions = new Contender(
                paired.champion().normalized(tasks, LabelledData.preparation(before)),
                before.network(),
                before.target(),
                one.model().theta(),
                before.classes().stream().map(model.classes()::indexOf).toList());
        Contender challengers = new Contender(
                paired.challenger().normalized(tasks, data.evaluation()),
                model.network(),
                model.target(),
                theta,
                IntStream.range(0, model.classes().size()).boxed().toList());
        return new PairedComparison(metric, config.training().seed())
                .compare(
                        champions,
                        challengers,
                        paired.challenger().examples(),
                        config.data().weight().isPresent());
    }

    private static void write(ModelDraft draft, String name, byte[] content) throws IOException {
        try (OutputStream out = draft.create(name)) {
            out.write(content);
        }
    }

    @Override
    public void close() {
        rows.ifPresent(PairedRows::close);
    }
}
