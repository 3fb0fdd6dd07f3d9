package io.lockstep.job;

import io.lockstep.error.ClusterException;
import io.lockstep.error.Reason;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** The masters of a standalone cluster, as {@code --master spark://HOST:PORT,HOST:PORT} names them. */
final class StandaloneMasters {
    private static final String SCHEME = "spark://";
    private static final int CONNECT_MILLIS = 10_000;

    private StandaloneMasters() {}

    /**
     * Spark asks masters that are not there for a minute and then fails at something else.
     *
     * @param master of any kind; what is no URL of a standalone cluster is left to Spark
     * @throws ClusterException if none of them takes a connection
     */
    static void requireOne(String master) {
        if (!master.startsWith(SCHEME)) {
            return;
        }
        List<String> refusals = new ArrayList<>();
        IOException last = null;
        for (String address : master.substring(SCHEME.length()).split(",", -1)) {
            try {
                connect(new URI(SCHEME + address));
                return;
            } catch (IOException e) {
                refusals.add(address + ": " + (e instanceof UnknownHostException ? "no such host" : Reason.of(e)));
                last = e;
            } catch (URISyntaxException e) {
                return;
            }
        }
        throw new ClusterException(
                "--master: no master answers at " + master + " (" + String.join("; ", refusals)
                        + "). Does the cluster run, and does this machine reach it?",
                last);
    }

    private static void connect(URI master) throws IOException {
        if (master.getHost() == null || master.getPort() < 1) {
            return;
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(master.getHost(), master.getPort()), CONNECT_MILLIS);
        }
    }
}
