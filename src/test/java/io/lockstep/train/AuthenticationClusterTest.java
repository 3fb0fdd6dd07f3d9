package io.lockstep.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.testing.TestCluster;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.network.TransportContext;
import org.apache.spark.network.client.TransportClient;
import org.apache.spark.network.client.TransportClientBootstrap;
import org.apache.spark.network.client.TransportClientFactory;
import org.apache.spark.network.crypto.AuthClientBootstrap;
import org.apache.spark.network.netty.SparkTransportConf;
import org.apache.spark.network.sasl.SecretKeyHolder;
import org.apache.spark.network.server.NoOpRpcHandler;
import org.apache.spark.network.util.TransportConf;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import scala.Option;

/** Where {@code spark.authenticate} is on, a stranger reaches neither the exchange between executors nor the driver. */
class AuthenticationClusterTest {
    private static final long MILLIS = 20_000;

    private static Place exchange;
    private static Rendezvous rendezvous;

    /** Where something listens. */
    private record Place(String host, int port) implements Serializable {}

    private static final class Open implements Function<Integer, Place> {
        private static final long serialVersionUID = 1L;

        @Override
        public Place call(Integer task) {
            PeerNetwork network = PeerNetwork.ofThisJvm();
            return new Place(network.host(), network.port());
        }
    }

    @BeforeAll
    static void open() {
        assertThat(TestCluster.context().getConf().getBoolean("spark.authenticate", false))
                .isTrue();
        exchange =
                TestCluster.context().parallelize(List.of(1), 1).map(new Open()).first();
        rendezvous = new Rendezvous("authentication-test");
    }

    @AfterAll
    static void close() {
        rendezvous.close();
    }

    private static Place driver() {
        SparkConf conf = SparkEnv.get().conf();
        return new Place(conf.get("spark.driver.host"), conf.getInt("spark.driver.port", 0));
    }

    private static TransportConf transport(String module) {
        return SparkTransportConf.fromSparkConf(
                SparkEnv.get().conf(),
                module,
                1,
                Option.empty(),
                Option.apply(SparkEnv.get().securityManager().getRpcSSLOptions()));
    }

    /** Connects, says something and waits for an answer. */
    private static void talk(String module, Place place, List<TransportClientBootstrap> bootstraps)
            throws IOException, InterruptedException {
        ByteBuffer message = ByteBuffer.allocate(StageKey.BYTES + 64);
        new StageKey(new UUID(1, 2), 0).write(message);
        message.clear();
        try (TransportContext context = new TransportContext(transport(module), new NoOpRpcHandler());
                TransportClientFactory clients = context.createClientFactory(bootstraps);
                TransportClient client = clients.createClient(place.host(), place.port())) {
            client.sendRpcSync(message, MILLIS);
        }
    }

    private static AuthClientBootstrap bootstrap(String module, SecretKeyHolder secret) {
        return new AuthClientBootstrap(
                transport(module), TestCluster.context().sc().applicationId(), secret);
    }

    /** The right name and another secret. */
    private static SecretKeyHolder guess() {
        return new SecretKeyHolder() {
            @Override
            public String getSaslUser(String application) {
                return SparkEnv.get().securityManager().getSaslUser(application);
            }

            @Override
            public String getSecretKey(String application) {
                return "0123456789abcdef0123456789abcdef";
            }
        };
    }

    @Test
    void aStrangerIsRefusedByTheExchange() {
        assertThatThrownBy(() -> talk("shuffle", exchange, List.of()))
                .as("without a secret")
                .hasMessageNotContaining("Timeout");
        assertThatThrownBy(() -> talk("shuffle", exchange, List.of(bootstrap("shuffle", guess()))))
                .as("with another secret")
                .hasMessageNotContaining("Timeout");
    }

    @Test
    void aStrangerIsRefusedByTheDriver() {
        assertThatThrownBy(() -> talk("rpc", driver(), List.of())).hasMessageNotContaining("Timeout");
        assertThatThrownBy(() -> talk("rpc", driver(), List.of(bootstrap("rpc", guess()))))
                .hasMessageNotContaining("Timeout");
    }

    @Test
    void oneWhoKnowsTheSecretIsLetIn() {
        assertThatCode(() -> {
                    try (TransportContext context = new TransportContext(transport("shuffle"), new NoOpRpcHandler());
                            TransportClientFactory clients = context.createClientFactory(
                                    List.of(bootstrap("shuffle", SparkEnv.get().securityManager())));
                            TransportClient client = clients.createClient(exchange.host(), exchange.port())) {
                        assertThat(client.isActive()).isTrue();
                    }
                })
                .doesNotThrowAnyException();
    }
}
