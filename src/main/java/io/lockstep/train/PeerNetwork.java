package io.lockstep.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.RpcResponseCallback;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientBootstrap;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.crypto.AuthServerBootstrap;
import org.apache.spark.network.netty.SparkTransportConf;
import org.apache.spark.network.server.OneForOneStreamManager;
import org.apache.spark.network.server.RpcHandler;
import org.apache.spark.network.server.StreamManager;
import org.apache.spark.network.server.TransportServer;
import org.apache.spark.network.server.TransportServerBootstrap;
import org.apache.spark.network.util.TransportConf;
import org.apache.spark.util.Utils;
import scala.Option;

/**
 * An executor's place in the exchange of gradients: a server, and connections to the other executors. It is Spark's own
 * transport with Spark's own settings ({@code spark.authenticate}, {@code spark.network.crypto.*},
 * {@code spark.ssl.rpc.*}, {@code spark.shuffle.io.*}), so it is as closed to strangers as Spark's blocks are.
 */
final class PeerNetwork {
    /** The port to listen on; 0, the default, takes any that is free. Taken ones are passed over, as Spark does. */
    static final String PORT = "spark.lockstep.exchange.port";

    private static PeerNetwork ofThisJvm;

    private final SparkEnv env;
    private final Map<StageKey, Receiver> receivers = new ConcurrentHashMap<>();
    private final TransportServer server;
    private final TransportClientFactory clients;
    private final String host;

    /** Takes what other executors send for a stride. Called by threads of the network. */
    interface Receiver {
        /**
         * A message.
         *
         * @param message from its position on; of the caller's again when this returns
         */
        void receive(ByteBuffer message);
    }

    private PeerNetwork(SparkEnv env) {
        this.env = env;
        SparkConf conf = env.conf();
        SecurityManager security = env.securityManager();
        TransportConf transport = SparkTransportConf.fromSparkConf(
                conf,
                "shuffle",
                conf.getInt("spark.executor.cores", 1),
                Option.empty(),
                Option.apply(security.getRpcSSLOptions()));
        TransportContext context = new TransportContext(transport, new Handler());
        List<TransportServerBootstrap> serverSide = List.of();
        List<TransportClientBootstrap> clientSide = List.of();
        if (security.isAuthenticationEnabled()) {
            serverSide = List.of(new AuthServerBootstrap(transport, security));
            clientSide = List.of(new AuthClientBootstrap(transport, conf.getAppId(), security));
        }
        this.host = env.blockManager().blockManagerId().host();
        this.server = listen(context, host, serverSide, conf);
        this.clients = context.createClientFactory(clientSide);
    }

    /** On the configured port, or the next that is free, as Spark's own services are; 0 is any that is free. */
    private static TransportServer listen(
            TransportContext context, String host, List<TransportServerBootstrap> bootstraps, SparkConf conf) {
        // not Spark's Utils.startServiceOnPort, which has another signature in 4.0 than in 4.1: one jar is for both
        int port = conf.getInt(PORT, 0);
        int retries = port == 0 ? 0 : conf.getInt("spark.port.maxRetries", 16);
        for (int taken = 0; ; taken++) {
            try {
                return context.createServer(host, port + taken, bootstraps);
            } catch (Exception e) {
                if (taken == retries || !Utils.isBindCollision(e)) {
                    throw e;
                }
            }
        }
    }

    /** The network of this executor; it starts at the first call. */
    static synchronized PeerNetwork ofThisJvm() {
        SparkEnv env = SparkEnv.get();
        // a JVM may see several Spark contexts, one after the other
        if (ofThisJvm == null || ofThisJvm.env != env) {
            if (ofThisJvm != null) {
                ofThisJvm.server.close();
                ofThisJvm.clients.close();
            }
            ofThisJvm = new PeerNetwork(env);
        }
        return ofThisJvm;
    }

    /** Where others reach this executor. */
    String host() {
        return host;
    }

    int port() {
        return server.getPort();
    }

    /** A connection to another executor, authenticated where Spark is. */
    TransportClient connect(String peerHost, int peerPort) {
        try {
            return clients.createClient(peerHost, peerPort);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "the executor at " + peerHost + ":" + peerPort + " cannot be reached to exchange gradients; is a"
                            + " firewall between? " + PORT + " fixes the port. " + e.getMessage(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while connecting to " + peerHost, e);
        }
    }

    /** From now on, messages of {@code key} go to {@code receiver}. */
    void register(StageKey key, Receiver receiver) {
        receivers.put(key, receiver);
    }

    void unregister(StageKey key) {
        receivers.remove(key);
    }

    private final class Handler extends RpcHandler {
        private final StreamManager streams = new OneForOneStreamManager();

        @Override
        public void receive(TransportClient client, ByteBuffer message, RpcResponseCallback callback) {
            Receiver receiver = receivers.get(StageKey.read(message));
            // none: the rest of an attempt that has ended
            if (receiver != null) {
                receiver.receive(message);
            }
        }

        @Override
        public StreamManager getStreamManager() {
            return streams;
        }
    }
}
