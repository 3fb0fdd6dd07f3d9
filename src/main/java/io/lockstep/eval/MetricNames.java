package io.lockstep.eval;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What metrics are called in {@code metrics.json}. Where examples have weights, each counts as w examples. Of class k: h_k
 * how often it was predicted rightly, p_k how often predicted, o_k how often observed; precision h_k/p_k, recall h_k/o_k, F1
 * 2h_k/(p_k + o_k), each 0 where it would be 0/0.
 */
public final class MetricNames {
    /** The mean loss of an example, without regularization. */
    public static final String LOSS = "loss";
    /** The share of examples whose class, or all of whose labels, are predicted. */
    public static final String ACCURACY = "accuracy";
    /** 1 − accuracy. */
    public static final String ERROR = "error";
    /** The mean of the classes' precision, each as often as it was observed. */
    public static final String PRECISION = "precision";
    /** The mean of the classes' recall, each as often as it was observed: the accuracy. */
    public static final String RECALL = "recall";
    /** The mean of the classes' F1, each as often as it was observed. */
    public static final String F1 = "f1";
    /** The mean over the classes that were observed or predicted. */
    public static final String PRECISION_MACRO = "precision_macro";
    /** The mean over the classes that were observed or predicted. */
    public static final String RECALL_MACRO = "recall_macro";
    /** The mean over the classes that were observed or predicted, or over all labels. */
    public static final String F1_MACRO = "f1_macro";
    /** Σh/Σp over all classes or labels; of classes the accuracy. */
    public static final String PRECISION_MICRO = "precision_micro";
    /** Σh/Σo over all classes or labels; of classes the accuracy. */
    public static final String RECALL_MICRO = "recall_micro";
    /** 2Σh/(Σp + Σo) over all classes or labels; of classes the accuracy. */
    public static final String F1_MICRO = "f1_micro";
    /** −Σ ln a/m, a the probability predicted for the class observed, within [10⁻¹⁵, 1 − 10⁻¹⁵]. */
    public static final String LOG_LOSS = "log_loss";
    /** The area under the ROC curve: the share of pairs of a positive and a negative that are ranked rightly, ties half. */
    public static final String AUC = "auc";
    /** The area under precision over recall, by trapezoids from (0, precision of the greatest score). */
    public static final String AUC_PR = "auc_pr";
    /** The expected calibration error: Σ n_b/m·|confidence − frequency| over the {@linkplain CalibrationBin bins}. */
    public static final String ECE = "ece";
    /** Brier's score: of two classes the mean (a − y)² of the second one; of more Σ(a − y)² over all classes. */
    public static final String BRIER = "brier";
    /** The share of an example's labels that are wrong. */
    public static final String HAMMING_LOSS = "hamming_loss";
    /** √(Σ(y − ŷ)²/m) in the target's units; of several outputs the mean, as the two below. */
    public static final String RMSE = "rmse";
    /** Σ|y − ŷ|/m in the target's units. */
    public static final String MAE = "mae";
    /** 1 − Σ(y − ŷ)²/Σ(y − ȳ)². */
    public static final String R2 = "r2";

    /** How far {@link #AUC} may be off; absent where it is exact. */
    public static final String AUC_BOUND = "auc_bound";
    /** How far {@link #AUC_PR} may be off; absent where it is exact. */
    public static final String AUC_PR_BOUND = "auc_pr_bound";

    private static final List<String> ORDER = List.of(
            LOSS,
            ACCURACY,
            ERROR,
            PRECISION,
            RECALL,
            F1,
            PRECISION_MACRO,
            RECALL_MACRO,
            F1_MACRO,
            PRECISION_MICRO,
            RECALL_MICRO,
            F1_MICRO,
            HAMMING_LOSS,
            RMSE,
            MAE,
            R2,
            LOG_LOSS,
            AUC,
            AUC_PR,
            AUC_BOUND,
            AUC_PR_BOUND,
            ECE,
            BRIER);

    private MetricNames() {}

    /** The values in the order of {@code metrics.json}, without those that are not defined: JSON has no NaN. */
    static Map<String, Double> inOrder(Map<String, Double> values) {
        Map<String, Double> ordered = new LinkedHashMap<>();
        for (String name : ORDER) {
            Double value = values.get(name);
            if (value != null && Double.isFinite(value)) {
                ordered.put(name, value);
            }
        }
        return ordered;
    }
}
