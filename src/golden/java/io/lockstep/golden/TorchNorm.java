package io.lockstep.golden;

import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A batch normalization by PyTorch, with the running mean that it keeps itself. The running variance that it keeps is of
 * m/(m−1)·σ², by which Lockstep's differs on purpose; so that one is averaged here as well, of {@code var(unbiased=False)}.
 */
final class TorchNorm {
    private static final double MOMENTUM = 0.1;
    private static final double EPSILON = 1e-5;

    private final Tensor gamma;
    private final Tensor beta;
    private final Tensor mean;
    private final Tensor unbiasedVariance;
    private Tensor variance;

    /** γ near 1 and β near 0, but not there, so that a slip shows; averages from 0 and 1. */
    TorchNorm(int units, Random random) {
        float[] g = new float[units];
        float[] b = new float[units];
        float[] ones = new float[units];
        for (int i = 0; i < units; i++) {
            g[i] = (float) (1 + 0.2 * random.nextGaussian());
            b[i] = (float) (0.2 * random.nextGaussian());
            ones[i] = 1;
        }
        this.gamma = tensor(g).requires_grad_(true);
        this.beta = tensor(b).requires_grad_(true);
        this.mean = tensor(new float[units]);
        this.variance = tensor(ones);
        this.unbiasedVariance = tensor(ones);
    }

    private static Tensor tensor(float[] values) {
        return torch.tensor(values).to(torch.ScalarType.Double);
    }

    List<Tensor> trained() {
        return List.of(gamma, beta);
    }

    Map<String, Tensor> parameters() {
        return Map.of("gamma", gamma, "beta", beta, "running_mean", mean, "running_variance", variance);
    }

    Tensor normalize(Tensor batch) {
        Tensor y = torch.batch_norm(
                batch,
                new TensorOptional(gamma),
                new TensorOptional(beta),
                new TensorOptional(mean),
                new TensorOptional(unbiasedVariance),
                true,
                MOMENTUM,
                EPSILON,
                false);
        Tensor biased = batch.detach().var(new long[] {0}, false);
        variance = variance.mul(new Scalar(1 - MOMENTUM)).add(biased.mul(new Scalar(MOMENTUM)));
        return y;
    }
}
