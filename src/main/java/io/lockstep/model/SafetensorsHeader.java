package io.lockstep.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: which float32 tensors it holds and where. The file is the header's length n (8 bytes,
 * little-endian), n bytes of JSON padded with spaces to a multiple of 8, and the tensors' elements, little-endian,
 * row-major, without gaps.
 *
 * @param metadata the {@code __metadata__}; absent from the file when empty
 * @param tensors in the order of their data
 * @see <a href="https://github.com/huggingface/safetensors">safetensors</a>
 */
public record SafetensorsHeader(Map<String, String> metadata, List<Tensor> tensors) {

    /** The longest header that the reference implementation reads. */
    public static final int MAX_BYTES = 100_000_000;

    static final String METADATA = "__metadata__";

    /**
     * A tensor of float32.
     *
     * @param shape its dimensions, none for a scalar
     * @param begin where its data begin, in bytes after the header
     */
    public record Tensor(String name, List<Long> shape, long begin) {

        public Tensor {
            shape = List.copyOf(shape);
        }

        /**
         * How many elements it has.
         *
         * @throws ArithmeticException if a long cannot say
         */
        public long elements() {
            return shape.stream().reduce(1L, Math::multiplyExact);
        }

        /** Where its data end, in bytes after the header. */
        public long end() {
            return Math.addExact(begin, Math.multiplyExact(elements(), Float.BYTES));
        }
    }

    public SafetensorsHeader {
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        tensors = List.copyOf(tensors);
    }

    /** The tensors named and shaped as in {@code shapes}, one behind the other in its order. */
    public static SafetensorsHeader of(Map<String, String> metadata, Map<String, List<Long>> shapes) {
        List<Tensor> tensors = new ArrayList<>();
        long begin = 0;
        for (Map.Entry<String, List<Long>> entry : shapes.entrySet()) {
            if (entry.getKey().equals(METADATA)) {
                throw new IllegalArgumentException("a tensor cannot be called " + METADATA);
            }
            Tensor tensor = new Tensor(entry.getKey(), entry.getValue(), begin);
            tensors.add(tensor);
            begin = tensor.end();
        }
        return new SafetensorsHeader(metadata, tensors);
    }

    /** How many bytes of data follow the header. */
    public long dataLength() {
        return tensors.isEmpty() ? 0 : tensors.get(tensors.size() - 1).end();
    }

    /** The bytes of the file before the data: the same for the same header. */
    public byte[] encode() {
        byte[] json = json();
        int padded = Math.addExact(json.length, Math.floorMod(-json.length, 8));
        if (padded > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a safetensors header has at most " + MAX_BYTES + " bytes, this one " + padded);
        }
        ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES + padded)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded)
                .put(json);
        while (buffer.hasRemaining()) {
            buffer.put((byte) ' ');
        }
        return buffer.array();
    }

    private byte[] json() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            if (!metadata.isEmpty()) {
                json.writeObjectFieldStart(METADATA);
                for (Map.Entry<String, String> entry : metadata.entrySet()) {
                    json.writeStringField(entry.getKey(), entry.getValue());
                }
                json.writeEndObject();
            }
            for (Tensor tensor : tensors) {
                json.writeObjectFieldStart(tensor.name());
                json.writeStringField("dtype", "F32");
                writeLongs(json, "shape", tensor.shape());
                writeLongs(json, "data_offsets", List.of(tensor.begin(), tensor.end()));
                json.writeEndObject();
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void writeLongs(JsonGenerator json, String name, List<Long> values) throws IOException {
        json.writeArrayFieldStart(name);
        for (long value : values) {
            json.writeNumber(value);
        }
        json.writeEndArray();
    }
}
