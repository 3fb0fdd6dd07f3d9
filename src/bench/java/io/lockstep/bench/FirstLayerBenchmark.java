package io.lockstep.bench;

import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.Network;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import io.lockstep.nn.SparseBatch;
import io.lockstep.nn.TrainingPass;
import java.util.List;
import java.util.Random;
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

/** The two products of the lowest layer, Z = W·X and dW = dZ·Xᵀ, with X stored dense and stored sparse. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class FirstLayerBenchmark {
    private static final TrainingPass PASS = new TrainingPass(1, 1, 0, 0, 0);

    /** Units × features. */
    @Param({"300x784", "300x5000", "300x20000"})
    public String layer;

    /** Examples of a pass. */
    @Param("256")
    public int m;

    /** Of the features that are not 0; sparse examples alone depend on it. */
    @Param({"0.001", "0.005", "0.02", "0.05", "0.1", "0.2"})
    public double share;

    private Network network;
    private float[] theta;
    private float[] gradient;
    private float[] x;
    private float[] y;
    private SparseBatch sparse;

    /** Draws the examples. */
    @Setup
    public void allocate() {
        String[] sizes = layer.split("x", 2);
        int n = Integer.parseInt(sizes[0]);
        int p = Integer.parseInt(sizes[1]);
        NetworkSpec spec = new NetworkSpec(new Shape.Vector(p), List.of(new LayerSpec.Dense(n)), Loss.HALVED_SQUARED);
        network = new Network(spec, m);
        theta = Fill.uniform(spec.parameterCount(), 1);
        gradient = new float[theta.length];
        y = Fill.uniform(n * m, 2);
        sparse = new SparseBatch(Fill.uniform(p, 3));
        x = new float[p * m];
        Random random = new Random(4);
        for (int j = 0; j < m; j++) {
            for (int i = 0; i < p; i++) {
                if (random.nextDouble() < share) {
                    sparse.add(i, 1 + random.nextFloat());
                }
            }
            sparse.endColumn();
            sparse.expand(j, x, j * p);
        }
    }

    /** X in full. */
    @Benchmark
    public double dense() {
        return network.addGradient(theta, x, y, m, PASS, gradient);
    }

    /** What is not 0 of it. */
    @Benchmark
    public double sparse() {
        return network.addGradient(theta, sparse, y, PASS, gradient);
    }
}
