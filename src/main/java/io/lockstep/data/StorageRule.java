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
     * The share of features that are not 0 up to which examples are sparse. The first layer's two products take as long
     * sparse as dense at 5 % of 784 features, 4 % of 5,000 and 1.5 % of 20,000, where W outgrows the cache (300 units, 256
     * examples of a pass, one core; FirstLayerBenchmark); at 2 % an example takes up a 25th of the memory.
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
