package io.lockstep.bench;

import io.lockstep.math.Blas;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A layer's three products in the shapes of a step; 2·n·p·m operations each. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ProductBenchmark {
    /** Units × units of the layer below. */
    @Param({"300x784", "100x300", "10x100", "2048x784", "2048x2048"})
    public String layer;

    /** Examples of a pass. */
    @Param({"64", "256", "1024"})
    public int m;

    private int n;
    private int p;
    private float[] w;
    private float[] a;
    private float[] z;
    private float[] dA;
    private float[] dW;

    /** Allocates the matrices. */
    @Setup
    public void allocate() {
        String[] sizes = layer.split("x", 2);
        n = Integer.parseInt(sizes[0]);
        p = Integer.parseInt(sizes[1]);
        w = Fill.uniform(n * p, 1);
        a = Fill.uniform(p * m, 2);
        z = Fill.uniform(n * m, 3);
        dA = new float[p * m];
        dW = new float[n * p];
    }

    /** Z[n,m] = W[n,p] · A[p,m]. */
    @Benchmark
    public float[] forward() {
        Blas.sgemm("N", "N", n, m, p, 1f, w, 0, n, a, 0, p, 0f, z, 0, n);
        return z;
    }

    /** dW[n,p] = dZ[n,m] · A[p,m]ᵀ. */
    @Benchmark
    public float[] weightGradient() {
        Blas.sgemm("N", "T", n, p, m, 1f, z, 0, n, a, 0, p, 0f, dW, 0, n);
        return dW;
    }

    /** dA[p,m] = W[n,p]ᵀ · dZ[n,m]. */
    @Benchmark
    public float[] inputGradient() {
        Blas.sgemm("T", "N", p, m, n, 1f, w, 0, n, z, 0, n, 0f, dA, 0, p);
        return dA;
    }
}
