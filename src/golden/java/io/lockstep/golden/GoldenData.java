package io.lockstep.golden;

import java.util.Random;

/**
 * The examples that all cases are trained on, in mini-batches of {@value #BATCH} rows of which each epoch's last is short.
 *
 * @param x an example a row, ({@value #ROWS}, {@value #WIDTH})
 * @param classes an index below {@value #OUTPUTS} for each row
 * @param labels {@value #OUTPUTS} zeros and ones for each row
 * @param numbers {@value #OUTPUTS} for each row
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record GoldenData(float[][] x, float[][] classes, float[][] labels, float[][] numbers) {
    static final int ROWS = 75;
    static final int WIDTH = 7;
    static final int BATCH = 24;
    static final int OUTPUTS = 3;

    /** What there is to be learnt. */
    enum Target {
        CLASS,
        LABELS,
        NUMBERS
    }

    /** Linear in x with noise, so that there is something to learn and something left over. */
    static GoldenData of(long seed) {
        Random random = new Random(seed);
        double[][] teacher = new double[OUTPUTS][WIDTH];
        for (double[] row : teacher) {
            for (int f = 0; f < WIDTH; f++) {
                row[f] = random.nextGaussian();
            }
        }
        float[][] x = new float[ROWS][WIDTH];
        float[][] classes = new float[ROWS][1];
        float[][] labels = new float[ROWS][OUTPUTS];
        float[][] numbers = new float[ROWS][OUTPUTS];
        for (int i = 0; i < ROWS; i++) {
            for (int f = 0; f < WIDTH; f++) {
                x[i][f] = (float) random.nextGaussian();
            }
            int greatest = 0;
            double[] z = new double[OUTPUTS];
            for (int k = 0; k < OUTPUTS; k++) {
                z[k] = random.nextGaussian();
                for (int f = 0; f < WIDTH; f++) {
                    z[k] += teacher[k][f] * x[i][f];
                }
                greatest = z[k] > z[greatest] ? k : greatest;
                labels[i][k] = z[k] > 0.5 ? 1 : 0;
                numbers[i][k] = (float) z[k];
            }
            classes[i][0] = greatest;
        }
        return new GoldenData(x, classes, labels, numbers);
    }

    float[][] targets(Target target) {
        return switch (target) {
            case CLASS -> classes;
            case LABELS -> labels;
            case NUMBERS -> numbers;
        };
    }

    /** Of an example, where the objective weights: 0 for some, and their mean in a batch is not 1. */
    static float weight(int row) {
        return row % 5 * 0.5f;
    }

    static int stepsOfAnEpoch() {
        return (ROWS + BATCH - 1) / BATCH;
    }

    /** The first row of a step of the whole training. */
    static int from(int step) {
        return step % stepsOfAnEpoch() * BATCH;
    }

    /** One behind the last. */
    static int to(int step) {
        return Math.min(ROWS, from(step) + BATCH);
    }
}
