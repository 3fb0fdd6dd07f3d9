package io.lockstep.golden;

import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.RMSprop;
import org.bytedeco.pytorch.RMSpropOptions;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.TensorVector;

/** An optimizer: how Lockstep's config names it, and which of {@code torch::optim} with which options it is. */
sealed interface Descent {

    /** The config's {@code training.optimizer}. */
    Map<String, Object> config();

    /** PyTorch's. */
    Optimizer torch(TensorVector parameters, double weightDecay);

    /** PyTorch's learning rate for Lockstep's α. */
    default double torchRate(double alpha) {
        return alpha;
    }

    /** α₀. */
    double alpha();

    /** Its decay of weights beside the gradient. */
    default double decay() {
        return 0;
    }

    private static Map<String, Object> config(String name, double alpha) {
        Map<String, Object> config = new TreeMap<>();
        config.put("name", name);
        config.put("learning_rate", alpha);
        return config;
    }

    record Sgd(double alpha) implements Descent {
        @Override
        public Map<String, Object> config() {
            return Descent.config("sgd", alpha);
        }

        @Override
        public Optimizer torch(TensorVector parameters, double weightDecay) {
            SGDOptions options = new SGDOptions(alpha);
            options.weight_decay().put(weightDecay);
            return new SGD(parameters, options);
        }
    }

    /** SGD with momentum; PyTorch's V lacks the notes' factor 1 − β, so its rate has it. */
    record Momentum(String name, double alpha, double beta) implements Descent {
        @Override
        public Map<String, Object> config() {
            Map<String, Object> config = Descent.config(name, alpha);
            config.put("beta", beta);
            return config;
        }

        @Override
        public Optimizer torch(TensorVector parameters, double weightDecay) {
            SGDOptions options = new SGDOptions(torchRate(alpha));
            options.momentum().put(beta);
            options.nesterov().put(name.equals("nesterov"));
            options.weight_decay().put(weightDecay);
            return new SGD(parameters, options);
        }

        @Override
        public double torchRate(double rate) {
            return rate * (1 - beta);
        }
    }

    record RmsProp(double alpha, double beta, double epsilon) implements Descent {
        @Override
        public Map<String, Object> config() {
            Map<String, Object> config = Descent.config("rmsprop", alpha);
            config.put("beta", beta);
            config.put("epsilon", epsilon);
            return config;
        }

        @Override
        public Optimizer torch(TensorVector parameters, double weightDecay) {
            RMSpropOptions options = new RMSpropOptions(alpha);
            options.alpha().put(beta);
            options.eps().put(epsilon);
            options.weight_decay().put(weightDecay);
            return new RMSprop(parameters, options);
        }
    }

    record PlainAdam(double alpha, double beta1, double beta2, double epsilon) implements Descent {
        @Override
        public Map<String, Object> config() {
            return adam("adam", alpha, beta1, beta2, epsilon);
        }

        @Override
        public Optimizer torch(TensorVector parameters, double weightDecay) {
            AdamOptions options = new AdamOptions(alpha);
            setBetas(options.betas(), beta1, beta2);
            options.eps().put(epsilon);
            options.weight_decay().put(weightDecay);
            return new Adam(parameters, options);
        }
    }

    /** AdamW has one place for a decay, its own: it is trained without L2 here. */
    record DecayingAdam(double alpha, double beta1, double beta2, double epsilon, double decay) implements Descent {
        @Override
        public Map<String, Object> config() {
            Map<String, Object> config = adam("adamw", alpha, beta1, beta2, epsilon);
            config.put("weight_decay", decay);
            return config;
        }

        @Override
        public Optimizer torch(TensorVector parameters, double weightDecay) {
            AdamWOptions options = new AdamWOptions(alpha);
            setBetas(options.betas(), beta1, beta2);
            options.eps().put(epsilon);
            options.weight_decay().put(weightDecay);
            return new AdamW(parameters, options);
        }
    }

    /** A C++ tuple lies in memory as the compiler likes it: β₁ belongs where its default stands. */
    private static void setBetas(DoublePointer betas, double beta1, double beta2) {
        int first = betas.get(0) == 0.9 ? 0 : 1;
        if (betas.get(first) != 0.9 || betas.get(1 - first) != 0.999) {
            throw new IllegalStateException("PyTorch's default betas are not 0.9 and 0.999");
        }
        betas.put(first, beta1);
        betas.put(1 - first, beta2);
    }

    private static Map<String, Object> adam(String name, double alpha, double beta1, double beta2, double epsilon) {
        Map<String, Object> config = config(name, alpha);
        config.put("beta1", beta1);
        config.put("beta2", beta2);
        config.put("epsilon", epsilon);
        return config;
    }
}
