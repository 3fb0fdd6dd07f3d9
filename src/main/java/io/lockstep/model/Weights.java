package io.lockstep.model;

import io.lockstep.error.DataException;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.ParameterBlock;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * θ as {@code weights.safetensors}: tensors {@code layer<l>.weight} of shape [n[l], n[l−1]] and {@code layer<l>.bias} of
 * shape [n[l]], row-major as PyTorch's {@code nn.Linear} has them, while θ holds W[l] column-major. The same θ gives the
 * same bytes.
 */
public final class Weights {

    /** Rows that are transposed together: 16 floats of a column are one cache line of θ. */
    private static final int ROWS_AT_ONCE = 16;

    /** Bounds the buffer where rows are very long. */
    private static final int ELEMENTS_AT_ONCE = 1 << 20;

    /**
     * θ as read.
     *
     * @param sha256 of the file's bytes, in hexadecimal digits
     */
    @SuppressWarnings("ArrayRecordComponent") // a value to take apart, never compared
    public record Content(float[] theta, String sha256) {}

    private Weights() {}

    /**
     * Writes the file to {@code out}, which stays the caller's to close.
     *
     * @return SHA-256 of what was written, in hexadecimal digits: what {@code sha256sum weights.safetensors} prints
     * @throws IllegalArgumentException if θ is not of the network's length
     */
    public static String write(OutputStream out, NetworkSpec network, float[] theta) throws IOException {
        if (theta.length != network.parameterCount()) {
            throw new IllegalArgumentException(
                    "θ has " + theta.length + " elements, the network " + network.parameterCount() + " parameters");
        }
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        network.parameters().forEach(block -> shapes.put(block.tensorName(), shape(block)));
        DigestOutputStream digest = new DigestOutputStream(out, sha256());
        SafetensorsWriter writer =
                new SafetensorsWriter(digest, SafetensorsHeader.of(Map.of("format", "lockstep"), shapes));
        for (ParameterBlock block : network.parameters()) {
            float[] rows = new float[rowsAtOnce(block) * block.columns()];
            for (int row = 0; row < block.rows(); row += rowsAtOnce(block)) {
                int count = Math.min(rowsAtOnce(block), block.rows() - row);
                for (int c = 0; c < block.columns(); c++) {
                    int column = block.offset() + c * block.rows() + row;
                    for (int r = 0; r < count; r++) {
                        rows[r * block.columns() + c] = theta[column + r];
                    }
                }
                writer.write(rows, 0, count * block.columns());
            }
        }
        writer.finish();
        return HexFormat.of().formatHex(digest.getMessageDigest().digest());
    }

    /** SHA-256 of the file that {@link #write} makes of {@code theta}, in hexadecimal digits. */
    public static String sha256(NetworkSpec network, float[] theta) {
        try {
            return write(OutputStream.nullOutputStream(), network, theta);
        } catch (IOException e) {
            throw new AssertionError("a null stream does not fail", e);
        }
    }

    /**
     * Reads a file of any safetensors library: the tensors may stand in any order.
     *
     * @param in stays the caller's to close
     * @param length the file's length in bytes
     * @param file its name for messages
     * @throws DataException if it is no safetensors file, or its tensors are not the network's
     */
    public static Content read(InputStream in, long length, String file, NetworkSpec network) throws IOException {
        DigestInputStream digest = new DigestInputStream(in, sha256());
        SafetensorsReader reader = new SafetensorsReader(digest, length, file);
        Map<String, ParameterBlock> blocks = new HashMap<>();
        network.parameters().forEach(block -> blocks.put(block.tensorName(), block));
        checkTensors(reader.header(), network, blocks, file);
        float[] theta = new float[network.parameterCount()];
        for (SafetensorsHeader.Tensor tensor : reader.header().tensors()) {
            ParameterBlock block = blocks.get(tensor.name());
            float[] rows = new float[rowsAtOnce(block) * block.columns()];
            for (int row = 0; row < block.rows(); row += rowsAtOnce(block)) {
                int count = Math.min(rowsAtOnce(block), block.rows() - row);
                reader.read(rows, 0, count * block.columns());
                for (int c = 0; c < block.columns(); c++) {
                    int column = block.offset() + c * block.rows() + row;
                    for (int r = 0; r < count; r++) {
                        theta[column + r] = rows[r * block.columns() + c];
                    }
                }
            }
        }
        return new Content(
                theta, HexFormat.of().formatHex(digest.getMessageDigest().digest()));
    }

    private static void checkTensors(
            SafetensorsHeader header, NetworkSpec network, Map<String, ParameterBlock> blocks, String file) {
        Map<String, SafetensorsHeader.Tensor> found = new HashMap<>();
        for (SafetensorsHeader.Tensor tensor : header.tensors()) {
            found.put(tensor.name(), tensor);
            if (!blocks.containsKey(tensor.name())) {
                throw new DataException(
                        file + ": tensor \"" + tensor.name() + "\" is none of the network's in model.json");
            }
        }
        for (ParameterBlock block : network.parameters()) {
            SafetensorsHeader.Tensor tensor = found.get(block.tensorName());
            if (tensor == null) {
                throw new DataException(
                        file + ": tensor \"" + block.tensorName() + "\" of the network in model.json is missing");
            }
            if (!tensor.shape().equals(shape(block))) {
                throw new DataException(file + ": tensor \"" + block.tensorName() + "\": expected shape " + shape(block)
                        + " of the network in model.json, found " + tensor.shape());
            }
        }
    }

    private static List<Long> shape(ParameterBlock block) {
        return block.isWeight() ? List.of((long) block.rows(), (long) block.columns()) : List.of((long) block.rows());
    }

    private static int rowsAtOnce(ParameterBlock block) {
        return Math.max(1, Math.min(ROWS_AT_ONCE, ELEMENTS_AT_ONCE / block.columns()));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
