package io.lockstep.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Changes at one place of a JSON tree. */
final class JsonMutations {
    private JsonMutations() {}

    /** All pointers into a tree; of long lists to their ends. */
    static List<String> pointers(JsonNode tree) {
        List<String> pointers = new ArrayList<>();
        collect(tree, "", pointers);
        return pointers;
    }

    private static void collect(JsonNode node, String pointer, List<String> pointers) {
        if (!pointer.isEmpty()) {
            pointers.add(pointer);
        }
        node.properties().forEach(field -> collect(field.getValue(), pointer + "/" + field.getKey(), pointers));
        for (int i = 0; node.isArray() && i < node.size(); i += Math.max(1, node.size() - 1)) {
            collect(node.get(i), pointer + "/" + i, pointers);
        }
    }

    /** Changes what stands at {@code pointer}; tells how. */
    static String mutate(JsonNode tree, String pointer, Random random) {
        JsonNode parent = tree.at(pointer.substring(0, pointer.lastIndexOf('/')));
        JsonNode old = tree.at(pointer);
        String key = pointer.substring(pointer.lastIndexOf('/') + 1);
        List<Object> values = new ArrayList<>(List.of(
                -1,
                0,
                1,
                1.5,
                1e308,
                -1e308,
                1e-320,
                Integer.MAX_VALUE,
                Long.MAX_VALUE,
                "",
                "x\u001b[2J",
                "../../x",
                "y".repeat(70_000),
                true,
                List.of(),
                Map.of(),
                List.of(1, List.of(2))));
        int choice = random.nextInt(values.size() + 2);
        if (choice == values.size() && parent instanceof ObjectNode object) {
            object.remove(key);
            return "removed";
        }
        JsonNode value = choice < values.size()
                ? new ObjectMapper().valueToTree(values.get(choice))
                : new ObjectMapper().getNodeFactory().nullNode();
        if (parent instanceof ObjectNode object) {
            object.set(key, value);
        } else {
            ((ArrayNode) parent).set(Integer.parseInt(key), value);
        }
        String text = value.toString();
        return "from " + (old.isValueNode() ? old : "…") + " to " + text.substring(0, Math.min(40, text.length()));
    }
}
