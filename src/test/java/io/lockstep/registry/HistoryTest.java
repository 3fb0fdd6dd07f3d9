package io.lockstep.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.error.DataException;
import io.lockstep.registry.History.Event;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistoryTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    @Test
    void itsFirstWordIsTheChampionAndItReadsWhatItWrote() {
        History history = History.EMPTY
                .with(new Version(3), NOON, Event.RETRAIN)
                .with(new Version(7), NOON.plusSeconds(60), Event.PROMOTE);
        assertThat(history.text())
                .isEqualTo("000007 2026-11-22T12:01:00Z promote\n000003 2026-11-22T12:00:00Z retrain\n");
        assertThat(History.parse(history.text(), "CURRENT")).isEqualTo(history);
        assertThat(history.champion()).hasValue(new Version(7));
        assertThat(history.before()).hasValue(new Version(3));
        assertThat(History.EMPTY.champion()).isEmpty();
        assertThat(History.EMPTY.before()).isEmpty();
    }

    /** Against a stack that a person keeps. */
    @Test
    void rollbacksTakeBackOneChangeEachInAnyOrder() {
        Random random = new Random(5);
        for (int run = 0; run < 200; run++) {
            History history = History.EMPTY;
            List<Version> stack = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                if (stack.size() > 1 && random.nextInt(3) == 0) {
                    stack.remove(stack.size() - 1);
                    Version back = stack.get(stack.size() - 1);
                    assertThat(history.before()).hasValue(back);
                    history = history.with(back, NOON, Event.ROLLBACK);
                } else {
                    // one that is not in the stack: versions are promoted again only after they were taken back
                    Version next = new Version(1 + random.nextInt(1000));
                    if (stack.contains(next)) {
                        continue;
                    }
                    stack.add(next);
                    history = history.with(next, NOON, Event.RETRAIN);
                }
                assertThat(history.champion()).hasValue(stack.get(stack.size() - 1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "7",
                "000007 yesterday retrain",
                "000007 2026-11-22T12:00:00Z stolen",
                "000000 2026-11-22T12:00:00Z retrain",
                "000007 2026-11-22T12:00:00Z retrain\nx"
            })
    void whatIsNoHistoryIsRefused(String text) {
        assertThatThrownBy(() -> History.parse(text, "r/CURRENT"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("r/CURRENT: expected lines such as");
    }
}
