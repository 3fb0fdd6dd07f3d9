package io.lockstep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.error.DataException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {

    @Test
    void scalarsEmptyTensorsAndHigherRanksSurvive() throws IOException {
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        shapes.put("z", List.of());
        shapes.put("a \"quoted\" \u0001 naïve", List.of(2L, 0L, 5L));
        shapes.put("cube", List.of(1L, 2L, 2L));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("z", "1");
        metadata.put("a", "");
        SafetensorsHeader header = SafetensorsHeader.of(metadata, shapes);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        SafetensorsWriter writer = new SafetensorsWriter(out, header);
        writer.write(new float[] {0, 1, 2, 3}, 1, 3);
        writer.write(new float[] {4, 5}, 0, 2);
        writer.finish();

        byte[] file = out.toByteArray();
        SafetensorsReader reader = new SafetensorsReader(new ByteArrayInputStream(file), file.length, "f");
        // an empty tensor may begin where another does, so the order is only partly the writer's
        assertThat(reader.header().metadata()).containsExactlyEntriesOf(metadata);
        assertThat(reader.header().tensors()).isEqualTo(header.tensors());
        float[] values = new float[7];
        reader.read(values, 1, 5);
        assertThat(values).containsExactly(0, 1, 2, 3, 4, 5, 0);
    }

    @Test
    void headersAreAlignedToEightBytesAndTheSameEachTime() {
        for (int length = 1; length <= 16; length++) {
            byte[] bytes = SafetensorsHeader.of(Map.of(), Map.of("n".repeat(length), List.of(1L)))
                    .encode();
            assertThat(bytes.length % 8).isZero();
            assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong())
                    .isEqualTo(bytes.length - 8);
            assertThat(bytes)
                    .isEqualTo(SafetensorsHeader.of(Map.of(), Map.of("n".repeat(length), List.of(1L)))
                            .encode());
        }
    }

    @Test
    void aWriterThatWritesTooLittleOrTooMuchIsStopped() throws IOException {
        SafetensorsHeader header = SafetensorsHeader.of(Map.of(), Map.of("a", List.of(2L)));
        SafetensorsWriter writer = new SafetensorsWriter(new ByteArrayOutputStream(), header);
        assertThatThrownBy(writer::finish).hasMessage("8 bytes of the tensors were not written");
        assertThatThrownBy(() -> writer.write(new float[3], 0, 3))
                .hasMessage("the header has room for 8 more bytes, got 12");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        []                                                                    | header to begin with {
        {"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}                | tensor "a": expected dtype F32, found F16
        {"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}                    | tensor "a": dtype: expected a string
        {"a":{"shape":[2],"data_offsets":[0,8]}}                              | tensor "a": expected dtype, shape and data_offsets, found
        {"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}                | tensor "a": shape [3] takes 12 bytes, but data_offsets are [0, 8]
        {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}               | tensor "a": shape: expected 0 or more, found -2
        {"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}              | tensor "a": shape: expected an integer, found value_number_float
        {"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}                  | tensor "a": shape: expected a list of integers
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}              | tensor "a": data_offsets: expected [begin, end]
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}          | tensor "a": unknown key "x"
        {"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}    | tensor "a": shape stands there twice
        {"a":{"dtype":"F32","shape":[1152921504606846976,4],"data_offsets":[0,8]}} | tensor "a": shape [1152921504606846976, 4] is larger than any file
        {"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}  | header is not valid JSON
        {"a":{"dtype":"F32","shape":[500000000],"data_offsets":[0,2000000000]}}    | the tensors need 2000000000 bytes of data, the file has 8: it is cut short
        {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}                | the tensors need 4 bytes of data, the file has 8: it has bytes that no tensor claims
        {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}                | tensor "a": data_offsets begin at 4, expected 0 (gap)
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | tensor "b": data_offsets begin at 4, expected 8 (overlap)
        {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | "a" stands there twice
        {"__metadata__":{"k":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}                               | __metadata__.k: expected a string
        {"__metadata__":{"k":"1","k":"2"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}                     | __metadata__.k stands there twice
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}{}              | header: expected nothing but spaces after
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}                 | header is not valid JSON
        """)
    void aHeaderThatIsNotTheFormatsIsRefusedByName(String header, String message) {
        byte[] file = WeightsTest.file(header, 1, 2);
        assertThatThrownBy(() -> new SafetensorsReader(new ByteArrayInputStream(file), file.length, "f"))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("f: ")
                .hasMessageContaining(message);
    }

    @Test
    void malformedUtf8IsRefused() {
        byte[] file = WeightsTest.file("{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 1);
        file[8 + 2] = (byte) 0xff;
        assertThatThrownBy(() -> new SafetensorsReader(new ByteArrayInputStream(file), file.length, "f"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("UTF-8");
    }

    @Test
    void aHeaderLengthIsCheckedBeforeAnythingIsReadOrAllocated() {
        assertRefused(Long.MAX_VALUE, 100, "found a length of 9223372036854775807");
        assertRefused(-1, 100, "found a length of 18446744073709551615");
        assertRefused(100_000_001, 200_000_000, "found a length of 100000001");
        assertRefused(0, 100, "found a length of 0");
        assertRefused(93, 100, "the header has 93 bytes, the file only 100: it is cut short");
    }

    private static void assertRefused(long headerLength, long fileLength, String message) {
        byte[] start = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerLength)
                .array();
        // nothing behind the eight bytes: reading on would end in another message
        assertThatThrownBy(() -> new SafetensorsReader(new ByteArrayInputStream(start), fileLength, "f"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(message);
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        byte[] file = WeightsTest.file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 1, 2);
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> new SafetensorsReader(new ByteArrayInputStream(cut), cut.length, "f"))
                    .isInstanceOf(DataException.class);
        }
        InputStream shrinking = new ByteArrayInputStream(file, 0, file.length - 1);
        SafetensorsReader reader = new SafetensorsReader(shrinking, file.length, "f");
        assertThatThrownBy(() -> reader.read(new float[2], 0, 2))
                .isInstanceOf(DataException.class)
                .hasMessage("f: the file ended before its length said so: it changed while it was read");
    }
}
