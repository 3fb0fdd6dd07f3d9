package io.lockstep.report.document;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A metric of {@code metrics.json} as people know it, in the order of a table. */
enum Metric {
    ACCURACY("accuracy", "Accuracy", Form.SHARE),
    ERROR("error", "Error", Form.SHARE),
    RMSE("rmse", "RMSE", Form.UNITS),
    MAE("mae", "MAE", Form.UNITS),
    R2("r2", "R²", Form.NUMBER),
    PRECISION("precision", "Precision, weighted by class", Form.SHARE),
    RECALL("recall", "Recall, weighted by class", Form.SHARE),
    F1("f1", "F1, weighted by class", Form.SHARE),
    PRECISION_MACRO("precision_macro", "Precision, mean of classes", Form.SHARE),
    RECALL_MACRO("recall_macro", "Recall, mean of classes", Form.SHARE),
    F1_MACRO("f1_macro", "F1, mean of classes", Form.SHARE),
    PRECISION_MICRO("precision_micro", "Precision, all labels together", Form.SHARE),
    RECALL_MICRO("recall_micro", "Recall, all labels together", Form.SHARE),
    F1_MICRO("f1_micro", "F1, all labels together", Form.SHARE),
    HAMMING_LOSS("hamming_loss", "Hamming loss", Form.SHARE),
    AUC("auc", "ROC AUC", Form.NUMBER),
    AUC_PR("auc_pr", "PR AUC", Form.NUMBER),
    LOG_LOSS("log_loss", "Log loss", Form.NUMBER),
    BRIER("brier", "Brier score", Form.NUMBER),
    ECE("ece", "Calibration error (ECE)", Form.SHARE),
    LOSS("loss", "Loss", Form.NUMBER);

    /** How a value is written. */
    enum Form {
        /** A share, in percent. */
        SHARE,
        /** Of no unit. */
        NUMBER,
        /** In the target's units. */
        UNITS
    }

    private static final List<Metric> OF_ONE_LABEL = List.of(RECALL, PRECISION_MICRO, RECALL_MICRO, F1_MICRO);

    private final String key;
    private final String title;
    private final Form form;

    Metric(String key, String title, Form form) {
        this.key = key;
        this.title = title;
        this.form = form;
    }

    /** In {@code metrics.json}. */
    String key() {
        return key;
    }

    /** For people. */
    String title() {
        return title;
    }

    Form form() {
        return form;
    }

    /** Whether it says of one label what accuracy says already. */
    boolean repeatsAccuracy() {
        return OF_ONE_LABEL.contains(this);
    }

    String text(double value) {
        return form == Form.SHARE ? Figures.percent(value) : Figures.number(value);
    }

    String text(double low, double high) {
        return form == Form.SHARE ? Figures.percents(low, high) : Figures.number(low) + " – " + Figures.number(high);
    }

    static Optional<Metric> named(String key) {
        return Arrays.stream(values()).filter(metric -> metric.key.equals(key)).findFirst();
    }
}
