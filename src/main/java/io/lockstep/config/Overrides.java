package io.lockstep.config;

import io.lockstep.config.YamlNode.Item;
import io.lockstep.config.YamlNode.Items;
import io.lockstep.config.YamlNode.Member;
import io.lockstep.config.YamlNode.Members;
import io.lockstep.config.YamlNode.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code --set key.path=value} arguments: each puts a YAML value at a path of the tree, later ones over earlier. */
final class Overrides {
    private static final Pattern PATH = Pattern.compile("[^.\\[\\]]+(\\[\\d+\\])*(\\.[^.\\[\\]]+(\\[\\d+\\])*)*");
    private static final Pattern STEP = Pattern.compile("[^.\\[\\]]+");

    private final Mistakes mistakes;

    private Overrides(Mistakes mistakes) {
        this.mistakes = mistakes;
    }

    static void apply(List<String> arguments, Members root, Mistakes mistakes) {
        for (int i = 0; i < arguments.size(); i++) {
            new Overrides(mistakes).apply(arguments.get(i), Place.override(arguments.get(i), i), root);
        }
    }

    private void apply(String argument, Place place, Members root) {
        int equals = argument.indexOf('=');
        String path = equals < 0 ? "" : argument.substring(0, equals).strip();
        if (!PATH.matcher(path).matches()) {
            mistakes.add(place, "", "expected key.path=value, such as training.epochs=10 or network[0].dense=100.");
            return;
        }
        YamlNode value = YamlParser.parse(argument.substring(equals + 1), path, line -> place, mistakes)
                .orElseGet(() -> new Scalar("", Scalar.Style.PLAIN));
        put(root, steps(path), value, place);
    }

    private static List<String> steps(String path) {
        List<String> steps = new ArrayList<>();
        Matcher matcher = STEP.matcher(path);
        while (matcher.find()) {
            steps.add(matcher.group());
        }
        return steps;
    }

    private void put(Members root, List<String> steps, YamlNode value, Place place) {
        YamlNode parent = root;
        String path = "";
        for (String step : steps.subList(0, steps.size() - 1)) {
            Optional<YamlNode> child = child(parent, step, path, place);
            if (child.isEmpty()) {
                return;
            }
            path = below(path, parent, step);
            parent = child.get();
        }
        String last = steps.get(steps.size() - 1);
        if (parent instanceof Members map) {
            map.members().put(last, new Member(place, value));
        } else if (parent instanceof Items list) {
            index(list, last, path, place).ifPresent(i -> list.items().set(i, new Item(place, value)));
        } else {
            refuse(parent, last, path, place);
        }
    }

    private Optional<YamlNode> child(YamlNode parent, String step, String path, Place place) {
        if (parent instanceof Members map) {
            Member member = map.member(step).orElseGet(() -> new Member(place, new Members()));
            Member open = new Member(member.place(), opened(step, member));
            map.members().put(step, open);
            return Optional.of(open.value());
        }
        if (parent instanceof Items list) {
            return index(list, step, path, place).map(i -> list.items().get(i).value());
        }
        refuse(parent, step, path, place);
        return Optional.empty();
    }

    /** Where a bare name or null stands, the map that means the same. */
    private static YamlNode opened(String key, Member member) {
        if (YamlNode.isNull(member.value())) {
            return new Members();
        }
        if (member.value() instanceof Scalar && Section.TAKES_BARE_NAME.contains(key)) {
            Members map = new Members();
            map.members().put(Section.NAME, new Member(member.place(), member.value()));
            return map;
        }
        return member.value();
    }

    private Optional<Integer> index(Items list, String step, String path, Place place) {
        int size = list.items().size();
        for (int i = 0; i < size; i++) {
            if (step.equals(Integer.toString(i))) {
                return Optional.of(i);
            }
        }
        mistakes.add(
                place,
                path,
                "the list has no element " + Found.quote(step) + "; it has "
                        + (size == 0 ? "none." : size + ", counted from 0."));
        return Optional.empty();
    }

    private void refuse(YamlNode parent, String step, String path, Place place) {
        mistakes.add(
                place,
                path,
                "expected a map with a key " + Found.quote(step) + ", found " + Found.describe(parent) + ".");
    }

    private static String below(String path, YamlNode parent, String step) {
        return parent instanceof Items ? path + "[" + step + "]" : YamlParser.join(path, step);
    }
}
