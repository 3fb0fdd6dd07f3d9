package io.lockstep.config;

import io.lockstep.config.YamlNode.Item;
import io.lockstep.config.YamlNode.Items;
import io.lockstep.config.YamlNode.Member;
import io.lockstep.config.YamlNode.Members;
import java.util.List;
import java.util.function.Predicate;

/**
 * What the config's language has and this version does not carry out: refused by name, because a key that is silently
 * ignored trains another model than the user asked for.
 *
 * @param path with {@code []} for every element of a list
 * @param refused which values ask for it
 * @param what a singular noun phrase
 */
record Unavailable(String path, Predicate<YamlNode> refused, String what, String remedy) {
    private static final String REMOVE = "Remove the key.";

    private static final List<Unavailable> ALL = List.of(key("search", node -> true, "hyper-parameter search", REMOVE));

    /** Reports what cannot be carried out, and takes the keys that no reader knows out of the tree. */
    static void report(Members root, Mistakes mistakes) {
        for (Unavailable feature : ALL) {
            feature.visit(root, feature.path(), "", mistakes);
        }
    }

    private void visit(Members map, String rest, String path, Mistakes mistakes) {
        int dot = rest.indexOf('.');
        if (dot < 0) {
            judge(map, rest, YamlParser.join(path, rest), mistakes);
            return;
        }
        String key = rest.substring(0, dot).replace("[]", "");
        String inner = rest.substring(dot + 1);
        YamlNode node = map.member(key).map(Member::value).orElseGet(Members::new);
        if (node instanceof Members child) {
            visit(child, inner, YamlParser.join(path, key), mistakes);
        } else if (node instanceof Items list) {
            int i = 0;
            for (Item item : list.items()) {
                if (item.value() instanceof Members child) {
                    visit(child, inner, YamlParser.join(path, key) + "[" + i + "]", mistakes);
                }
                i++;
            }
        }
    }

    private void judge(Members map, String key, String keyPath, Mistakes mistakes) {
        map.member(key)
                .filter(member -> !YamlNode.isNull(member.value()))
                .filter(member -> refused.test(member.value()))
                .ifPresent(member ->
                        mistakes.add(member.place(), keyPath, what + " is not available in this version. " + remedy));
        map.members().remove(key);
    }

    private static Unavailable key(String path, Predicate<YamlNode> refused, String what, String remedy) {
        return new Unavailable(path, refused, what, remedy);
    }
}
