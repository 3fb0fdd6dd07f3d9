package io.lockstep.augment;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.lockstep.augment.AugmentSpec.Elastic;
import io.lockstep.augment.AugmentSpec.Flip;
import io.lockstep.augment.AugmentSpec.Geometry;
import io.lockstep.augment.AugmentSpec.Photometry;
import io.lockstep.augment.AugmentSpec.Sound;
import io.lockstep.nn.Shape;
import io.lockstep.nn.TrainingPass;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The garbage of augmenting a pass, counted in bytes of this thread. */
class AugmentAllocationTest {
    private static final int EXAMPLES = 50;

    // what there is: the pass's name and three streams with a block each, 336 bytes; an example's least buffer has
    // 1,200
    private static final long MOST_BYTES = 400;

    private static final AugmentSpec EVERYTHING = new AugmentSpec(
            1,
            new Geometry(Flip.BOTH, 2, 2, 15, 0.1, 5, new Elastic(34, 4), 0),
            new Photometry(1, 0.1, 0.1, 0.1),
            new Sound(6, 10, 10),
            0.1);

    static List<Augmentation> augmentations() {
        return List.of(
                new Augmentation.Image(EVERYTHING, new Shape.Image(3, 10, 10), Scaling.identity()),
                new Augmentation.Audio(EVERYTHING, 300, 1000, Scaling.identity()));
    }

    @ParameterizedTest
    @MethodSource("augmentations")
    void aPassAllocatesNothingThatGrowsWithItsExamples(Augmentation augmentation) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        Augmenter augmenter = augmentation.augmenter();
        float[] x = Images.random(EXAMPLES * 300, 1);
        int window = 20;
        long least = Long.MAX_VALUE;
        // of many windows the least: what the JVM does beside, such as compiling, comes in some of them alone
        for (int w = 0; w < 20; w++) {
            long before = threads.getThreadAllocatedBytes(thread);
            for (int i = 0; i < window; i++) {
                augmenter.augment(x, EXAMPLES, new TrainingPass(1, 1, i, 0, 0));
            }
            least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
        }
        assertThat(least / window).isLessThan(MOST_BYTES);
    }
}
