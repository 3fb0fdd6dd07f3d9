package io.lockstep.bench;

import io.lockstep.nn.Activation;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.optim.Optimizer;
import io.lockstep.optim.OptimizerSpec;
import io.lockstep.optim.Regularization;
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

/** A step of Adam over all of θ, in one thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class OptimizerBenchmark {
    private static final double ALPHA = 0.001;
    private static final int EXAMPLES = 512;

    /** The hidden layers' units. */
    @Param({"300-100", "2048-2048"})
    public String hidden;

    private Optimizer optimizer;
    private float[] theta;
    private float[] gradient;

    /** Makes θ and a gradient sum. */
    @Setup
    public void allocate() {
        NetworkSpec network = Specs.network(hidden, Activation.Kind.RELU);
        optimizer = new Optimizer(new OptimizerSpec.Adam(ALPHA, 0.9, 0.999, 1e-8), Regularization.none(), network);
        theta = Fill.uniform(network.parameterCount(), 1);
        gradient = Fill.uniform(network.parameterCount(), 2);
    }

    /** θ ← Adam(θ, gradient). */
    @Benchmark
    public float[] adam() {
        optimizer.step(theta, gradient, EXAMPLES, ALPHA);
        return theta;
    }
}
