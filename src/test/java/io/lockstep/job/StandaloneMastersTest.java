package io.lockstep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.error.ClusterException;
import io.lockstep.testing.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StandaloneMastersTest {
    /** Of a service that nobody runs any more, below all ports that a system gives away. */
    private static final String NOBODY = "127.0.0.1:1";

    @Test
    void mastersThatAreNotThereAreNamedWithTheReason() {
        assertThatThrownBy(() -> StandaloneMasters.requireOne("spark://" + NOBODY + ",master.invalid:7077"))
                .isInstanceOf(ClusterException.class)
                .hasMessage("--master: no master answers at spark://127.0.0.1:1,master.invalid:7077"
                        + " (127.0.0.1:1: Connection refused; master.invalid:7077: no such host)."
                        + " Does the cluster run, and does this machine reach it?");
    }

    @Test
    void oneOfThemIsEnough() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String master = "spark://" + NOBODY + ",127.0.0.1:" + server.getLocalPort();
            assertThatCode(() -> StandaloneMasters.requireOne(master)).doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "yarn", "k8s://https://127.0.0.1:1", "spark://", "spark://host", "spark://a b"})
    void whatIsNoUrlOfOneIsLeftToSpark(String master) {
        assertThatCode(() -> StandaloneMasters.requireOne(master)).doesNotThrowAnyException();
    }

    @Test
    void aCommandWithoutItsClusterEndsWithOneSentence(@TempDir Path directory) throws Exception {
        try (ChildJvm child = ChildJvm.lockstep(
                directory.resolve("train"), "train", "conf/digits.yaml", "--master", "spark://" + NOBODY)) {
            assertThat(child.exitCode()).isEqualTo(1);
            assertThat(child.printed().lines().filter(line -> !line.startsWith("WARNING: Using incubator")))
                    .singleElement()
                    .asString()
                    .startsWith("lockstep: --master: no master answers at spark://" + NOBODY);
        }
    }
}
