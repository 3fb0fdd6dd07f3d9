package io.lockstep.train;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.spark.SparkEnv;
import org.apache.spark.rpc.RpcCallContext;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.rpc.ThreadSafeRpcEndpoint;
import org.apache.spark.util.RpcUtils;
import scala.Function1;
import scala.PartialFunction;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractPartialFunction;
import scala.runtime.BoxedUnit;

/**
 * Where the executors of a barrier stage learn each other's addresses, and tell of the steps they took: an endpoint on the
 * driver, in Spark's own RPC. {@code BarrierTaskContext.allGather} would do the same in a second. Messages are made of the
 * JDK's classes alone: Spark's RPC does not know those of an application.
 */
final class Rendezvous implements ThreadSafeRpcEndpoint, AutoCloseable {
    private final RpcEnv env;
    private final String name;
    private final RpcEndpointRef self;
    private final Map<String, Gathering> gatherings = new HashMap<>();
    private volatile Optional<Progress> progress = Optional.empty();

    /** Executors of an attempt that have come so far. */
    private record Gathering(Map<String, Address> addresses, List<RpcCallContext> waiting) {}

    /** Where an executor takes gradients. */
    record Address(String host, int port) {}

    /** Hears of steps; called by a thread of Spark's RPC. */
    interface Progress {
        /**
         * Steps were taken.
         *
         * @param first the first of them
         * @param losses Σ L of each
         * @param syncShare of the stride so far
         */
        void stepsTaken(StrideKey key, int first, double[] losses, double syncShare);
    }

    /** Opens the endpoint {@code name} on this JVM, the driver. */
    Rendezvous(String name) {
        this.env = SparkEnv.get().rpcEnv();
        this.name = name;
        this.self = env.setupEndpoint(name, this);
    }

    String name() {
        return name;
    }

    synchronized void listen(Progress listener) {
        // of attempts that failed before all had come
        gatherings.clear();
        progress = Optional.of(listener);
    }

    @Override
    public RpcEnv rpcEnv() {
        return env;
    }

    @Override
    public void close() {
        env.stop(self);
    }

    /**
     * Asks the rendezvous for the other executors' addresses; called on an executor.
     *
     * @param executor this executor's name, which orders the answer
     * @param executors how many must come
     * @return an address for each executor, in the order of their names
     * @throws RuntimeException if not all have come within {@code spark.rpc.askTimeout}
     */
    static List<Address> meet(String name, StrideKey key, String executor, int executors, Address own) {
        String[] answer = driver(name)
                .askSync(
                        new String[] {
                            key.toString(),
                            Integer.toString(executors),
                            executor,
                            own.host(),
                            Integer.toString(own.port())
                        },
                        ClassTag$.MODULE$.<String[]>apply(String[].class));
        List<Address> addresses = new ArrayList<>();
        for (int i = 0; i < answer.length; i += 2) {
            addresses.add(new Address(answer[i], Integer.parseInt(answer[i + 1])));
        }
        return addresses;
    }

    /** The way to the rendezvous from an executor. */
    static RpcEndpointRef driver(String name) {
        SparkEnv spark = SparkEnv.get();
        return RpcUtils.makeDriverRef(name, spark.conf(), spark.rpcEnv());
    }

    /** A message about steps, for {@link #driver}. */
    static Object steps(StrideKey key, int first, double[] losses, double syncShare) {
        return new Object[] {key.stride().toString(), key.attempt(), first, losses, syncShare};
    }

    @Override
    public PartialFunction<Object, BoxedUnit> receive() {
        return new Receive();
    }

    @Override
    public PartialFunction<Object, BoxedUnit> receiveAndReply(RpcCallContext context) {
        return new Reply(context);
    }

    private void take(Object[] steps) {
        StrideKey key = new StrideKey(UUID.fromString((String) steps[0]), (Integer) steps[1]);
        progress.ifPresent(
                listener -> listener.stepsTaken(key, (Integer) steps[2], (double[]) steps[3], (Double) steps[4]));
    }

    private synchronized void gather(String[] question, RpcCallContext context) {
        int executors = Integer.parseInt(question[1]);
        Gathering gathering =
                gatherings.computeIfAbsent(question[0], key -> new Gathering(new TreeMap<>(), new ArrayList<>()));
        gathering.addresses().put(question[2], new Address(question[3], Integer.parseInt(question[4])));
        gathering.waiting().add(context);
        if (gathering.addresses().size() == executors) {
            String[] answer = gathering.addresses().values().stream()
                    .flatMap(address -> List.of(address.host(), Integer.toString(address.port())).stream())
                    .toArray(String[]::new);
            gathering.waiting().forEach(each -> each.reply(answer));
            gatherings.remove(question[0]);
        }
    }

    private final class Receive extends AbstractPartialFunction<Object, BoxedUnit> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean isDefinedAt(Object message) {
            return message instanceof Object[];
        }

        @Override
        @SuppressWarnings("unchecked") // what a PartialFunction's type asks for
        public <A, B> B applyOrElse(A message, Function1<A, B> otherwise) {
            take((Object[]) message);
            return (B) BoxedUnit.UNIT;
        }
    }

    private final class Reply extends AbstractPartialFunction<Object, BoxedUnit> {
        private static final long serialVersionUID = 1L;

        private final transient RpcCallContext context;

        Reply(RpcCallContext context) {
            this.context = context;
        }

        @Override
        public boolean isDefinedAt(Object message) {
            return message instanceof String[];
        }

        @Override
        @SuppressWarnings("unchecked") // what a PartialFunction's type asks for
        public <A, B> B applyOrElse(A message, Function1<A, B> otherwise) {
            gather((String[]) message, context);
            return (B) BoxedUnit.UNIT;
        }
    }
}
