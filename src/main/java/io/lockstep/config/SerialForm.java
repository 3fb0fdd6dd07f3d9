package io.lockstep.config;

import java.io.InvalidObjectException;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What a record with optional components turns into on the wire, because {@link Optional} and its kin are not
 * {@link Serializable}: an optional component travels as an array of no or one element.
 */
final class SerialForm implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Class<? extends Record> type;
    private final Object[] values;

    private SerialForm(Class<? extends Record> type, Object[] values) {
        this.type = type;
        this.values = values;
    }

    static SerialForm of(Record record) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            try {
                values[i] = pack(components[i].getAccessor().invoke(record));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot read " + components[i], e);
            }
        }
        return new SerialForm(record.getClass(), values);
    }

    private Object readResolve() throws ObjectStreamException {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] arguments = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            arguments[i] = unpack(types[i], values[i]);
        }
        try {
            return type.getDeclaredConstructor(types).newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            InvalidObjectException invalid = new InvalidObjectException("no valid " + type.getSimpleName());
            invalid.initCause(e);
            throw invalid;
        }
    }

    private static Object pack(Object value) {
        if (value instanceof Optional<?> optional) {
            return optional.stream().toArray();
        }
        if (value instanceof OptionalInt optional) {
            return optional.stream().boxed().toArray();
        }
        if (value instanceof OptionalDouble optional) {
            return optional.stream().boxed().toArray();
        }
        return value;
    }

    private static Object unpack(Class<?> type, Object value) {
        if (type == Optional.class) {
            return Arrays.stream((Object[]) value).findFirst();
        }
        if (type == OptionalInt.class) {
            return Arrays.stream((Object[]) value).mapToInt(Integer.class::cast).findFirst();
        }
        if (type == OptionalDouble.class) {
            return Arrays.stream((Object[]) value)
                    .mapToDouble(Double.class::cast)
                    .findFirst();
        }
        return value;
    }
}
