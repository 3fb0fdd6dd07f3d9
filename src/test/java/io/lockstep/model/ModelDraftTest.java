package io.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDraftTest {
    @TempDir
    private Path directory;

    @Test
    void aDraftThatIsLeftKeepsTheWorkInIt() throws IOException {
        Path file;
        try (ModelDraft draft = open()) {
            write(draft);
            file = Path.of(draft.path().toUri().getPath()).resolve("a.bin");
            draft.leave();
            assertThatThrownBy(draft::publish).isInstanceOf(IllegalStateException.class);
        }
        assertThat(Files.readAllBytes(file)).containsExactly(1, 2, 3);
        assertThat(directory.resolve("model")).doesNotExist();
    }

    @Test
    void aDraftThatIsOnlyClosedIsGone() throws IOException {
        try (ModelDraft draft = open()) {
            write(draft);
        }
        assertThat(directory).isEmptyDirectory();
    }

    private ModelDraft open() throws IOException {
        return ModelDirectory.at(directory.resolve("model").toString(), new Configuration())
                .openDraft();
    }

    private static void write(ModelDraft draft) throws IOException {
        try (OutputStream out = draft.create("a.bin")) {
            out.write(new byte[] {1, 2, 3});
        }
    }
}
