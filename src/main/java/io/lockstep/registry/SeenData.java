package io.lockstep.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.data.DataFile;
import io.lockstep.data.SplitRule;
import io.lockstep.error.DataException;
import io.lockstep.error.Reason;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Which files a version was trained on, {@code data.json} of its directory: a part of its lineage, in a file of its own because
 * there can be a hundred thousand of them.
 *
 * @param split how their rows were dealt
 * @param trained the files that this version's training read to train on and to choose its epoch by
 * @param seen those and all that the versions before it were trained on
 */
public record SeenData(SplitRule split, List<DataFile> trained, Set<DataFile> seen) {
    /** The file in a version's directory. */
    public static final String FILE = "data.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    public SeenData {
        trained = List.copyOf(trained);
        seen = Set.copyOf(seen);
    }

    /** Of a training on {@code trained} after those that saw {@code before}. */
    public static SeenData after(Optional<SeenData> before, SplitRule split, List<DataFile> trained) {
        Set<DataFile> seen = before.<Collection<DataFile>>map(SeenData::seen).orElse(List.of()).stream()
                .collect(Collectors.toSet());
        seen.addAll(trained);
        return new SeenData(split, trained, seen);
    }

    /** Those of {@code files} whose paths were trained on, in whatever state. */
    public SortedSet<String> among(List<DataFile> files) {
        Set<String> paths = seen.stream().map(DataFile::path).collect(Collectors.toSet());
        return files.stream()
                .map(DataFile::path)
                .filter(paths::contains)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** As JSON: files by their folders, each with when it was modified and its length. */
    public byte[] json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("split", Map.of("key", split.key(), "train_end", split.trainEnd(), "dev_end", split.devEnd()));
        json.put("trained", folders(trained));
        json.put("seen", folders(seen));
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
        } catch (IOException e) {
            throw new IllegalStateException("files that are no JSON", e);
        }
    }

    private static Map<String, Map<String, List<List<Long>>>> folders(Collection<DataFile> files) {
        Map<String, Map<String, List<List<Long>>>> folders = new TreeMap<>();
        for (DataFile file : files) {
            int slash = file.path().lastIndexOf('/');
            folders.computeIfAbsent(file.path().substring(0, slash + 1), folder -> new TreeMap<>())
                    // a file that was written again was seen in both states
                    .computeIfAbsent(file.path().substring(slash + 1), name -> new ArrayList<>())
                    .add(List.of(file.modified(), file.length()));
        }
        Comparator<List<Long>> byTime = Comparator.comparing(state -> state.get(0));
        folders.values().forEach(names -> names.values()
                .forEach(states -> states.sort(byTime.thenComparing(state -> state.get(1)))));
        return folders;
    }

    /**
     * Reads what the version at {@code model} saw.
     *
     * @throws DataException if it cannot be read
     */
    static Optional<SeenData> read(FileSystem fs, Path model) {
        Path file = new Path(model, FILE);
        try (InputStream in = fs.open(file)) {
            JsonNode json = JSON.readTree(in);
            JsonNode split = json.path("split");
            return Optional.of(new SeenData(
                    new SplitRule(
                            split.path("key").asText(),
                            split.path("train_end").asDouble(),
                            split.path("dev_end").asDouble()),
                    files(json.path("trained")),
                    Set.copyOf(files(json.path("seen")))));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read: " + Reason.of(e), e);
        }
    }

    private static List<DataFile> files(JsonNode folders) {
        List<DataFile> files = new ArrayList<>();
        for (Map.Entry<String, JsonNode> folder : folders.properties()) {
            for (Map.Entry<String, JsonNode> name : folder.getValue().properties()) {
                for (JsonNode state : name.getValue()) {
                    files.add(new DataFile(
                            folder.getKey() + name.getKey(),
                            state.path(0).asLong(),
                            state.path(1).asLong()));
                }
            }
        }
        return files;
    }
}
