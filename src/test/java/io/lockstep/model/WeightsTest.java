package io.lockstep.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.error.DataException;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeightsTest {

    /** Of {@link #GOLDEN}, as {@code sha256sum} prints it. */
    private static final String GOLDEN_SHA256 = "05df23432a45339d63ff26b31424bbcdbbb5012c48aa6b0163a4df7f194e0dfe";

    private static final String GOLDEN_HEADER = "{\"__metadata__\":{\"format\":\"lockstep\"},"
            + "\"layer1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
            + "\"layer1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}";

    /** W = [[1, 2, −0.5], [0.15625, −0, largest float]], b = [0.1, −1], spelled out byte by byte. */
    private static final byte[] GOLDEN = concat(
            HexFormat.of().parseHex("b000000000000000"),
            (GOLDEN_HEADER + " ".repeat(176 - GOLDEN_HEADER.length())).getBytes(UTF_8),
            HexFormat.of().parseHex("0000803f" + "00000040" + "000000bf" + "0000203e" + "00000080" + "ffff7f7f"),
            HexFormat.of().parseHex("cdcccc3d" + "000080bf"));

    private static final float[] GOLDEN_THETA = {1, 0.15625f, 2, -0f, -0.5f, Float.MAX_VALUE, 0.1f, -1};

    @Test
    void theBytesAreTheFormatsOwnWithRowMajorTensors() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String sha256 = Weights.write(out, Samples.oneLayer(), GOLDEN_THETA);
        assertThat(HexFormat.of().formatHex(out.toByteArray()))
                .isEqualTo(HexFormat.of().formatHex(GOLDEN));
        assertThat(sha256).isEqualTo(GOLDEN_SHA256);
        assertThat(Weights.sha256(Samples.oneLayer(), GOLDEN_THETA)).isEqualTo(GOLDEN_SHA256);
    }

    @Test
    void theGoldenFileGivesTheta() throws IOException {
        Weights.Content content = read(GOLDEN, Samples.oneLayer());
        assertBits(content.theta(), GOLDEN_THETA);
        assertThat(content.sha256()).isEqualTo(GOLDEN_SHA256);
    }

    @Test
    void tensorsInAnotherLibrarysOrderAreFoundByName() throws IOException {
        byte[] file = file(
                "{\"layer1.bias\":{\"shape\":[2],\"data_offsets\":[0,8],\"dtype\":\"F32\"},"
                        + "\"layer1.weight\":{\"data_offsets\":[8,32],\"dtype\":\"F32\",\"shape\":[2,3]}}",
                7,
                8,
                1,
                2,
                3,
                4,
                5,
                6);
        assertBits(read(file, Samples.oneLayer()).theta(), new float[] {1, 4, 2, 5, 3, 6, 7, 8});
    }

    @Test
    void layersOfAnySizeComeBackBitForBit() throws IOException {
        // around the 16 rows that are transposed together, rows of 1, and rows longer than a write buffer
        for (int[] sizes : new int[][] {{1, 1}, {5, 15}, {16, 16}, {3, 17}, {1, 100}, {20_000, 3}, {1_100_000, 2}}) {
            NetworkSpec network = new NetworkSpec(
                    new Shape.Vector(sizes[0]),
                    List.of(new LayerSpec.Dense(sizes[1]), new LayerSpec.Dense(3)),
                    Loss.SOFTMAX_CROSS_ENTROPY);
            float[] theta = Samples.theta(network, 11);
            theta[0] = Float.intBitsToFloat(0x7fc00123);
            theta[1] = Float.NEGATIVE_INFINITY;
            assertBits(read(write(network, theta), network).theta(), theta);
        }
    }

    @Test
    void aWeightStandsWhereANaiveIndexPutsIt() throws IOException {
        NetworkSpec network = Samples.classifier().network();
        float[] theta = Samples.theta(network, 3);
        ByteBuffer file = ByteBuffer.wrap(write(network, theta)).order(ByteOrder.LITTLE_ENDIAN);
        int data = Long.BYTES + (int) file.getLong(0);
        // the second layer: 17 units over 33; before it 33 units over 24, normalized
        int before = 33 * 24 + 33 + 4 * 33;
        for (int r = 0; r < 17; r++) {
            for (int c = 0; c < 33; c++) {
                assertThat(file.getFloat(data + 4 * (before + r * 33 + c))).isEqualTo(theta[before + c * 17 + r]);
            }
        }
    }

    @Test
    void aMissingTensorIsNamed() {
        refused(
                "{\"layer1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                2,
                "tensor \"layer1.weight\" of the network in model.json is missing");
    }

    @Test
    void anExtraTensorIsNamed() {
        refused(
                "{\"layer2.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                2,
                "tensor \"layer2.bias\" is none of the network's");
    }

    @Test
    void aTransposedTensorIsRefusedWithBothShapes() {
        refused(
                "{\"layer1.weight\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]},"
                        + "\"layer1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}",
                8,
                "tensor \"layer1.weight\": expected shape [2, 3] of the network in model.json, found [3, 2]");
    }

    @Test
    void aDamagedHeaderIsRefusedOrReadsTheSame() throws IOException {
        NetworkSpec network = Samples.classifier().network();
        float[] theta = Samples.theta(network, 4);
        byte[] file = write(network, theta);
        int header = Long.BYTES
                + (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        int refused = 0;
        for (byte[] damaged : Samples.damaged(file, header, 600, 42)) {
            try {
                assertBits(read(damaged, network).theta(), theta);
            } catch (DataException e) {
                assertThat(e).hasMessageStartingWith("w.safetensors: ");
                refused++;
            }
        }
        // what is left reads the same: changes within the metadata's strings and among the padding's spaces
        assertThat(refused).isBetween(500, 599);
    }

    @Test
    void thetaOfAnotherLengthIsNotWritten() {
        assertThatThrownBy(() -> write(Samples.oneLayer(), new float[7]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("θ has 7 elements, the network 8 parameters");
    }

    private static void refused(String header, int floats, String message) {
        assertThatThrownBy(() -> read(file(header, new float[floats]), Samples.oneLayer()))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("w.safetensors: " + message);
    }

    private static Weights.Content read(byte[] file, NetworkSpec network) throws IOException {
        return Weights.read(new ByteArrayInputStream(file), file.length, "w.safetensors", network);
    }

    private static byte[] write(NetworkSpec network, float[] theta) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Weights.write(out, network, theta);
        return out.toByteArray();
    }

    /** A file put together without the code under test. */
    static byte[] file(String header, float... data) {
        byte[] json = header.getBytes(UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + 4 * data.length).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json);
        for (float value : data) {
            file.putFloat(value);
        }
        return file.array();
    }

    private static void assertBits(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            if (Float.floatToRawIntBits(found[i]) != Float.floatToRawIntBits(expected[i])) {
                assertThat(found[i]).as("element %d", i).isEqualTo(expected[i]);
                throw new AssertionError("element " + i + " differs in its bits");
            }
        }
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
