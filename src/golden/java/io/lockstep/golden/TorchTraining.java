package io.lockstep.golden;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.OptimizerParamGroup;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A case trained by PyTorch: its linear layers, activations and losses, its autograd, its clipping, its optimizers, all in
 * float64 on one thread, so that what differs from the engine is the engine's float32. An optimizer for the weights
 * with {@code weight_decay}, and one for all else without it; they work element by element, so two are as good as one
 * with two groups of parameters.
 */
final class TorchTraining {
    private static final int NOT_REDUCED = 0;
    private static final int REDUCE_BY_SUM = 2;

    private final Case one;
    private final Tensor x;
    private final Tensor y;
    private final List<Tensor> weights = new ArrayList<>();
    private final List<Optional<Tensor>> biases = new ArrayList<>();
    private final List<TorchNorm> norms = new ArrayList<>();

    /** The mean loss of each step's examples before the step, without the penalty of L1. */
    private final double[] losses = new double[Case.STEPS];

    TorchTraining(Case one, GoldenData data, long seed) {
        this.one = one;
        this.x = matrix(data.x());
        float[][] targets = new float[GoldenData.ROWS][];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = Arrays.copyOf(
                    data.targets(one.objective().target)[i], one.objective().isClass() ? 1 : one.objective().outputs);
        }
        this.y = matrix(targets);
        start(new Random(seed));
    }

    /** Biases too start away from zero, so that a slip in either shows. */
    private void start(Random random) {
        List<Integer> sizes = new ArrayList<>(List.of(GoldenData.WIDTH));
        sizes.addAll(one.hidden());
        sizes.add(one.objective().outputs);
        for (int l = 1; l < sizes.size(); l++) {
            float[][] w = new float[sizes.get(l)][sizes.get(l - 1)];
            float[][] b = new float[1][sizes.get(l)];
            for (int i = 0; i < w.length; i++) {
                for (int k = 0; k < w[i].length; k++) {
                    w[i][k] = (float) (random.nextGaussian() * Math.sqrt(1.5 / w[i].length));
                }
                b[0][i] = (float) (0.3 * random.nextGaussian());
            }
            weights.add(matrix(w).requires_grad_(true));
            boolean normalized = l < sizes.size() - 1 && one.norm() != Case.Norm.NONE;
            // a bias right below a normalization would be taken out again
            biases.add(
                    normalized && one.norm() == Case.Norm.BEFORE
                            ? Optional.empty()
                            : Optional.of(matrix(b).view(w.length).requires_grad_(true)));
            if (normalized) {
                norms.add(new TorchNorm(w.length, random));
            }
        }
    }

    private static Tensor matrix(float[][] rows) {
        float[] flat = new float[rows.length * rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, flat, i * rows[0].length, rows[0].length);
        }
        return torch.tensor(flat).to(torch.ScalarType.Double).view(rows.length, rows[0].length);
    }

    /** Every tensor of θ by its name in {@code weights.safetensors}; a weight's rows are its units. */
    Map<String, Tensor> parameters() {
        Map<String, Tensor> parameters = new TreeMap<>();
        for (int l = 0; l < weights.size(); l++) {
            String layer = "layer" + (l + 1) + ".";
            parameters.put(layer + "weight", weights.get(l));
            biases.get(l).ifPresent(bias -> parameters.put(layer + "bias", bias));
            if (l < norms.size()) {
                norms.get(l).parameters().forEach((name, tensor) -> parameters.put(layer + name, tensor));
            }
        }
        return parameters;
    }

    double[] losses() {
        return losses;
    }

    /** What stands in a tensor, row by row. */
    static double[] values(Tensor tensor) {
        Tensor flat = tensor.detach().contiguous();
        double[] values = new double[Math.toIntExact(flat.numel())];
        new DoublePointer(flat.data_ptr_double()).get(values);
        return values;
    }

    void train() {
        List<Tensor> unpenalized = new ArrayList<>();
        biases.forEach(bias -> bias.ifPresent(unpenalized::add));
        norms.forEach(norm -> unpenalized.addAll(norm.trained()));
        TensorVector all = new TensorVector();
        weights.forEach(all::push_back);
        unpenalized.forEach(all::push_back);
        double penalty = one.l2() / GoldenData.ROWS + one.descent().decay();
        List<Optimizer> optimizers = List.of(
                one.descent().torch(new TensorVector(weights.toArray(Tensor[]::new)), penalty),
                one.descent().torch(new TensorVector(unpenalized.toArray(Tensor[]::new)), 0));
        double[] alphas = one.alphas();
        for (int step = 0; step < Case.STEPS; step++) {
            long rows = (long) GoldenData.to(step) - GoldenData.from(step);
            Tensor batch = x.narrow(0, GoldenData.from(step), rows);
            Tensor targets = y.narrow(0, GoldenData.from(step), rows);
            Tensor loss = lossSum(logits(batch), targets, GoldenData.from(step)).div(new Scalar(rows));
            losses[step] = loss.item_double();
            optimizers.forEach(Optimizer::zero_grad);
            penalized(loss).backward();
            if (one.clipNorm().isPresent()) {
                torch.clip_grad_norm_(all, one.clipNorm().getAsDouble());
            }
            if (one.clipValue().isPresent()) {
                torch.clip_grad_value_(all, one.clipValue().getAsDouble());
            }
            for (Optimizer optimizer : optimizers) {
                OptimizerParamGroup group = optimizer.param_groups().get(0);
                group.options().set_lr(one.descent().torchRate(alphas[step]));
                optimizer.step();
            }
        }
    }

    private Tensor logits(Tensor batch) {
        Tensor a = batch;
        for (int l = 0; l < weights.size(); l++) {
            a = torch.linear(
                    a, weights.get(l), biases.get(l).map(TensorOptional::new).orElseGet(TensorOptional::new));
            if (l < weights.size() - 1) {
                a = one.norm() == Case.Norm.BEFORE ? norms.get(l).normalize(a) : a;
                a = activate(a);
                a = one.norm() == Case.Norm.AFTER ? norms.get(l).normalize(a) : a;
            }
        }
        return a;
    }

    private Tensor activate(Tensor z) {
        return switch (one.unit().name()) {
            case "relu" -> z.relu();
            case "leaky_relu" -> torch.leaky_relu(z, new Scalar(one.unit().slope()));
            case "tanh" -> z.tanh();
            case "sigmoid" -> z.sigmoid();
            case "identity" -> z;
            default -> throw new IllegalArgumentException("no activation " + one.unit());
        };
    }

    /** The sum over examples and outputs; PyTorch's squared loss is not halved. */
    private Tensor lossSum(Tensor z, Tensor targets, int from) {
        return switch (one.objective()) {
            case SOFTMAX -> crossEntropy(z, targets, REDUCE_BY_SUM);
            case SOFTMAX_WEIGHTED -> {
                float[] weights = new float[Math.toIntExact(z.size(0))];
                for (int j = 0; j < weights.length; j++) {
                    weights[j] = GoldenData.weight(from + j);
                }
                Tensor each = crossEntropy(z, targets, NOT_REDUCED);
                yield each.mul(torch.tensor(weights).to(torch.ScalarType.Double))
                        .sum();
            }
            case SIGMOID, MULTILABEL ->
                torch.binary_cross_entropy_with_logits(
                        z, targets, new TensorOptional(), new TensorOptional(), REDUCE_BY_SUM);
            case SQUARED, SQUARED_SEVERAL ->
                torch.mse_loss(z, targets, REDUCE_BY_SUM).div(new Scalar(2.0));
            case HUBER -> torch.huber_loss(z, targets, REDUCE_BY_SUM, Case.Objective.HUBER_DELTA);
        };
    }

    private static Tensor crossEntropy(Tensor z, Tensor targets, int reduction) {
        return torch.cross_entropy_loss(
                z, targets.view(targets.size(0)).to(torch.ScalarType.Long), new TensorOptional(), reduction, -100, 0);
    }

    /** L1 is a term of the loss in PyTorch: λ₁/(2m)·Σ|w|. */
    private Tensor penalized(Tensor loss) {
        if (one.l1() == 0) {
            return loss;
        }
        Tensor sum = loss;
        for (Tensor w : weights) {
            sum = sum.add(w.abs().sum().mul(new Scalar(one.l1() / (2 * GoldenData.ROWS))));
        }
        return sum;
    }
}
