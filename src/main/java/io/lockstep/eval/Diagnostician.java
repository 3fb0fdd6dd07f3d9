package io.lockstep.eval;

import io.lockstep.config.LockstepConfig;
import io.lockstep.config.Task;
import io.lockstep.data.DataRole;
import io.lockstep.eval.Diagnosis.Finding;
import io.lockstep.eval.Diagnosis.Part;
import io.lockstep.eval.SetError.Surest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the errors of a model's sets as the notes do ("Bias / Variance"), from the least that is possible to what new rows
 * will see:
 *
 * <pre>
 * bayes_error → train       avoidable bias
 * train → train_dev         variance
 * train_dev → dev           mismatch of distributions
 * dev → test                a dev set that was fitted, or a test set that is another
 * </pre>
 *
 * <p>Without a train_dev set the step from train to dev is variance, unless dev's features are known to lie elsewhere. A
 * step is high if it is at least {@value #SHARE_TOLERANCE} (of a regression's 1 − r2 {@value #VARIANCE_TOLERANCE}) and more
 * than chance: above 1.645 of its standard errors.
 */
public final class Diagnostician {
    /** The notes call 15 % against 16 % low, and 1 % against 11 % high. */
    private static final double SHARE_TOLERANCE = 0.02;

    private static final double VARIANCE_TOLERANCE = 0.05;

    /** Standard errors between two shares of sure mistakes that chance does not make. */
    private static final double SURE = 3;

    private final LockstepConfig config;
    private final NextSteps steps;
    private final double tolerance;

    /** A diagnostician for models of a config. */
    public Diagnostician(LockstepConfig config) {
        this.config = config;
        this.steps = new NextSteps(config);
        this.tolerance = config.task() == Task.REGRESSION ? VARIANCE_TOLERANCE : SHARE_TOLERANCE;
    }

    /**
     * Diagnoses a model.
     *
     * @param sets the errors; at least train's
     * @param shifts of the sets whose features lie elsewhere than train's: which features, in words
     * @throws IllegalArgumentException without train
     */
    public Diagnosis diagnose(Map<DataRole, SetError> sets, Map<DataRole, String> shifts, Ending ending) {
        if (!sets.containsKey(DataRole.TRAIN)) {
            throw new IllegalArgumentException("no diagnosis without the error on train");
        }
        return new Reading(new EnumMap<>(sets), shifts, ending).diagnosis();
    }

    /** The name of the error that the parts are of. */
    private String measure() {
        return switch (config.task()) {
            case CLASSIFICATION -> "error";
            case MULTILABEL -> "hamming_loss";
            case REGRESSION -> "1 - r2";
        };
    }

    /** One diagnosis as it is found. */
    private final class Reading {
        private final EnumMap<DataRole, SetError> sets;
        private final Map<DataRole, String> shifts;
        private final Ending ending;
        private final List<Part> parts = new ArrayList<>();
        private final List<Finding> findings = new ArrayList<>();
        private final List<String> sentences = new ArrayList<>();
        private final List<String> next = new ArrayList<>();

        Reading(EnumMap<DataRole, SetError> sets, Map<DataRole, String> shifts, Ending ending) {
            this.sets = sets;
            this.shifts = shifts;
            this.ending = ending;
        }

        Diagnosis diagnosis() {
            bias();
            // the test set stands in where there is no dev set: nothing was chosen by it
            DataRole unseen = sets.containsKey(DataRole.DEV) ? DataRole.DEV : DataRole.TEST;
            if (sets.containsKey(unseen)) {
                unseen(unseen);
            }
            if (unseen == DataRole.DEV && sets.containsKey(DataRole.TEST)) {
                test();
            }
            if (findings.isEmpty()) {
                nothingHigh();
            }
            next.addAll(steps.blindSpots(sets.containsKey(unseen), sets.containsKey(DataRole.TRAIN_DEV)));
            return new Diagnosis(measure(), parts, findings, sentences, next);
        }

        private void bias() {
            double bayes = config.training().bayesError();
            SetError train = sets.get(DataRole.TRAIN);
            Part part =
                    new Part("avoidable bias", "bayes_error", "train", train.error() - bayes, train.standardError());
            parts.add(part);
            String numbers = String.format(
                    Locale.ROOT, "%s on train against a bayes_error of %s", percent(train.error()), percent(bayes));
            if (isHigh(part)) {
                findings.add(Finding.HIGH_BIAS);
                sentences.add(
                        "High bias: " + numbers + ". The network does not fit even the rows that it learns from.");
                next.addAll(steps.bias(ending));
            } else if (-part.size() >= tolerance && -part.size() > 3 * part.standardError()) {
                sentences.add("Low bias: " + numbers + ". Train cannot be better than the best there is: either"
                        + " bayes_error is set too high, or the rows of train are learnt by heart.");
            } else {
                sentences.add("Low bias: " + numbers + ".");
            }
        }

        /** From train to rows that were not learnt from. */
        private void unseen(DataRole role) {
            SetError train = sets.get(DataRole.TRAIN);
            SetError trainDev = sets.get(DataRole.TRAIN_DEV);
            SetError unseen = sets.get(role);
            if (trainDev == null) {
                Part part = part("variance", DataRole.TRAIN, role);
                if (isHigh(part) && shifts.containsKey(role)) {
                    parts.add(new Part(
                            "variance and mismatch", part.from(), part.to(), part.size(), part.standardError()));
                    mismatch(
                            role,
                            percent(train.error()) + " on train, " + percent(unseen.error()) + " on "
                                    + role.configName());
                } else {
                    parts.add(part);
                    variance(part, role);
                }
                return;
            }
            Part variance = part("variance", DataRole.TRAIN, DataRole.TRAIN_DEV);
            parts.add(variance);
            variance(variance, DataRole.TRAIN_DEV);
            Part mismatch = part("mismatch", DataRole.TRAIN_DEV, role);
            parts.add(mismatch);
            String numbers = percent(trainDev.error()) + " on train_dev, " + percent(unseen.error()) + " on "
                    + role.configName();
            if (isHigh(mismatch)) {
                mismatch(role, numbers);
            } else {
                sentences.add("No mismatch: " + numbers + ".");
            }
        }

        private void variance(Part part, DataRole role) {
            String numbers = percent(sets.get(DataRole.TRAIN).error()) + " on train, "
                    + percent(sets.get(role).error()) + " on " + role.configName();
            if (isHigh(part)) {
                findings.add(Finding.HIGH_VARIANCE);
                sentences.add("High variance: " + numbers
                        + ". The network fits the rows that it learns from far better than new ones.");
                next.addAll(steps.variance());
            } else {
                sentences.add("Low variance: " + numbers + ".");
            }
        }

        private void mismatch(DataRole role, String numbers) {
            if (!findings.contains(Finding.MISMATCH)) {
                findings.add(Finding.MISMATCH);
            }
            Optional<String> shift = Optional.ofNullable(shifts.get(role));
            sentences.add("Mismatched distributions: " + numbers + ". The rows of " + role.configName()
                    + " are of another kind than train's"
                    + shift.map(which -> "; what differs most: " + which).orElse("") + ".");
            next.addAll(steps.mismatch(role.configName(), shift));
        }

        /** From dev, by which epochs and settings were chosen, to test, by which nothing was. */
        private void test() {
            Part part = part("dev to test", DataRole.DEV, DataRole.TEST);
            parts.add(part);
            SetError dev = sets.get(DataRole.DEV);
            SetError test = sets.get(DataRole.TEST);
            String numbers = percent(dev.error()) + " on dev, " + percent(test.error()) + " on test";
            if (isHigh(part)) {
                if (shifts.containsKey(DataRole.TEST) && !shifts.containsKey(DataRole.DEV)) {
                    mismatch(DataRole.TEST, numbers);
                } else if (!suspectLabels(DataRole.TEST, DataRole.DEV)) {
                    findings.add(Finding.OVERFITTED_DEV);
                    sentences.add("Dev promises more than test keeps: " + numbers + ".");
                    next.addAll(steps.overfittedDev());
                }
            } else if (isHigh(new Part("", "", "", -part.size(), part.standardError()))) {
                suspectLabels(DataRole.DEV, DataRole.TEST);
            }
        }

        /** Whether a model that is sure and right on one set is sure and wrong on the other. */
        private boolean suspectLabels(DataRole suspect, DataRole other) {
            Optional<Surest> here = sets.get(suspect).surest();
            Optional<Surest> there = sets.get(other).surest();
            if (here.isEmpty()
                    || there.isEmpty()
                    || here.get().examples() == 0
                    || there.get().examples() == 0) {
                return false;
            }
            Surest wrong = here.get();
            Surest right = there.get();
            double chance = Math.hypot(
                    SetError.ofShare(wrong.wrong(), wrong.examples()),
                    SetError.ofShare(right.wrong(), right.examples()));
            double excess = wrong.wrong() - right.wrong();
            if (excess < tolerance || excess <= SURE * chance) {
                return false;
            }
            findings.add(Finding.SUSPECT_LABELS);
            sentences.add(String.format(
                    Locale.ROOT,
                    "Suspect labels in %s: %s on %s, %s on %s; of the rows of which the model is surest (probability %.2f"
                            + " and more) %s are wrong in %1$s, %s in %5$s.",
                    suspect.configName(),
                    percent(sets.get(suspect).error()),
                    suspect.configName(),
                    percent(sets.get(other).error()),
                    other.configName(),
                    Surest.FROM,
                    percent(wrong.wrong()),
                    percent(right.wrong())));
            next.addAll(steps.suspectLabels(suspect.configName()));
            return true;
        }

        /** What is the largest of parts that are all small. */
        private void nothingHigh() {
            parts.stream()
                    .filter(Part::isReal)
                    .max((a, b) -> Double.compare(a.size(), b.size()))
                    .ifPresent(largest -> sentences.add(String.format(
                            Locale.ROOT,
                            "The largest part of what is left is the %s, %s from %s to %s.",
                            largest.name(),
                            percent(largest.size()),
                            largest.from(),
                            largest.to())));
        }

        private Part part(String name, DataRole from, DataRole to) {
            SetError low = sets.get(from);
            SetError high = sets.get(to);
            return new Part(
                    name,
                    from.configName(),
                    to.configName(),
                    high.error() - low.error(),
                    Math.hypot(low.standardError(), high.standardError()));
        }
    }

    private boolean isHigh(Part part) {
        return part.size() >= tolerance && part.isReal();
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, Math.abs(share) < 0.01 ? "%.2f %%" : "%.1f %%", 100 * share);
    }
}
