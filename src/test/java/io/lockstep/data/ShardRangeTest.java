package io.lockstep.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.config.ConfigReader;
import io.lockstep.config.LockstepConfig;
import io.lockstep.error.ConfigException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** More rows than any machine of the tests has, planned only. */
class ShardRangeTest {
    private static LockstepConfig config(String... overrides) {
        return ConfigReader.read(
                "task: regression\nnetwork: []\ndata: { train: t.parquet, label: y }\n",
                "test.yaml",
                List.of(overrides));
    }

    @Test
    void moreRowsThanTheShardsCanHaveAreRefusedWithANumberOfShardsThatCan() {
        // 2³¹ − 1 rows in each of two shards
        LockstepConfig two = config("shards=2", "training.batch_size=512");
        assertThatCode(() -> ShardRange.requireFew(4_294_967_294L, two)).doesNotThrowAnyException();
        assertThatThrownBy(() -> ShardRange.requireFew(4_294_967_295L, two))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "shards: 4,294,967,295 training rows in 2 shards are more than the 2,147,483,647 that a shard"
                                + " can have. Set shards: 4.");
    }

    @ParameterizedTest
    @CsvSource({"3000000000, 1", "4294967294, 1", "4294967295, 1", "8589934589, 2", "90000000000, 2", "90000000000, 32"
    })
    void theSuggestedShardsAreTheFewestThatHoldTheRows(long rows, int shards) {
        LockstepConfig config = config("shards=" + shards);
        assertThatThrownBy(() -> ShardRange.requireFew(rows, config))
                .hasMessageMatching("(?s).* Set shards: \\d+\\.")
                .satisfies(refused -> {
                    String words = refused.getMessage();
                    int enough = Integer.parseInt(words.substring(words.lastIndexOf(' ') + 1, words.length() - 1));
                    assertThat(enough).isGreaterThan(shards);
                    assertThatCode(() -> ShardRange.requireFew(rows, config("shards=" + enough)))
                            .doesNotThrowAnyException();
                    assertThatThrownBy(() -> ShardRange.requireFew(rows, config("shards=" + enough / 2)))
                            .isInstanceOf(ConfigException.class);
                    long cut = 0;
                    for (int shard = 0; shard < enough; shard++) {
                        cut += ShardRange.of(shard, enough, rows).rows();
                    }
                    assertThat(cut).isEqualTo(rows);
                });
    }

    @Test
    void moreStepsThanCanBeCountedAreRefused() {
        LockstepConfig single = config("shards=1024", "training.batch_size=1");
        assertThatCode(() -> ShardRange.requireFew(2_147_483_647L, single)).doesNotThrowAnyException();
        assertThatThrownBy(() -> ShardRange.requireFew(5_000_000_000L, single))
                .isInstanceOf(ConfigException.class)
                .hasMessage("training.batch_size: 5,000,000,000 training rows in mini-batches of 1 make more than the"
                        + " 2,147,483,647 steps that an epoch can have. Set training.batch_size: 3 or more.");
        assertThatCode(() -> ShardRange.requireFew(5_000_000_000L, config("shards=1024", "training.batch_size=3")))
                .doesNotThrowAnyException();
        assertThatCode(() -> ShardRange.requireFew(5_000_000_000L, config("shards=1024", "training.batch_size=full")))
                .doesNotThrowAnyException();
    }
}
