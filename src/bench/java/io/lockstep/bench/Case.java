package io.lockstep.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network and those who train it in turns.
 *
 * @param name as {@code --cases} has it
 * @param net what the case is about
 * @param contenders each with its own network, which differs from {@code net} in the activation at most
 * @param slow whether a round takes so long that fewer must do
 */
record Case(String name, Net net, Map<String, Net> contenders, boolean slow) {
    private static final List<Integer> SMALL = List.of(300, 100);
    private static final List<Integer> LARGE = List.of(2048, 2048);
    private static final int USUAL_BATCH = 512;

    /** Whatever can be measured. */
    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (int batch : List.of(USUAL_BATCH, 128, 4096)) {
            cases.add(of("small-" + batch, new Net(SMALL, "relu", batch), false));
        }
        cases.add(of("large-" + USUAL_BATCH, new Net(LARGE, "relu", USUAL_BATCH), true));
        Net sigmoid = new Net(SMALL, "sigmoid", USUAL_BATCH);
        Map<String, Net> passes = new LinkedHashMap<>();
        for (String contender : List.of(Names.BARRIER, Names.MLLIB_OPENBLAS, Names.MLLIB_VECTOR, Names.MLLIB)) {
            passes.put(contender, sigmoid);
        }
        cases.add(new Case("mllib", sigmoid, passes, true));
        return cases;
    }

    private static Case of(String name, Net net, boolean slow) {
        Map<String, Net> contenders = new LinkedHashMap<>();
        contenders.put(Names.BARRIER, net);
        if (net.batch() == USUAL_BATCH && !slow) {
            contenders.put(Names.BARRIER_TANH, new Net(net.hidden(), "tanh", net.batch()));
        }
        contenders.put(Names.PRODUCTS, net);
        contenders.put(Names.PYTORCH, net);
        contenders.put(Names.DRIVER, net);
        contenders.put(Names.FLOOR, net);
        if (net.batch() == USUAL_BATCH && !slow) {
            contenders.put(Names.SQUARE, net);
        }
        return new Case(name, net, contenders, slow);
    }
}
