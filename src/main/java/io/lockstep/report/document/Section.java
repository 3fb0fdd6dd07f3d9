package io.lockstep.report.document;

import java.util.List;

/**
 * A section of a report.
 *
 * @param id of its heading, for links within the page: letters and hyphens
 * @param lead what it is about, a sentence or two; may be empty
 */
record Section(String id, String title, String lead, List<Block> blocks) {
    Section {
        blocks = List.copyOf(blocks);
    }
}
