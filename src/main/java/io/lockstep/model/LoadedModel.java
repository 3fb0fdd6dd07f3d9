package io.lockstep.model;

import java.util.Optional;

/**
 * A model as it lies in its directory.
 *
 * @param description what {@code model.json} says
 * @param theta θ, of the network's parameter count; not copied, because it may be large
 * @param weightsSha256 SHA-256 of {@code weights.safetensors} in hexadecimal digits
 * @param passedOver why it is the model before the newest one; empty where it is the newest
 */
@SuppressWarnings("ArrayRecordComponent") // a value to take apart, never compared
public record LoadedModel(
        ModelDescription description, float[] theta, String weightsSha256, Optional<String> passedOver) {}
