package io.lockstep.bench;

import io.lockstep.augment.AugmentSpec;
import io.lockstep.augment.Augmentation;
import io.lockstep.augment.Augmenter;
import io.lockstep.augment.Scaling;
import io.lockstep.nn.Shape;
import io.lockstep.nn.TrainingPass;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Microseconds to augment an image of 28 × 28, on one thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AugmentBenchmark {
    private static final int EXAMPLES = 256;
    private static final Shape.Image SHAPE = new Shape.Image(1, 28, 28);

    /** What is done. */
    @Param({"affine", "elastic", "blur", "noise"})
    private String kind;

    private final float[] source = Fill.uniform(EXAMPLES * SHAPE.size(), 1);
    private final float[] x = new float[source.length];
    private Augmenter augmenter;
    private int step;

    /** Makes the augmenter. */
    @Setup(Level.Trial)
    public void make() {
        AugmentSpec.Elastic elastic =
                kind.equals("elastic") ? new AugmentSpec.Elastic(34, 4) : AugmentSpec.Elastic.NONE;
        boolean moves = kind.equals("elastic") || kind.equals("affine");
        AugmentSpec spec = new AugmentSpec(
                1,
                moves
                        ? new AugmentSpec.Geometry(AugmentSpec.Flip.NONE, 2, 0, 15, 0, 0, elastic, 0)
                        : AugmentSpec.Geometry.NONE,
                new AugmentSpec.Photometry(kind.equals("blur") ? 1 : 0, 0, 0, 0),
                AugmentSpec.Sound.NONE,
                kind.equals("noise") ? 20 : 0);
        augmenter = new Augmentation.Image(spec, SHAPE, new Scaling(new float[] {33}, new float[] {78})).augmenter();
    }

    /** A slice of 256 images, copied first. */
    @Benchmark
    @OperationsPerInvocation(EXAMPLES)
    public float[] augment() {
        System.arraycopy(source, 0, x, 0, x.length);
        augmenter.augment(x, EXAMPLES, new TrainingPass(1, 1, step++, 0, 0));
        return x;
    }
}
