package io.lockstep.train;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** Several listeners of a training, told in their order. */
record Listeners(List<TrainingListener> listeners) implements TrainingListener {
    Listeners {
        listeners = List.copyOf(listeners);
    }

    private void tell(Consumer<TrainingListener> news) {
        listeners.forEach(news);
    }

    @Override
    public void began(Instant first, long steps) {
        tell(each -> each.began(first, steps));
    }

    @Override
    public void started(Plan plan) {
        tell(each -> each.started(plan));
    }

    @Override
    public void resumed(int epochs, int steps, long examples) {
        tell(each -> each.resumed(epochs, steps, examples));
    }

    @Override
    public void checkpointFailed(String trouble) {
        tell(each -> each.checkpointFailed(trouble));
    }

    @Override
    public void stepTaken(Step step) {
        tell(each -> each.stepTaken(step));
    }

    @Override
    public void restarted(int epoch, int step, String reason) {
        tell(each -> each.restarted(epoch, step, reason));
    }

    @Override
    public void warned(HealthWarning warning) {
        tell(each -> each.warned(warning));
    }

    @Override
    public void epochEnded(EpochRecord epoch) {
        tell(each -> each.epochEnded(epoch));
    }

    @Override
    public void lookedInto(Look look) {
        tell(each -> each.lookedInto(look));
    }

    @Override
    public void ended(TrainingResult result) {
        tell(each -> each.ended(result));
    }
}
