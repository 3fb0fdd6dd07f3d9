package io.lockstep.data;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.Partition;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.executor.DataReadMethod;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.BlockManager;
import org.apache.spark.storage.BlockResult;
import org.apache.spark.storage.RDDBlockId;
import scala.Option;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;

/** The stored rows of a {@link CanonicalRows}, as tasks read them. */
sealed interface StoredPartitions extends Serializable {

    /** What a task must be sent to read these partitions; all of them in each task would be a message of thousands. */
    Map<Integer, Partition> parents(List<Integer> partitions);

    /** The rows of a partition, with the {@link #parents} that the task was sent. */
    Opened open(int partition, Map<Integer, Partition> parents, TaskContext context);

    /** A partition that is being read; {@code leave} ends that before its end. */
    record Opened(Iterator<PackedRows> rows, Runnable leave) {}

    /** The rows with their lineage: Spark rebuilds what it lost. */
    final class OfLineage implements StoredPartitions {
        private static final long serialVersionUID = 1L;

        private final RDD<PackedRows> packed;

        OfLineage(RDD<PackedRows> packed) {
            this.packed = packed;
        }

        @Override
        public Map<Integer, Partition> parents(List<Integer> partitions) {
            Map<Integer, Partition> parents = new HashMap<>();
            for (int partition : partitions) {
                parents.put(partition, packed.partitions()[partition]);
            }
            return parents;
        }

        @Override
        public Opened open(int partition, Map<Integer, Partition> parents, TaskContext context) {
            Partition parent = parents.get(partition);
            if (parent == null) {
                throw new IllegalStateException("partition " + partition + " was not sent to this task");
            }
            // such a task is short, and its end gives the block free
            return new Opened(packed.iterator(parent, context), () -> {});
        }
    }

    /** The rows as Spark's block store has them, for any task: no lineage is sent, and what is lost stays lost. */
    final class OfBlockStore implements StoredPartitions {
        private static final long serialVersionUID = 1L;

        private final int packedId;

        OfBlockStore(RDD<PackedRows> packed) {
            this.packedId = packed.id();
        }

        @Override
        public Map<Integer, Partition> parents(List<Integer> partitions) {
            return Map.of();
        }

        @Override
        public Opened open(int partition, Map<Integer, Partition> parents, TaskContext context) {
            BlockManager blocks = SparkEnv.get().blockManager();
            RDDBlockId id = new RDDBlockId(packedId, partition);
            Option<BlockResult> block = blocks.get(id, ClassTag$.MODULE$.apply(PackedRows.class));
            if (block.isEmpty()) {
                throw new IllegalStateException("Spark has lost the stored rows of partition " + partition);
            }
            // only a block of this executor is locked, until it is read to its end or given free: a task of a barrier
            // stage would keep it in memory for an epoch
            boolean locked = !block.get().readMethod().equals(DataReadMethod.Network());
            return new Opened(block.get().data().map(new Cast()), () -> {
                if (locked) {
                    blocks.releaseLock(id, Option.apply(context));
                }
            });
        }
    }

    /** The block store does not know what it holds. */
    final class Cast extends AbstractFunction1<Object, PackedRows> {
        @Override
        public PackedRows apply(Object rows) {
            return (PackedRows) rows;
        }
    }
}
