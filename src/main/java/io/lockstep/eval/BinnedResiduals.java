package io.lockstep.eval;

/**
 * Weight and number of examples by bins of their residuals, where the residuals themselves would be too many. A bin is a
 * float's sign, exponent and first 11 bits of its mantissa, and stands for its middle: off by 2⁻¹² of itself at most.
 */
final class BinnedResiduals extends BinnedRanks {
    private static final long serialVersionUID = 1L;

    /** How far the middle of a bin may be off, with what the rounding to a float adds. */
    static final double RELATIVE_ERROR = 0x1.0p-12 + 0x1.0p-23;

    private static final int SHIFT = 12;

    private final ErrorMeasure measure;

    BinnedResiduals(ErrorMeasure measure) {
        super(measure.outputs());
        this.measure = measure;
    }

    /** Bins of greater residuals are greater. */
    static int bin(double residual) {
        int bits = Float.floatToRawIntBits((float) residual);
        // of negative numbers greater bits are lesser numbers
        return bits >= 0 ? bits >> SHIFT : -((bits & Integer.MAX_VALUE) >> SHIFT) - 1;
    }

    /** The residual that a bin stands for. */
    static double middle(int bin) {
        int magnitude = bin >= 0 ? bin : -bin - 1;
        float low = Float.intBitsToFloat(magnitude << SHIFT);
        float high = Float.intBitsToFloat((magnitude + 1) << SHIFT);
        double middle = magnitude == 0 ? 0 : ((double) low + high) / 2;
        return bin >= 0 ? middle : -middle;
    }

    @Override
    public void add(float[] outputs, int from, float[] targets, int target, float w) {
        WeightBins[] open = open();
        for (int k = 0; k < open.length; k++) {
            open[k].add(bin(measure.residual(k, outputs, from, targets, target)), w, 1);
        }
    }
}
