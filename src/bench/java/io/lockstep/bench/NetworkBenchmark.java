package io.lockstep.bench;

import io.lockstep.nn.Activation;
import io.lockstep.nn.Initializer;
import io.lockstep.nn.Network;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.TrainingPass;
import java.util.List;
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

/** A whole pass of 784-300-100-10, beside its bare products, in one thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class NetworkBenchmark {
    /** Of the hidden layers. */
    @Param({"RELU", "TANH", "SIGMOID"})
    public Activation.Kind activation;

    /** Examples of the pass. */
    @Param({"64", "256"})
    public int m;

    private Network network;
    private StepProducts products;
    private float[] theta;
    private float[] gradient;
    private float[] x;
    private float[] y;
    private TrainingPass pass;

    /** Makes the network and a mini-batch. */
    @Setup
    public void allocate() {
        NetworkSpec spec = Specs.network("300-100", activation);
        network = new Network(spec, m);
        products = new StepProducts(List.of(Specs.WIDTH, 300, 100, Specs.CLASSES), m);
        theta = spec.initialize(Initializer.AUTO, 1);
        gradient = new float[theta.length];
        x = Fill.uniform(Specs.WIDTH * m, 2);
        y = new float[m];
        for (int i = 0; i < m; i++) {
            y[i] = i % Specs.CLASSES;
        }
        pass = new TrainingPass(1, 1, 0, 0, 0);
    }

    /** Forward, loss and backward. */
    @Benchmark
    public double gradient() {
        return network.addGradient(theta, x, y, m, pass, gradient);
    }

    /** The matrix products of the same. */
    @Benchmark
    public void productsAlone() {
        products.pass(m);
    }
}
