package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.testing.TestSpark;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.Test;

/** {@link Jobs}. */
class JobsTest {
    private final SparkContext spark = TestSpark.session().sparkContext();

    @Test
    void namesNestAndGoWithTheirBodies() {
        String before = spark.getLocalProperty("spark.job.description");

        Jobs.named(spark, "digits", () -> {
            assertThat(Jobs.named(spark, "evaluate test", this::names)).isEqualTo("digits: evaluate test, 4 times");
            assertThat(names()).isEqualTo("digits, 4 times");
        });

        assertThat(spark.getLocalProperty("spark.job.description")).isEqualTo(before);
        assertThat(spark.getLocalProperty("callSite.short")).isNull();
    }

    @Test
    void aNameGoesWithABodyThatFails() {
        assertThatThrownBy(() -> Jobs.named(spark, "digits", () -> {
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");

        assertThat(spark.getLocalProperty("spark.job.description")).isNull();
    }

    private String names() {
        String name = spark.getLocalProperty("spark.job.description");
        assertThat(spark.getCallSite().shortForm()).isEqualTo(name);
        assertThat(spark.getCallSite().longForm()).isEqualTo(name);
        assertThat(spark.emptyRDD(scala.reflect.ClassTag$.MODULE$.apply(String.class))
                        .creationSite()
                        .shortForm())
                .isEqualTo(name);
        return name + ", 4 times";
    }
}
