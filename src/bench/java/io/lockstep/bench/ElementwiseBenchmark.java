package io.lockstep.bench;

import io.lockstep.math.Elementwise;
import io.lockstep.math.Purpose;
import io.lockstep.math.RandomStream;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What is done to each element, on the activations of a pass: 300 units, 256 examples. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ElementwiseBenchmark {
    private static final int N = 300 * 256;
    private static final float SLOPE = 0.01f;

    private final float[] a = Fill.uniform(N, 1);
    private final float[] x = new float[N];
    private RandomStream stream;
    private float[] source;

    /** Keeps what the functions work on from settling at a fixed point. */
    @Setup
    public void allocate() {
        source = Fill.uniform(N, 2);
        stream = RandomStream.of(1, Purpose.DROPOUT, 1, 2, 3, 4);
    }

    /** The copy that precedes each of the others: to be taken off their times. */
    @Benchmark
    public float[] copyAlone() {
        System.arraycopy(source, 0, x, 0, N);
        return x;
    }

    /** x ← tanh x. */
    @Benchmark
    public float[] tanh() {
        System.arraycopy(source, 0, x, 0, N);
        Elementwise.tanh(x, N);
        return x;
    }

    /** x ← σ(x). */
    @Benchmark
    public float[] sigmoid() {
        System.arraycopy(source, 0, x, 0, N);
        Elementwise.sigmoid(x, N);
        return x;
    }

    /** ReLU's gradient, and leaky ReLU's. */
    @Benchmark
    public float[] scaleWhereNotPositive() {
        System.arraycopy(source, 0, x, 0, N);
        Elementwise.scaleWhereNotPositive(x, a, SLOPE, N);
        return x;
    }

    /** As many uniform numbers, as dropout draws them. */
    @Benchmark
    public float[] uniform() {
        for (int i = 0; i < N; i++) {
            x[i] = stream.uniform(i);
        }
        return x;
    }
}
