package io.lockstep.report.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.sparkproject.spark_core.protobuf.DescriptorProtos.DescriptorProto;
import org.sparkproject.spark_core.protobuf.DescriptorProtos.FieldDescriptorProto;
import org.sparkproject.spark_core.protobuf.DescriptorProtos.FileDescriptorProto;
import org.sparkproject.spark_core.protobuf.Descriptors.Descriptor;
import org.sparkproject.spark_core.protobuf.Descriptors.DescriptorValidationException;
import org.sparkproject.spark_core.protobuf.Descriptors.FileDescriptor;
import org.sparkproject.spark_core.protobuf.DynamicMessage;

/** Reads event files with Google's protobuf, by the numbers and types of TensorFlow's event.proto and summary.proto. */
public final class EventReader {
    private static final Descriptor EVENT = descriptor();

    private EventReader() {}

    /** What was written of a tag at a step; a histogram is its message. */
    public record Point(long step, String tag, Object value) {
        /** Of a histogram, a field's numbers. */
        @SuppressWarnings("unchecked")
        public List<Double> numbers(String field) {
            DynamicMessage histogram = (DynamicMessage) value;
            return (List<Double>)
                    histogram.getField(histogram.getDescriptorForType().findFieldByName(field));
        }

        /** Of a histogram. */
        public double number(String field) {
            DynamicMessage histogram = (DynamicMessage) value;
            return (Double) histogram.getField(histogram.getDescriptorForType().findFieldByName(field));
        }
    }

    /** All points of the event files in a folder, whose names are read in order. */
    public static List<Point> points(Path folder) throws IOException {
        List<Point> points = new ArrayList<>();
        for (DynamicMessage event : events(folder)) {
            DynamicMessage summary = (DynamicMessage) event.getField(EVENT.findFieldByName("summary"));
            Descriptor type = EVENT.getFile().findMessageTypeByName("Value");
            for (Object each :
                    (List<?>) summary.getField(summary.getDescriptorForType().findFieldByName("value"))) {
                DynamicMessage value = (DynamicMessage) each;
                Object content = value.hasField(type.findFieldByName("histo"))
                        ? value.getField(type.findFieldByName("histo"))
                        : ((Float) value.getField(type.findFieldByName("simple_value"))).doubleValue();
                points.add(new Point(
                        (Long) event.getField(EVENT.findFieldByName("step")),
                        value.getField(type.findFieldByName("tag")).toString(),
                        content));
            }
        }
        return points;
    }

    /** The steps at which runs began, as session logs tell. */
    public static List<Long> starts(Path folder) throws IOException {
        List<Long> starts = new ArrayList<>();
        for (DynamicMessage event : events(folder)) {
            if (event.hasField(EVENT.findFieldByName("session_log"))) {
                DynamicMessage log = (DynamicMessage) event.getField(EVENT.findFieldByName("session_log"));
                assertThat(log.getAllFields().values()).containsExactly(1);
                starts.add((Long) event.getField(EVENT.findFieldByName("step")));
            }
        }
        return starts;
    }

    private static List<DynamicMessage> events(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(folder)) {
            files = found.sorted().toList();
        }
        List<DynamicMessage> events = new ArrayList<>();
        for (Path file : files) {
            assertThat(file.getFileName().toString()).startsWith("events.out.tfevents.");
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            boolean first = true;
            while (bytes.hasRemaining()) {
                byte[] length = new byte[8];
                bytes.duplicate().get(length);
                byte[] content = new byte[(int) bytes.getLong()];
                assertThat(bytes.getInt()).as("of the length").isEqualTo(masked(length));
                bytes.get(content);
                assertThat(bytes.getInt()).as("of the content").isEqualTo(masked(content));
                DynamicMessage event = DynamicMessage.parseFrom(EVENT, content);
                assertThat(event.getUnknownFields().asMap()).isEmpty();
                assertThat((Double) event.getField(EVENT.findFieldByName("wall_time")))
                        .isGreaterThan(1.7e9);
                assertThat(event.getField(EVENT.findFieldByName("file_version")))
                        .isEqualTo(first ? "brain.Event:2" : "");
                first = false;
                events.add(event);
            }
        }
        return events;
    }

    /** CRC-32C bit by bit, masked as TensorFlow's crc32c.h says. */
    private static int masked(byte[] bytes) {
        int crc = -1;
        for (byte each : bytes) {
            crc ^= each & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc >>> 1 ^ (0x82F63B78 & -(crc & 1));
            }
        }
        crc = ~crc;
        return (crc >>> 15 | crc << 17) + 0xa282ead8;
    }

    private static Descriptor descriptor() {
        FileDescriptorProto file = FileDescriptorProto.newBuilder()
                .setName("event.proto")
                .setSyntax("proto3")
                .addMessageType(message(
                        "Event",
                        field("wall_time", 1, FieldDescriptorProto.Type.TYPE_DOUBLE),
                        field("step", 2, FieldDescriptorProto.Type.TYPE_INT64),
                        field("file_version", 3, FieldDescriptorProto.Type.TYPE_STRING),
                        field("summary", 5, "Summary"),
                        field("session_log", 7, "SessionLog")))
                .addMessageType(message("SessionLog", field("status", 1, FieldDescriptorProto.Type.TYPE_INT32)))
                .addMessageType(message("Summary", repeated(field("value", 1, "Value"))))
                .addMessageType(message(
                        "Value",
                        field("tag", 1, FieldDescriptorProto.Type.TYPE_STRING),
                        field("simple_value", 2, FieldDescriptorProto.Type.TYPE_FLOAT),
                        field("histo", 5, "HistogramProto")))
                .addMessageType(message(
                        "HistogramProto",
                        field("min", 1, FieldDescriptorProto.Type.TYPE_DOUBLE),
                        field("max", 2, FieldDescriptorProto.Type.TYPE_DOUBLE),
                        field("num", 3, FieldDescriptorProto.Type.TYPE_DOUBLE),
                        field("sum", 4, FieldDescriptorProto.Type.TYPE_DOUBLE),
                        field("sum_squares", 5, FieldDescriptorProto.Type.TYPE_DOUBLE),
                        repeated(field("bucket_limit", 6, FieldDescriptorProto.Type.TYPE_DOUBLE)),
                        repeated(field("bucket", 7, FieldDescriptorProto.Type.TYPE_DOUBLE))))
                .build();
        try {
            return FileDescriptor.buildFrom(file, new FileDescriptor[0]).findMessageTypeByName("Event");
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DescriptorProto message(String name, FieldDescriptorProto.Builder... fields) {
        DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(name);
        for (FieldDescriptorProto.Builder field : fields) {
            message.addField(field);
        }
        return message.build();
    }

    private static FieldDescriptorProto.Builder field(String name, int number, FieldDescriptorProto.Type type) {
        return FieldDescriptorProto.newBuilder()
                .setName(name)
                .setNumber(number)
                .setType(type)
                .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
    }

    private static FieldDescriptorProto.Builder field(String name, int number, String message) {
        return field(name, number, FieldDescriptorProto.Type.TYPE_MESSAGE).setTypeName(message);
    }

    private static FieldDescriptorProto.Builder repeated(FieldDescriptorProto.Builder field) {
        return field.setLabel(FieldDescriptorProto.Label.LABEL_REPEATED);
    }

    /** The last value of each tag that is a number. */
    public static Map<String, Double> last(List<Point> points) {
        Map<String, Double> last = new java.util.TreeMap<>();
        points.forEach(point -> {
            if (point.value() instanceof Double number) {
                last.put(point.tag(), number);
            }
        });
        return last;
    }
}
