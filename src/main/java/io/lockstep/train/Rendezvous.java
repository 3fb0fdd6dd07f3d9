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
import scala.concurrent.Future;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractPartialFunction;
import scala.runtime.BoxedUnit;

/**
 * Where the executors of a barrier stage learn each other's addresses, ask for the next stride, and tell of the steps
 * they took: an endpoint on the driver, in Spark's own RPC. {@code BarrierTaskContext.allGather} would do the first in a
 * second. Messages are made of the JDK's classes alone: Spark's RPC does not know those of an application.
 */
final class Rendezvous implements ThreadSafeRpcEndpoint, AutoCloseable {
    private static final int[] NO_STRIDE = {};

    private final RpcEnv env;
    private final String name;
    private final RpcEndpointRef self;
    private final Map<String, Gathering> gatherings = new HashMap<>();
    private final List<Asking> asking = new ArrayList<>();
    private Optional<Orders> orders = Optional.empty();
    private volatile Optional<Listener> listener = Optional.empty();

    /** Executors of an attempt that have come so far. */
    private record Gathering(Map<String, Address> addresses, List<RpcCallContext> waiting) {}

    /** An executor that asks for stride {@code number} of a stage, from 0. */
    private record Asking(UUID stage, int number, RpcCallContext context) {}

    /** Stride {@code number} of a stage, as it is sent. */
    @SuppressWarnings("ArrayRecordComponent") // no one compares it
    private record Orders(UUID stage, int number, int[] stride) {}

    /** Where an executor takes gradients. */
    record Address(String host, int port) {}

    /** Hears of a stage; called by a thread of Spark's RPC. */
    interface Listener {
        /** An executor has begun the stage. */
        void begun(UUID stage);

        /**
         * Steps were taken.
         *
         * @param number of the stride in its stage, from 0
         * @param first the first of them, in its epoch
         * @param losses Σ L of each
         * @param syncShare of the stride so far
         */
        void stepsTaken(UUID stage, int number, int first, double[] losses, double syncShare);

        /**
         * An executor ended a stride.
         *
         * @param outcome a {@link StrideOutcome}, or its bytes where it comes from another JVM
         */
        void strideEnded(UUID stage, int number, Object outcome);
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

    /** Forgets what went before, and lets {@code newListener} hear of what is to come. */
    synchronized void listen(Listener newListener) {
        // of attempts that failed before all had come
        gatherings.clear();
        asking.clear();
        orders = Optional.empty();
        listener = Optional.of(newListener);
    }

    /** Has the executors of a stage take their stride {@code number}. */
    void order(UUID stage, int number, GradientSync.Stride stride) {
        order(new Orders(stage, number, new int[] {stride.epoch(), stride.from(), stride.to()}));
    }

    /** Has them end instead. */
    void orderEnd(UUID stage, int number) {
        order(new Orders(stage, number, NO_STRIDE));
    }

    private synchronized void order(Orders next) {
        orders = Optional.of(next);
        asking.removeIf(this::answer);
    }

    /** Whether the question needs no other answer any more. */
    private synchronized boolean answer(Asking question) {
        boolean known = orders.filter(
                        next -> next.stage().equals(question.stage()) && next.number() == question.number())
                .isPresent();
        if (known) {
            question.context().reply(orders.get().stride());
        }
        return known;
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
    static List<Address> meet(String name, StageKey key, String executor, int executors, Address own) {
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

    /**
     * Asks {@link #driver} for a stride.
     *
     * @param number of the stride in its stage, from 0
     * @return what {@link #stride} reads, when the driver has said it
     */
    static Future<int[]> ask(RpcEndpointRef driver, StageKey key, int number) {
        return driver.ask(new Object[] {key.stage().toString(), number}, ClassTag$.MODULE$.<int[]>apply(int[].class));
    }

    /** An answer to {@link #ask}; empty: the stage is to end. */
    static Optional<GradientSync.Stride> stride(int[] answer) {
        return answer.length == 0
                ? Optional.empty()
                : Optional.of(new GradientSync.Stride(answer[0], answer[1], answer[2]));
    }

    /** A message about steps, for {@link #driver}. */
    static Object steps(StageKey key, int number, int first, double[] losses, double syncShare) {
        return new Object[] {key.stage().toString(), number, first, losses, syncShare};
    }

    /** A message about the end of a stride. */
    static Object ended(StageKey key, int number, Object outcome) {
        return new Object[] {key.stage().toString(), number, outcome};
    }

    @Override
    public PartialFunction<Object, BoxedUnit> receive() {
        return new Receive();
    }

    @Override
    public PartialFunction<Object, BoxedUnit> receiveAndReply(RpcCallContext context) {
        return new Reply(context);
    }

    private void take(Object[] message) {
        UUID stage = UUID.fromString((String) message[0]);
        int number = (Integer) message[1];
        if (message.length == 3) {
            listener.ifPresent(hears -> hears.strideEnded(stage, number, message[2]));
        } else {
            listener.ifPresent(hears ->
                    hears.stepsTaken(stage, number, (Integer) message[2], (double[]) message[3], (Double) message[4]));
        }
    }

    private synchronized void askFor(Object[] question, RpcCallContext context) {
        Asking asked = new Asking(UUID.fromString((String) question[0]), (Integer) question[1], context);
        listener.ifPresent(hears -> hears.begun(asked.stage()));
        if (orders.filter(last -> last.stage().equals(asked.stage()) && last.number() > asked.number())
                .isPresent()) {
            context.sendFailure(new IllegalStateException("Spark began the barrier stage anew in its middle"));
        } else if (!answer(asked)) {
            asking.add(asked);
        }
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

    /** What answers messages that are arrays. */
    private abstract static class Handler extends AbstractPartialFunction<Object, BoxedUnit> {
        private static final long serialVersionUID = 1L;

        abstract void handle(Object[] message);

        @Override
        public final boolean isDefinedAt(Object message) {
            return message instanceof Object[];
        }

        @Override
        @SuppressWarnings("unchecked") // what a PartialFunction's type asks for
        public final <A, B> B applyOrElse(A message, Function1<A, B> otherwise) {
            handle((Object[]) message);
            return (B) BoxedUnit.UNIT;
        }
    }

    private final class Receive extends Handler {
        private static final long serialVersionUID = 1L;

        @Override
        void handle(Object[] message) {
            take(message);
        }
    }

    private final class Reply extends Handler {
        private static final long serialVersionUID = 1L;

        private final transient RpcCallContext context;

        Reply(RpcCallContext context) {
            this.context = context;
        }

        @Override
        void handle(Object[] message) {
            if (message instanceof String[] address) {
                gather(address, context);
            } else {
                askFor(message, context);
            }
        }
    }
}
