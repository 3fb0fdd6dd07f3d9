package io.lockstep.job;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** What an accident or an attacker does to a file, by name; each is a function of the sound file and a random stream. */
final class Mutations {
    private static final List<String> CELLS = List.of(
            "",
            "NaN",
            "nan",
            "-Infinity",
            "1e400",
            "-1e400",
            "1e-400",
            "9".repeat(400),
            "1E+2147483647",
            "0x1F",
            "1,5",
            "\"",
            "\"a\nb\"",
            "null",
            "true",
            "2024-02-30",
            "\u0000",
            "\u001b[2J\u001b[31mred",
            "\u202Egnp.exe",
            "\ud83d\ude00",
            "x".repeat(70_000),
            "=HYPERLINK(\"http://x\")",
            "<script>alert(1)</script>");

    private static final List<String> YAML_VALUES = List.of(
            "",
            "null",
            "[]",
            "{}",
            "-1",
            "0",
            "1.5",
            "1e309",
            "999999999999999999999",
            "2147483648",
            ".nan",
            "true",
            "\"\"",
            "text",
            "&a x",
            "*a",
            "!!java.net.URL [\"http://localhost:1/\"]",
            "!!javax.script.ScriptEngineManager []",
            "{ a: 1 }",
            "[[[[1]]]]",
            "|\n    block",
            "\"\\u0000\"",
            "'unclosed",
            "../../../../etc/passwd",
            "/dev/null",
            "http://localhost:1/x.csv",
            "nosuchscheme://host/x.csv",
            "\"a\\x1b[31mb\"");

    @FunctionalInterface
    interface Mutation {
        byte[] of(byte[] sound, Random random);
    }

    private Mutations() {}

    /** For any file. */
    static Map<String, Mutation> ofBytes() {
        Map<String, Mutation> all = new LinkedHashMap<>();
        all.put("truncated", (sound, random) -> Arrays.copyOf(sound, random.nextInt(sound.length)));
        all.put("last byte missing", (sound, random) -> Arrays.copyOf(sound, sound.length - 1));
        all.put("empty", (sound, random) -> new byte[0]);
        all.put("a bit flipped", (sound, random) -> {
            byte[] mutant = sound.clone();
            mutant[random.nextInt(mutant.length)] ^= (byte) (1 << random.nextInt(8));
            return mutant;
        });
        all.put("many bits flipped", (sound, random) -> {
            byte[] mutant = sound.clone();
            for (int i = 0; i < 1 + sound.length / 50; i++) {
                mutant[random.nextInt(mutant.length)] ^= (byte) (1 << random.nextInt(8));
            }
            return mutant;
        });
        all.put("a great number written over", (sound, random) -> {
            byte[] mutant = sound.clone();
            int at = random.nextInt(mutant.length);
            byte[] number = ByteBuffer.allocate(Long.BYTES)
                    .order(random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN)
                    .putLong(random.nextBoolean() ? Long.MAX_VALUE : -1)
                    .array();
            System.arraycopy(number, 0, mutant, at, Math.min(number.length, mutant.length - at));
            return mutant;
        });
        all.put("zeros written over", (sound, random) -> {
            byte[] mutant = sound.clone();
            int from = random.nextInt(mutant.length);
            Arrays.fill(mutant, from, Math.min(mutant.length, from + 1 + random.nextInt(64)), (byte) 0);
            return mutant;
        });
        all.put("a part missing", (sound, random) -> {
            int from = random.nextInt(sound.length);
            int to = Math.min(sound.length, from + 1 + random.nextInt(64));
            return joined(Arrays.copyOf(sound, from), Arrays.copyOfRange(sound, to, sound.length));
        });
        all.put("a part twice", (sound, random) -> {
            int from = random.nextInt(sound.length);
            int to = Math.min(sound.length, from + 1 + random.nextInt(64));
            return joined(Arrays.copyOf(sound, to), Arrays.copyOfRange(sound, from, sound.length));
        });
        all.put("noise behind it", (sound, random) -> {
            byte[] noise = new byte[100];
            random.nextBytes(noise);
            return joined(sound, noise);
        });
        all.put("noise", (sound, random) -> {
            byte[] noise = new byte[sound.length];
            random.nextBytes(noise);
            return noise;
        });
        all.put("gzipped", (sound, random) -> gzipped(sound));
        return all;
    }

    /** For text of cells between commas, spaces or quotes. */
    static Map<String, Mutation> ofText() {
        Map<String, Mutation> all = new LinkedHashMap<>();
        all.put("a cell replaced", (sound, random) -> cellReplaced(text(sound), random, any(CELLS, random)));
        all.put(
                "a cell not finite",
                (sound, random) ->
                        cellReplaced(text(sound), random, any(List.of("NaN", "1e400", "-Infinity", ""), random)));
        all.put(
                "a cell of control characters",
                (sound, random) -> cellReplaced(text(sound), random, "\u001b[2J\u001b]0;x\u0007"));
        all.put("a line missing", (sound, random) -> lines(sound, random, List.of()));
        all.put("a line twice", (sound, random) -> {
            List<String> lines = text(sound).lines().toList();
            return lines(sound, random, List.of(lines.get(0), any(lines, random)));
        });
        all.put("a line cut", (sound, random) -> {
            String line = any(text(sound).lines().toList(), random);
            return lines(sound, random, List.of(line.substring(0, line.length() / 2)));
        });
        all.put("no first line", (sound, random) -> text(sound)
                .lines()
                .skip(1)
                .reduce("", (a, b) -> a + b + "\n")
                .getBytes(UTF_8));
        all.put(
                "only the first line",
                (sound, random) -> text(sound).lines().findFirst().orElse("").getBytes(UTF_8));
        all.put("only ends of lines", (sound, random) -> "\n\r\n\n".getBytes(UTF_8));
        all.put("a mark of byte order", (sound, random) -> ("\uFEFF" + text(sound)).getBytes(UTF_8));
        all.put("UTF-16", (sound, random) -> ("\uFEFF" + text(sound)).getBytes(UTF_16LE));
        all.put(
                "Latin 1",
                (sound, random) -> cellReplaced(text(sound), random, "é\u00a0ß").length == 0
                        ? sound
                        : new String(cellReplaced(text(sound), random, "éß"), UTF_8).getBytes(ISO_8859_1));
        all.put(
                "ends of lines of DOS",
                (sound, random) -> text(sound).replace("\n", "\r\n").getBytes(UTF_8));
        all.put(
                "no ends of lines",
                (sound, random) -> text(sound).replace("\n", " ").getBytes(UTF_8));
        return all;
    }

    /** For a config. */
    static Map<String, Mutation> ofYaml() {
        Map<String, Mutation> all = new LinkedHashMap<>();
        all.put(
                "a value of another kind",
                (sound, random) -> valueReplaced(text(sound), random, any(YAML_VALUES, random)));
        all.put(
                "another value of another kind",
                (sound, random) -> valueReplaced(text(sound), random, any(YAML_VALUES, random)));
        all.put("a line missing", (sound, random) -> lines(sound, random, List.of()));
        all.put("a line twice", (sound, random) -> {
            String line = any(text(sound).lines().toList(), random);
            return text(sound)
                    .replaceFirst(
                            java.util.regex.Pattern.quote(line),
                            java.util.regex.Matcher.quoteReplacement(line + "\n" + line))
                    .getBytes(UTF_8);
        });
        all.put("a key misspelt", (sound, random) -> text(sound)
                .replaceFirst("epochs|label|dense|train", "trian")
                .getBytes(UTF_8));
        all.put("another indentation", (sound, random) -> lines(sound, random, List.of("   odd: 1")));
        all.put("a tab", (sound, random) -> lines(sound, random, List.of("\tlabel: y")));
        all.put("deeply nested", (sound, random) -> (text(sound) + "search: " + "[".repeat(20_000) + "]".repeat(20_000)
                        + "\n")
                .getBytes(UTF_8));
        all.put("deeply nested maps", (sound, random) -> (text(sound) + "search: " + "{ a: ".repeat(20_000)
                        + "}".repeat(20_000) + "\n")
                .getBytes(UTF_8));
        all.put("a billion laughs", (sound, random) -> {
            StringBuilder laughs = new StringBuilder(text(sound)).append("a0: &a0 [lol, lol]\n");
            for (int i = 1; i < 30; i++) {
                laughs.append("a").append(i).append(": &a").append(i).append(" [");
                laughs.append(("*a" + (i - 1) + ", ").repeat(9))
                        .append("*a")
                        .append(i - 1)
                        .append("]\n");
            }
            return laughs.toString().getBytes(UTF_8);
        });
        all.put("an alias of itself", (sound, random) -> (text(sound) + "search: &a [*a]\n").getBytes(UTF_8));
        all.put("a merge key", (sound, random) -> (text(sound) + "<<: { task: regression }\n").getBytes(UTF_8));
        all.put("a second document", (sound, random) -> (text(sound) + "---\ntask: regression\n").getBytes(UTF_8));
        all.put("a long number", (sound, random) -> valueReplaced(text(sound), random, "9".repeat(100_000)));
        all.put("a long text", (sound, random) -> valueReplaced(text(sound), random, "x".repeat(100_000)));
        all.put(
                "a long list",
                (sound, random) -> valueReplaced(text(sound), random, "[" + "a, ".repeat(50_000) + "a]"));
        all.put("2 MB", (sound, random) -> (text(sound) + "# " + "x".repeat(2 << 20) + "\n").getBytes(UTF_8));
        return all;
    }

    static byte[] gzipped(byte[] sound) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(sound);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    private static <T> T any(List<T> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }

    /** With {@code instead} in the place of a line. */
    private static byte[] lines(byte[] sound, Random random, List<String> instead) {
        List<String> lines = new ArrayList<>(text(sound).lines().toList());
        int line = random.nextInt(lines.size());
        lines.remove(line);
        lines.addAll(line, instead);
        return (String.join("\n", lines) + "\n").getBytes(UTF_8);
    }

    private static byte[] cellReplaced(String text, Random random, String cell) {
        List<String> cells = new ArrayList<>(Arrays.asList(text.split("(?<=[,: \n\"])|(?=[,: \n\"])")));
        int at;
        do {
            at = random.nextInt(cells.size());
        } while (cells.get(at).matches("[,: \n\"]"));
        cells.set(at, cell);
        return String.join("", cells).getBytes(UTF_8);
    }

    private static byte[] valueReplaced(String text, Random random, String value) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        int line;
        do {
            line = random.nextInt(lines.size());
        } while (lines.get(line).indexOf(": ") < 0);
        lines.set(line, lines.get(line).substring(0, lines.get(line).indexOf(": ") + 2) + value);
        return (String.join("\n", lines) + "\n").getBytes(UTF_8);
    }
}
