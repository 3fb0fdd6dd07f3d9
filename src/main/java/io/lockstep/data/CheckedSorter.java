package io.lockstep.data;

import io.lockstep.error.DataException;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.Function2;
import scala.Tuple2;

/**
 * Sorts a partition's rows. Spark does so again, whenever it likes, where it has lost them; they come from the files once
 * more then, which may be others, so they are held against what was stored first.
 */
final class CheckedSorter implements Function2<Integer, Iterator<Tuple2<Integer, byte[]>>, Iterator<PackedRows>> {
    private static final long serialVersionUID = 1L;

    private final RowLayout layout;
    private final RowSorter sorter;
    /** By partition; empty until they are stored. Each job takes along what is known when it begins. */
    private volatile List<PartitionSum> stored = List.of();

    CheckedSorter(RowLayout layout) {
        this.layout = layout;
        this.sorter = new RowSorter(layout);
    }

    /** From now on rows must be these. */
    void expect(List<PartitionSum> partitions) {
        stored = List.copyOf(partitions);
    }

    @Override
    public Iterator<PackedRows> call(Integer partition, Iterator<Tuple2<Integer, byte[]>> chunks) {
        Iterator<PackedRows> blocks = sorter.call(chunks);
        return stored.isEmpty() ? blocks : new Checked(blocks, stored.get(partition));
    }

    private final class Checked implements Iterator<PackedRows> {
        private final Iterator<PackedRows> blocks;
        private final PartitionSum expected;
        private PartitionSum sum = PartitionSum.NOTHING;

        Checked(Iterator<PackedRows> blocks, PartitionSum expected) {
            this.blocks = blocks;
            this.expected = expected;
        }

        @Override
        public boolean hasNext() {
            boolean more = blocks.hasNext();
            if (!more && !sum.equals(expected)) {
                throw new DataException("rows that were lost with an executor were read again, and are not what they"
                        + " were: a file has changed since the training began. Start the training again on the data as"
                        + " they are now, and do not write to files while they are trained on.");
            }
            return more;
        }

        @Override
        public PackedRows next() {
            PackedRows block = blocks.next();
            sum = sum.plus(block, layout);
            return block;
        }
    }
}
