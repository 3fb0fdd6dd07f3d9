package io.lockstep.data;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.NoSuchElementException;
import org.apache.spark.serializer.DeserializationStream;
import org.apache.spark.serializer.SerializationStream;
import org.apache.spark.serializer.Serializer;
import org.apache.spark.serializer.SerializerInstance;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;

/**
 * How chunks of rows go through the shuffle: partition, length, bytes. Java's serialization keeps the last hundred objects
 * of each open stream in memory, which with a stream for each partition is all that a map task puts out; and what it writes
 * cannot be moved, so that Spark would collect chunks on the heap instead of in pages that it counts and spills.
 */
final class ChunkSerializer extends Serializer implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public SerializerInstance newInstance() {
        return new Instance();
    }

    @Override
    public boolean supportsRelocationOfSerializedObjects() {
        return true;
    }

    /** Of streams alone: a shuffle serializes nothing else. */
    private static final class Instance extends SerializerInstance {
        @Override
        public SerializationStream serializeStream(OutputStream out) {
            return new Writer(new DataOutputStream(out));
        }

        @Override
        public DeserializationStream deserializeStream(InputStream in) {
            return new Reader(new DataInputStream(in));
        }

        @Override
        public <T> ByteBuffer serialize(T object, ClassTag<T> tag) {
            throw new UnsupportedOperationException("chunks are written to streams");
        }

        @Override
        public <T> T deserialize(ByteBuffer bytes, ClassTag<T> tag) {
            throw new UnsupportedOperationException("chunks are read from streams");
        }

        @Override
        public <T> T deserialize(ByteBuffer bytes, ClassLoader loader, ClassTag<T> tag) {
            throw new UnsupportedOperationException("chunks are read from streams");
        }
    }

    private static final class Writer extends SerializationStream {
        private final DataOutputStream out;

        Writer(DataOutputStream out) {
            this.out = out;
        }

        @Override
        public <T> SerializationStream writeObject(T object, ClassTag<T> tag) {
            Unchecked.run(() -> write(object));
            return this;
        }

        private void write(Object object) throws IOException {
            if (object instanceof Integer partition) {
                out.writeInt(partition);
            } else {
                byte[] chunk = (byte[]) object;
                out.writeInt(chunk.length);
                out.write(chunk);
            }
        }

        @Override
        public void flush() {
            Unchecked.run(out::flush);
        }

        @Override
        public void close() {
            Unchecked.run(out::close);
        }
    }

    private static final class Reader extends DeserializationStream {
        private final DataInputStream in;

        Reader(DataInputStream in) {
            this.in = in;
        }

        @Override
        public Iterator<Tuple2<Object, Object>> asKeyValueIterator() {
            return CollectionConverters.asScala(new Chunks(in));
        }

        @Override
        public <T> T readObject(ClassTag<T> tag) {
            throw new UnsupportedOperationException("chunks come with their partition");
        }

        @Override
        public void close() {
            Unchecked.run(in::close);
        }
    }

    /** The chunks of a stream, which it closes at its end. */
    private static final class Chunks implements java.util.Iterator<Tuple2<Object, Object>> {
        private final DataInputStream in;
        private boolean ended;
        private Tuple2<Object, Object> next;

        Chunks(DataInputStream in) {
            this.in = in;
        }

        @Override
        public boolean hasNext() {
            if (next == null && !ended) {
                next = Unchecked.read(this::readNext);
            }
            return next != null;
        }

        @Override
        public Tuple2<Object, Object> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Tuple2<Object, Object> taken = next;
            next = null;
            return taken;
        }

        private Tuple2<Object, Object> readNext() throws IOException {
            byte[] partition = in.readNBytes(Integer.BYTES);
            if (partition.length == 0) {
                ended = true;
                in.close();
                return null;
            }
            byte[] chunk = new byte[in.readInt()];
            in.readFully(chunk);
            return new Tuple2<>(ByteBuffer.wrap(partition).getInt(), chunk);
        }
    }
}
