package io.lockstep.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConfigWriterTest {
    private static final int CONFIGS = 500;
    private static final List<String> SECTIONS = List.of("card", "data", "training", "training.augment", "retrain");

    @Test
    void readingWhatWasWrittenGivesTheSameConfig() throws IOException {
        Random random = new Random(20);
        YAMLMapper yaml = new YAMLMapper();
        for (int i = 0; i < CONFIGS; i++) {
            LockstepConfig config = RandomConfigs.next(random);
            String written = yaml.writeValueAsString(ConfigWriter.toMap(config));
            assertThat(ConfigReader.read(written, "any.yaml", List.of()))
                    .as(written)
                    .isEqualTo(config);
        }
    }

    @Test
    void aConfigTravelsByJavaSerialization() throws IOException, ClassNotFoundException {
        Random random = new Random(21);
        for (int i = 0; i < CONFIGS; i++) {
            LockstepConfig config = RandomConfigs.next(random);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                out.writeObject(config);
            }
            try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
                assertThat(in.readObject()).isEqualTo(config);
            }
        }
    }

    @Test
    void theReferenceHasEveryKey() throws IOException {
        List<String> reference = Files.readAllLines(Path.of("REFERENCE.md"));
        Random random = new Random(22);
        for (int i = 0; i < CONFIGS; i++) {
            requireDocumented(reference, "", ConfigWriter.toMap(RandomConfigs.next(random)));
        }
    }

    /** Sections that have a row of their own in the table of keys: | `section` | `key`, `key`, … |. */
    private static void requireDocumented(List<String> reference, String section, Map<?, ?> map) {
        String row = reference.stream()
                .filter(line -> line.startsWith(section.isEmpty() ? "| | " : "| `" + section + "` |"))
                .findFirst()
                .orElseThrow();
        map.forEach((key, value) -> {
            String path = section.isEmpty() ? key.toString() : section + "." + key;
            if (SECTIONS.contains(path) && value instanceof Map<?, ?> nested) {
                requireDocumented(reference, path, nested);
            } else if (!SECTIONS.contains(path)) {
                assertThat(row).as(path).contains("`" + key + "`");
            }
        });
    }

    @Test
    void everyDocumentedKeyIsWrittenInTheDocumentedOrder() throws IOException {
        assertThat(new ObjectMapper().writeValueAsString(ConfigWriter.toMap(Yaml.readWith("network: [{ dense: 3 }]"))))
                .isEqualTo("{\"name\":\"digits\",\"task\":\"classification\",\"data\":{\"train\":\"digits.csv\","
                        + "\"dev\":null,\"test\":null,\"format\":null,\"options\":{},\"label\":\"digit\",\"weight\":null,"
                        + "\"features\":\"all\",\"categorical\":\"auto\",\"hashing\":{},\"missing\":\"error\",\"key\":null,"
                        + "\"split\":{\"train\":0.7,\"dev\":0.15,\"test\":0.15,\"train_dev\":0.0},"
                        + "\"normalize\":\"standard\",\"image\":null,\"audio\":null,\"storage\":\"auto\","
                        + "\"target\":\"none\",\"shuffle\":\"auto\"},"
                        + "\"network\":[{\"dense\":3,\"activation\":\"relu\",\"batch_norm\":false,"
                        + "\"dropout\":0.0}],"
                        + "\"input_dropout\":0.0,\"initializer\":\"auto\","
                        + "\"training\":{\"loss\":null,\"epochs\":30,\"batch_size\":512,"
                        + "\"optimizer\":{\"name\":\"adam\",\"learning_rate\":0.001,\"beta1\":0.9,\"beta2\":0.999,"
                        + "\"epsilon\":1.0E-8},"
                        + "\"schedule\":{\"name\":\"constant\",\"warmup_epochs\":0.0},"
                        + "\"finish_full_batch_epochs\":0,\"l2\":0.0,\"l1\":0.0,\"clip_norm\":null,\"clip_value\":null,"
                        + "\"early_stopping\":\"auto\",\"augment\":null,\"class_weights\":null,\"bayes_error\":0.0,\"seed\":1},"
                        + "\"sync\":\"auto\",\"shards\":\"auto\",\"checkpoint\":{\"every_epochs\":1,\"every_minutes\":10.0,\"keep\":3},\"output\":\"models/digits\","
                        + "\"card\":{\"intended_use\":null,\"out_of_scope\":null,\"limits\":null,\"ethics\":null,"
                        + "\"license\":null,\"contact\":null},\"registry\":null,"
                        + "\"retrain\":{\"start\":\"warm\",\"data\":\"all\",\"metric\":\"auto\","
                        + "\"minimum_gain\":0.0,\"significance\":0.05,\"keep\":10}}");
    }
}
