package io.lockstep.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.lockstep.error.DataException;
import io.lockstep.error.Reason;
import io.lockstep.model.SafetensorsHeader.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads the JSON of a safetensors header token by token, so that a hostile one costs no more than its own size. */
final class SafetensorsHeaderParser {

    private final String file;
    private final JsonParser json;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<Tensor> tensors = new ArrayList<>();

    private SafetensorsHeaderParser(String file, JsonParser json) {
        this.file = file;
        this.json = json;
    }

    /**
     * @param dataLength how many bytes follow the header
     * @throws DataException if it is no header of float32 tensors that cover the data exactly
     */
    static SafetensorsHeader parse(byte[] header, long dataLength, String file) {
        // a decoder of its own: Jackson would guess UTF-16 from zero bytes, and let malformed UTF-8 pass in strings
        try (JsonParser json = new JsonFactory()
                .createParser(
                        new InputStreamReader(new ByteArrayInputStream(header), StandardCharsets.UTF_8.newDecoder()))) {
            return new SafetensorsHeaderParser(file, json).header(dataLength);
        } catch (JsonProcessingException e) {
            throw new DataException(file + ": header is not valid JSON: " + Reason.of(e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new DataException(file + ": header is not valid UTF-8", e);
        }
    }

    private SafetensorsHeader header(long dataLength) throws IOException {
        Set<String> seen = new HashSet<>();
        expect(json.nextToken(), JsonToken.START_OBJECT, "header", "an object");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            if (!seen.add(name)) {
                throw fault("\"" + name + "\" stands there twice");
            }
            if (name.equals(SafetensorsHeader.METADATA)) {
                readMetadata();
            } else {
                readTensor(name);
            }
        }
        if (json.nextToken() != null) {
            throw fault("header: expected nothing but spaces after the closing brace");
        }
        tensors.sort(Comparator.comparingLong(Tensor::begin).thenComparingLong(Tensor::end));
        long covered = 0;
        for (Tensor tensor : tensors) {
            if (tensor.begin() != covered) {
                throw fault("tensor \"" + tensor.name() + "\": data_offsets begin at " + tensor.begin() + ", expected "
                        + covered + (tensor.begin() < covered ? " (overlap)" : " (gap)"));
            }
            covered = tensor.end();
        }
        if (covered != dataLength) {
            throw fault("the tensors need " + covered + " bytes of data, the file has " + dataLength
                    + (covered > dataLength ? ": it is cut short" : ": it has bytes that no tensor claims"));
        }
        return new SafetensorsHeader(metadata, tensors);
    }

    private void readMetadata() throws IOException {
        expect(json.nextToken(), JsonToken.START_OBJECT, SafetensorsHeader.METADATA, "an object of strings");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            String path = SafetensorsHeader.METADATA + "." + key;
            expect(json.nextToken(), JsonToken.VALUE_STRING, path, "a string");
            if (metadata.put(key, json.getText()) != null) {
                throw fault(path + " stands there twice");
            }
        }
    }

    private void readTensor(String name) throws IOException {
        String path = "tensor \"" + name + "\"";
        expect(json.nextToken(), JsonToken.START_OBJECT, path, "an object");
        String dtype = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        Set<String> seen = new HashSet<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            if (!seen.add(key)) {
                throw fault(path + ": " + key + " stands there twice");
            }
            JsonToken value = json.nextToken();
            switch (key) {
                case "dtype" -> {
                    expect(value, JsonToken.VALUE_STRING, path + ": dtype", "a string");
                    dtype = json.getText();
                }
                case "shape" -> shape = readLongs(path + ": shape");
                case "data_offsets" -> offsets = readLongs(path + ": data_offsets");
                default -> throw fault(path + ": unknown key \"" + key + "\"");
            }
        }
        if (dtype == null || shape == null || offsets == null) {
            throw fault(path + ": expected dtype, shape and data_offsets, found " + seen);
        }
        if (!dtype.equals("F32")) {
            throw fault(path + ": expected dtype F32, found " + dtype + "; convert the tensors to float32");
        }
        if (offsets.size() != 2) {
            throw fault(path + ": data_offsets: expected [begin, end], found " + offsets);
        }
        Tensor tensor = new Tensor(name, shape, offsets.get(0));
        long end;
        try {
            end = tensor.end();
        } catch (ArithmeticException e) {
            throw new DataException(file + ": " + path + ": shape " + shape + " is larger than any file", e);
        }
        if (end != offsets.get(1)) {
            throw fault(path + ": shape " + shape + " takes " + (end - tensor.begin()) + " bytes, but data_offsets are "
                    + offsets);
        }
        tensors.add(tensor);
    }

    private List<Long> readLongs(String path) throws IOException {
        expect(json.currentToken(), JsonToken.START_ARRAY, path, "a list of integers");
        List<Long> values = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT, path, "an integer");
            long value = json.getLongValue();
            if (value < 0) {
                throw fault(path + ": expected 0 or more, found " + value);
            }
            values.add(value);
        }
        return values;
    }

    private void expect(JsonToken found, JsonToken expected, String path, String description) {
        if (found != expected) {
            throw fault(path + ": expected " + description + ", found "
                    + (found == null ? "the end" : found.name().toLowerCase(Locale.ROOT)));
        }
    }

    private DataException fault(String what) {
        return new DataException(file + ": " + what);
    }
}
