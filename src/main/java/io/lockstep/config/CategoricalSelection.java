package io.lockstep.config;

import java.io.Serializable;
import java.util.List;

/** Which feature columns are categories and become one-hot columns. */
public sealed interface CategoricalSelection extends Serializable {

    /** The columns of strings. */
    record Auto() implements CategoricalSelection {}

    /** These columns, whatever their type; none if empty. */
    record Named(List<String> names) implements CategoricalSelection {
        public Named {
            names = List.copyOf(names);
        }
    }
}
