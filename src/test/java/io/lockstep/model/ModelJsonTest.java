package io.lockstep.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.error.DataException;
import io.lockstep.nn.LayerSpec;
import io.lockstep.nn.Loss;
import io.lockstep.nn.NetworkSpec;
import io.lockstep.nn.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelJsonTest {

    private static final String SHA256 = "0123456789abcdef".repeat(4);

    /** Written by hand, so that readers of old files stay tested when the writer changes. */
    private static final String REGRESSION = """
            {"format_version":1,"name":"prices","task":"regression","label":"price","classes":[],
             "features":[{"name":"area","kind":"numeric"},{"name":"wall","kind":"categorical","levels":["brick","wood"]}],
             "normalization":{"means":[1,0.1,-0.0],"deviations":[2.5,1,4.9E-324]},
             "target":{"kind":"standard","mean":3.5,"deviation":2},
             "network":{"input":{"vector":3},"layers":[{"dense":4},{"activation":"leaky_relu","slope":0.25},
               {"dropout":0.5},{"dense":1}],"loss":"halved_squared"},
             "weights":{"file":"weights.safetensors","sha256":"%s"},
             "lineage":{"seed":9007199254740993,"z":null_,"a":[1.5,true,{}]}}""".formatted(SHA256).replace("null_", "\"s\"");

    @Test
    void descriptionsComeBackEqualInEveryBit() throws IOException {
        for (ModelDescription model : List.of(Samples.classifier(), Samples.regression())) {
            ModelJson.Content read = ModelJson.parse(write(model), "model.json");
            assertThat(read.description()).isEqualTo(model);
            assertThat(read.weightsSha256()).isEqualTo(SHA256);
            // equality of doubles in records is Double.equals, which tells −0.0 from 0.0; the order of keys it does not
            // see
            assertThat(List.copyOf(read.description().lineage().keySet()))
                    .isEqualTo(List.copyOf(model.lineage().keySet()));
            assertThat(write(read.description())).isEqualTo(write(model));
        }
    }

    @Test
    void aThousandDoublesOfAnyExponentSurvive() throws IOException {
        Normalization normalization = Samples.normalization(1000, 77);
        ModelDescription model = new ModelDescription(
                "m",
                "regression",
                new NetworkSpec(new Shape.Vector(1000), List.of(new LayerSpec.Dense(1)), Loss.HALVED_SQUARED),
                "y",
                List.of(),
                new FeatureSchema(List.of(new FeatureColumn.VectorColumn("x", 1000))),
                normalization,
                TargetTransform.NONE,
                Map.of());
        Normalization read = ModelJson.parse(write(model), "f").description().normalization();
        for (int i = 0; i < 1000; i++) {
            assertThat(Double.doubleToRawLongBits(read.means()[i]))
                    .isEqualTo(Double.doubleToRawLongBits(normalization.means()[i]));
            assertThat(Double.doubleToRawLongBits(read.deviations()[i]))
                    .isEqualTo(Double.doubleToRawLongBits(normalization.deviations()[i]));
        }
    }

    @Test
    void severalLabelsAreListsAndComeBack() throws IOException {
        ModelDescription two = new ModelDescription(
                "m",
                ModelDescription.REGRESSION,
                new NetworkSpec(new Shape.Vector(1), List.of(new LayerSpec.Dense(2)), Loss.HALVED_SQUARED),
                List.of("a", "b"),
                Optional.of("w"),
                List.of(),
                new FeatureSchema(List.of(new FeatureColumn.Numeric("x"))),
                Normalization.identity(1),
                new TargetTransform(TargetTransform.Kind.LOG, List.of(1.5, 0.1), List.of(2.0, 1e-300)),
                Map.of());
        assertThat(ModelJson.parse(write(two), "f").description()).isEqualTo(two);
        assertThat(new String(write(two), java.nio.charset.StandardCharsets.UTF_8))
                .contains("\"label\" : [ \"a\", \"b\" ]", "\"weight\" : \"w\"", "\"mean\" : [ 1.5, 0.1 ]");
    }

    @Test
    void theDeltaOfHubersLossIsKept() throws IOException {
        ModelDescription huber = parse(REGRESSION.replace("\"halved_squared\"", "\"huber\",\"delta\":0.7"))
                .description();
        assertThat(huber.network().loss()).isEqualTo(Loss.huber(0.7));
        assertThat(ModelJson.parse(write(huber), "f").description()).isEqualTo(huber);
    }

    @Test
    void aHandWrittenDescriptionIsUnderstood() {
        ModelDescription model = parse(REGRESSION).description();
        assertThat(model.features().slotNames()).containsExactly("area", "wall=brick", "wall=wood");
        assertThat(model.normalization())
                .isEqualTo(new Normalization(new double[] {1, 0.1, -0.0}, new double[] {2.5, 1, Double.MIN_VALUE}));
        assertThat(model.target()).isEqualTo(new TargetTransform(TargetTransform.Kind.STANDARD, 3.5, 2));
        assertThat(model.network().parameterCount()).isEqualTo(3 * 4 + 4 + 4 + 1);
        assertThat(model.network().layers().get(1).toString()).contains("LEAKY_RELU", "0.25");
        assertThat(model.lineage())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("seed", 9007199254740993L, "z", "s", "a", List.of(1.5, true, Map.of())));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "format_version":1      | "format_version":2       | format_version: expected 1, found 2: another version of Lockstep wrote it
        "format_version":1,     | ``                       | format_version: is missing
        "name":"prices"         | "name":7                 | name: expected a string, found 7
        "task":"regression"     | "task":"guessing"        | task is "guessing", known: classification, multilabel, regression
        "label":"price"         | "label":"area"           | label column "area" is a feature as well
        "label":"price",        | ``                       | label: is missing
        "label":                | "labels":                | labels: is unknown, expected only
        "classes":[]            | "classes":["a"]          | a regression has no classes, got 1
        "classes":[]            | "classes":[1]            | classes[0]: expected a string, found 1
        "kind":"numeric"        | "kind":"text"            | features[0].kind: expected one of numeric, categorical, hashed, image, vector, found "text"
        "kind":"numeric"        | "kind":"vector","size":0 | features[0]: vector column "area" has at least one element, got 0
        "kind":"numeric"        | "kind":"vector","size":5000000000 | features[0].size: expected an integer of 32 bits
        "kind":"numeric"        | "kind":"numeric","missing":"impute" | features[0].fill: is missing
        "kind":"numeric"        | "kind":"numeric","missing":"guess" | features[0].missing: expected one of error, impute, indicate, found "guess"
        "kind":"numeric"        | "kind":"numeric","missing":"impute","fill":1e999 | features[0]: numeric column "area" has origin 0.0 and fill Infinity
        "kind":"numeric"        | "kind":"image","image":[2,3,4] | features[0]: image column "area" has one or three channels, got 2
        "kind":"numeric"        | "kind":"image","image":[1,2] | features[0].image: expected [channels, height, width], found [1,2]
        "kind":"numeric"        | "kind":"hashed","buckets":1 | features[0]: hashed column "area" has at least two buckets, got 1
        "name":"wall"           | "name":"area"            | features: feature column "area" stands there twice
        ["brick","wood"]        | ["brick","brick"]        | features[1]: categorical column "wall" has a level twice
        ["brick","wood"]        | []                       | features[1]: categorical column "wall" has no levels
        ["brick","wood"]        | ["brick"]                | network takes 3 features, the feature columns make 2
        [1,0.1,-0.0]            | [1,0.1]                  | normalization: normalization has 2 means and 3 deviations
        [1,0.1,-0.0]            | [1,"0",-0.0]             | normalization.means[1]: expected a number, found "0"
        [1,0.1,-0.0]            | [1,1e999,-0.0]           | normalization: normalization mean 1 is Infinity
        [2.5,1,4.9E-324]        | [2.5,0,1]                | normalization: normalization deviation 1 must be greater than 0, is 0.0
        [1,0.1,-0.0],"deviations":[2.5,1,4.9E-324] | [1],"deviations":[1] | normalization is for 1 features, the feature columns make 3
        "kind":"standard"       | "kind":"cube"            | target.kind: expected one of none, standard, log, found "cube"
        "mean":3.5              | "mean":"3.5"             | target.mean: expected a number
        {"vector":3}            | {"vector":4}             | network takes 4 features, the feature columns make 3
        {"vector":3}            | {"vector":0}             | network.input.vector: a vector has at least one element, got 0
        {"vector":3}            | {"image":[1,3]}          | network.input.image: expected [channels, height, width]
        {"vector":3}            | {"image":[65536,65536,3]} | network.input.image: integer overflow
        {"dense":4}             | {"dense":-4}             | network.layers[0]: a dense layer has at least one unit, got -4
        {"dense":4}             | {"dense":1000000000}     | network: integer overflow
        {"dense":4}             | {"dense":4,"batch_norm":true} | network.layers[0].batch_norm: is unknown, expected only dense, bias
        {"dense":4}             | {"dense":4,"bias":0}     | network.layers[0].bias: expected true or false, found 0
        {"dense":4}             | {"dense":4},{"batch_norm":{"momentum":0.9,"epsilon":1e-5}} | network: dense layer 1 has a bias
        {"dense":4}             | {"dense":4,"bias":false},{"batch_norm":{"momentum":1,"epsilon":1e-5}} | network.layers[1].batch_norm: a batch normalization's momentum is in [0, 1), got 1.0
        {"dense":4}             | {"dense":4,"bias":false},{"batch_norm":{"momentum":0.9}} | network.layers[1].batch_norm.epsilon: is missing
        {"dense":4}             | {"conv":4}               | network.layers[0]: expected a layer with dense, batch_norm, activation or dropout
        "leaky_relu","slope":0.25 | "leaky_relu"           | network.layers[1].slope: is missing
        "leaky_relu"            | "relu"                   | network.layers[1]: only leaky_relu has a slope
        "leaky_relu"            | "swish"                  | network.layers[1].activation: expected one of identity, sigmoid, tanh, relu, leaky_relu, found "swish"
        "dropout":0.5           | "dropout":1              | network.layers[2]: a dropout rate is in [0, 1), got 1.0
        {"dense":1}]            | {"dense":2}]             | a regression on one label has one output, the network has 2
        ,{"dense":1}]           | ]                        | network: the last layer must be dense
        "halved_squared"        | "hinge"                  | network.loss: expected one of softmax_cross_entropy, sigmoid_cross_entropy, halved_squared, huber, found "hinge"
        "halved_squared"        | "huber"                  | network.delta: is missing
        "halved_squared"        | "huber","delta":0        | network.delta: delta must be finite and greater than 0, is 0.0
        "halved_squared"        | "halved_squared","delta":1 | network.delta: is unknown, expected only input, layers, loss
        "halved_squared"        | "softmax_cross_entropy"  | a regression has the loss halved_squared or huber, not softmax_cross_entropy
        "weights.safetensors"   | "../../etc/passwd"       | weights.file: expected "weights.safetensors"
        "sha256":"01            | "sha256":"               | weights.sha256: expected 64 hexadecimal digits
        "z":"s"                 | "z":null                 | lineage: lineage.z: expected a string, boolean, integer, number, list or map, found null
        "z":"s"                 | "seed":2                 | not valid JSON at line 8, column
        9007199254740993        | 99999999999999999999     | lineage: lineage.seed: 99999999999999999999 does not fit 64 bits
        "lineage":              | "lineage":7,"x":         | x: is unknown
        """)
    void eachFaultIsNamedWithItsPath(String right, String wrong, String message) {
        assertThat(flat(REGRESSION)).contains(right);
        assertThatThrownBy(() -> parse(flat(REGRESSION).replace(right, wrong)))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("model.json: " + message.replace("line 8", "line 1"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ''            | model.json: expected an object
        []            | model.json: expected an object, found []
        {} {}         | model.json: not valid JSON
        {"a":NaN}     | model.json: not valid JSON
        """)
    void whatIsNoObjectIsRefused(String json, String message) {
        assertThatThrownBy(() -> parse(json)).isInstanceOf(DataException.class).hasMessageStartingWith(message);
    }

    @Test
    void aDeepNestIsRefusedInsteadOfOverflowingTheStack() {
        String deep = REGRESSION.replace("\"s\"", "[".repeat(200_000) + "]".repeat(200_000));
        assertThatThrownBy(() -> parse(deep))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("model.json: not valid JSON");
    }

    @Test
    void aDamagedFileIsRefusedOrReads() throws IOException {
        byte[] file = write(Samples.classifier());
        int refused = 0;
        for (byte[] damaged : Samples.damaged(file, file.length, 600, 43)) {
            try {
                ModelJson.parse(damaged, "model.json");
            } catch (DataException e) {
                assertThat(e).hasMessageStartingWith("model.json: ");
                refused++;
            }
        }
        // a digit of a number or a letter of a level can change and be read; most damage cannot
        assertThat(refused).isBetween(200, 599);
    }

    private static byte[] write(ModelDescription model) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ModelJson.write(out, model, SHA256);
        return out.toByteArray();
    }

    private static ModelJson.Content parse(String json) {
        return ModelJson.parse(json.getBytes(UTF_8), "model.json");
    }

    private static String flat(String json) {
        return json.replaceAll("\n *", "");
    }
}
