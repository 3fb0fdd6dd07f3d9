package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StageFailureTest {
    /** What the scheduler of Spark 4.1 says. */
    private static final String PREAMBLE = "Job aborted due to stage failure: Could not recover from a failed barrier"
            + " ResultStage. Most recent failure reason: Stage failed because barrier task ResultTask(7, 1) finished"
            + " unsuccessfully.\n";

    @Test
    void aLostExecutorIsNamed() {
        String lost = "ExecutorLostFailure (executor 1 exited unrelated to the running tasks) Reason: exit code 137";
        assertThat(StageFailure.reason(PREAMBLE + lost)).isEqualTo(lost);
    }

    @Test
    void aTasksExceptionIsToldWithoutItsClassAndTrace() {
        assertThat(StageFailure.reason(
                        PREAMBLE + "java.lang.IllegalStateException: lost the connection to b in step 3\n"
                                + "\tat io.lockstep.train.PeerExchange.requireAlive(PeerExchange.java:1)"))
                .isEqualTo("lost the connection to b in step 3");
    }

    @Test
    void otherAccountsAreToldByTheirFirstLine() {
        assertThat(StageFailure.reason("executors were lost: 1 slots are left\nand more"))
                .isEqualTo("executors were lost: 1 slots are left");
        assertThat(StageFailure.reason("")).isEmpty();
    }
}
