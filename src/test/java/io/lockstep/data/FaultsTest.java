package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lockstep.error.ClusterException;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    private static RuntimeException thrownIn(String className) {
        RuntimeException thrown = new ArrayIndexOutOfBoundsException("Index 10 out of bounds for length 9");
        thrown.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("java.util.ArrayList", "get", "ArrayList.java", 1),
            new StackTraceElement(className, "method", "File.java", 1)
        });
        return thrown;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.apache.parquet.hadoop.ParquetFileReader",
                "org.apache.parquet.column.values.dictionary.PlainValuesDictionary$PlainIntegerDictionary",
                "org.apache.spark.sql.execution.datasources.parquet.ParquetDictionary",
                "org.apache.orc.impl.RecordReaderImpl"
            })
    void aDamagedFileIsNoInternalFaultWhereSparkDoesNotSaySo(String reader) {
        RuntimeException thrown = thrownIn(reader);
        assertThat(Faults.of(new SparkException("Job aborted", thrown)).orElseThrow())
                .isInstanceOf(DataException.class)
                .hasMessage("a file cannot be read: Index 10 out of bounds for length 9."
                        + " Is each file whole, and of the format that its name says?");
        assertThat(Faults.of(new ArrayIndexOutOfBoundsException("of our own"))).isEmpty();
        assertThat(Faults.of(thrownIn("org.apache.parquet.column.values.dictionary.DictionaryValuesWriter")))
                .as("no fault of a file that is read")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Job aborted due to stage failure: Master removed our application: FAILED",
                "Job 3 cancelled because SparkContext was shut down",
                "Cannot call methods on a stopped SparkContext.\nThis stopped SparkContext was created at:\n…",
                "SparkContext has been shutdown"
            })
    void anApplicationThatTheClusterEndedIsNoInternalFault(String sparksWords) {
        Throwable thrown = new IllegalStateException("the step failed", new SparkException(sparksWords));
        assertThat(Faults.of(thrown).orElseThrow())
                .isInstanceOf(ClusterException.class)
                .hasMessageStartingWith("the cluster ended the application ("
                        + sparksWords.lines().findFirst().orElseThrow().replaceAll("\\.$", "") + "). ");
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
