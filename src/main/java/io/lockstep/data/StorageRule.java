package io.lockstep.data;

import io.lockstep.config.LockstepConfig;
import io.lockstep.config.StorageChoice;
import io.lockstep.model.FeatureColumn;
import io.lockstep.model.FeatureSchema;
import io.lockstep.model.MissingValues;
import io.lockstep.model.Storage;
import java.util.Map;

/** Decides whether examples are stored sparse: by the config and the training rows alone, so that it is the same everywhere. */
final class StorageRule {
    /** Narrower examples cost little in any form. */
    private static final int NARROW = 256;

    /**
     * The share of features that are not 0 up to which the first layer's products are faster sparse: at 784 features the two
     * meet at 5 %, and earlier where W outgrows the cache (300 units, 256 examples of a pass).
     */
    private static final double SPARSE = 0.02;

    private StorageRule() {}

    /**
     * The storage.
     *
     * @param nonZeros of all training rows together
     */
    static Storage choose(LockstepConfig config, FeatureSchema features, double nonZeros, long rows) {
        if (config.data().storage() != StorageChoice.AUTO) {
            return config.data().storage() == StorageChoice.SPARSE ? Storage.SPARSE : Storage.DENSE;
        }
        boolean fits = config.inputDropout() == 0
                && config.data().image().isEmpty()
                && config.data().audio().isEmpty();
        int width = features.width();
        return fits && width >= NARROW && nonZeros <= SPARSE * rows * width ? Storage.SPARSE : Storage.DENSE;
    }

    /** How many features of the training rows are not 0. */
    static double nonZeros(FeatureSchema features, Map<String, Survey.Column> surveyed) {
        double sum = 0;
        for (FeatureColumn column : features.columns()) {
            Survey.Column found = surveyed.get(column.name());
            if (column instanceof FeatureColumn.Numeric number) {
                // a number that is centred is hardly ever 0
                sum += number.origin() == 0 ? found.nonZeros() : found.present();
                sum += found.missing();
            } else if (column instanceof FeatureColumn.VectorColumn) {
                sum += found.nonZeros();
            } else if (column instanceof FeatureColumn.Image image) {
                sum += (double) image.width() * found.present();
            } else {
                sum += found.present();
            }
            sum += column.missing() == MissingValues.INDICATE ? found.missing() : 0;
        }
        return sum;
    }
}
