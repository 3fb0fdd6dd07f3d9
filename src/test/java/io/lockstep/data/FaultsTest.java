package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lockstep.error.DataException;
import io.lockstep.testing.TestSpark;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

class FaultsTest {
    @Test
    void whatATaskThrewIsFoundInWhatSparkThrows() {
        Throwable thrown = catchThrowable(
                () -> TestSpark.context().parallelize(List.of(1, 2), 2).foreach(number -> {
                    throw new DataException("column \"a\": bad");
                }));
        assertThat(thrown).isInstanceOf(SparkException.class);
        assertThat(Faults.of(thrown).orElseThrow())
                .isInstanceOf(DataException.class)
                .hasMessage("column \"a\": bad");
    }

    @Test
    void howOftenATaskWasTriedDoesNotMatter() {
        DataException last = new DataException("t.csv: bad");
        Throwable thrown = new SparkException(
                "Job aborted due to stage failure: Task 3 in stage 7.0 failed 4 times, most recent failure: …",
                new RuntimeException("Error while reading", last));
        assertThat(Faults.of(new IllegalStateException(thrown))).containsSame(last);
    }

    @Test
    void aFaultTravelsFromAnExecutorWithItsMessageAndCause() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new DataException("images: the file ends before.", new EOFException("end")));
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat((DataException) in.readObject())
                    .hasMessage("images: the file ends before.")
                    .hasCauseInstanceOf(EOFException.class);
        }
    }

    @Test
    void sparksWordsComeWithoutItsCodes() {
        Throwable thrown = catchThrowable(
                () -> TestSpark.session().range(1).toDF("a").select("b").count());
        assertThat(Faults.of(thrown).orElseThrow().getMessage())
                .contains("`b` cannot be resolved")
                .doesNotContain("[UNRESOLVED", "SQLSTATE");
    }

    @Test
    void aFaultOfOurOwnIsNoFaultOfTheData() {
        assertThat(Faults.of(new SparkException("Job aborted", new IllegalStateException("a bug"))))
                .isEmpty();
    }
}
