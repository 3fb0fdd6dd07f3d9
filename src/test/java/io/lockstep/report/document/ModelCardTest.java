package io.lockstep.report.document;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.CustomNode;
import org.commonmark.node.Heading;
import org.commonmark.node.Node;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.commonmark.renderer.text.TextContentRenderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The card as a Markdown parser of others reads it. */
class ModelCardTest {
    private static final Parser PARSER =
            Parser.builder().extensions(List.of(TablesExtension.create())).build();
    private static final TextContentRenderer TEXT = TextContentRenderer.builder()
            .extensions(List.of(TablesExtension.create()))
            .build();
    private static final HtmlRenderer HTML =
            HtmlRenderer.builder().extensions(List.of(TablesExtension.create())).build();

    private static String card(ModelResults results) {
        return new String(ModelCard.of(results), StandardCharsets.UTF_8);
    }

    private static ModelResults digits() {
        List<String> classes = List.of("one", "two", "three");
        return new ModelResults(Reports.classifier("digits", "digit", classes), Reports.classification(classes, 12));
    }

    private static List<String> headings(String card) {
        List<String> headings = new ArrayList<>();
        PARSER.parse(card).accept(new AbstractVisitor() {
            @Override
            public void visit(Heading heading) {
                headings.add(TEXT.render(heading));
            }
        });
        return headings;
    }

    private static List<String> cells(String card) {
        List<String> cells = new ArrayList<>();
        PARSER.parse(card).accept(new AbstractVisitor() {
            @Override
            public void visit(CustomNode node) {
                if (node instanceof TableCell) {
                    StringBuilder text = new StringBuilder();
                    for (Node child = node.getFirstChild(); child != null; child = child.getNext()) {
                        text.append(TEXT.render(child));
                    }
                    cells.add(text.toString());
                }
                visitChildren(node);
            }
        });
        return cells;
    }

    @Test
    void itHasTheSectionsOfMitchellAndOthers() {
        assertThat(headings(card(digits())))
                .containsExactly(
                        "Model card: digits",
                        "Model details",
                        "Intended use",
                        "Training data",
                        "Evaluation data",
                        "Metrics",
                        "Factors",
                        "Caveats and recommendations",
                        "Ethical considerations",
                        "How to reproduce");
    }

    @Test
    void metricsStandWithTheirIntervalsBySetClassAndSlice() {
        assertThat(cells(card(digits())))
                .containsSubsequence("Metric", "Train", "Dev", "Test")
                .containsSubsequence(
                        "Accuracy",
                        "99\u00A0% (98 – 100\u00A0%)",
                        "98\u00A0% (97 – 99\u00A0%)",
                        "97\u00A0% (96 – 98\u00A0%)")
                .containsSubsequence("two", "100", "90\u00A0%", "80\u00A0%")
                .containsSubsequence("Bonn", "30", "80\u00A0%");
    }

    @Test
    void whatTheConfigSaysStandsThereAndWhatItDoesNotIsNamed() {
        Map<String, Object> lineage = new LinkedHashMap<>(digits().description().lineage());
        lineage.put(
                "config",
                Map.of(
                        "output",
                        "models/my digits",
                        "card",
                        Map.of("intended_use", "Sorting mail.\n\n- by hand\n- by machine", "limits", "Ink only.")));
        String card = card(new ModelResults(Reports.with(digits().description(), lineage), digits().metrics()));
        assertThat(HTML.render(PARSER.parse(card)))
                .contains(
                        "<h2>Intended use</h2>\n<p>Sorting mail.</p>\n<ul>\n<li>by hand</li>\n<li>by machine</li>\n</ul>")
                .contains("<p>Ink only.</p>")
                .contains("<li>License: not stated</li>")
                .contains("<p>It overfits.</p>")
                .contains("<li>More data</li>")
                .contains("half of layer 1 is dead")
                .contains(
                        "scripts/lockstep train 'models/my digits/config.yaml' --set 'output=models/my digits-again'");
        assertThat(card(digits())).contains("Not stated: the config's card.intended\\_use says what the model is for.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "</script><script>alert(1)</script>",
                "a | b",
                "**bold** _it_ `code` ~~gone~~",
                "[link](https://example.org) ![image](x.png)",
                "# heading",
                "1. first",
                "12) second",
                "- item",
                "+ item",
                "=== rule",
                "> quote",
                "&lt; &amp; <!-- -->",
                "back\\slash \\| \\",
                "$x^2$",
                "שלום",
                "🦊"
            })
    void namesAreTextWhateverIsInThem(String name) {
        List<String> classes = List.of(name, "other", "third");
        ModelResults results =
                new ModelResults(Reports.classifier(name, name, classes), Reports.classification(classes, 3));
        String card = card(results);
        assertThat(headings(card)).first().isEqualTo("Model card: " + name);
        assertThat(headings(card)).hasSize(10);
        assertThat(cells(card)).contains(name);
        String html = HTML.render(PARSER.parse(card))
                .replaceAll("<(/?)(h1|h2|p|li|ul|ol|table|thead|tbody|tr|td|th)\\b[^>]*>", "");
        // what is left of elements is the one block of code
        assertThat(html.replaceFirst("<pre><code class=\"language-sh\">", "").replaceFirst("</code></pre>", ""))
                .doesNotContain("<");
    }

    @Test
    void controlCharactersAndTurnedTextAreShownByTheirCode() {
        List<String> classes = List.of("a\nb", "\u202Ec", "d\u0007");
        assertThat(cells(card(
                        new ModelResults(Reports.classifier("n", "l", classes), Reports.classification(classes, 3)))))
                .contains("a\\u000Ab", "\\u202Ec", "d\\u0007");
    }

    @Test
    void aModelOfWhichNothingIsKnownHasACardAsWell() {
        String card =
                card(new ModelResults(Reports.regression("houses", "price"), JsonNodeFactory.instance.objectNode()));
        assertThat(headings(card)).hasSize(10);
        assertThat(card(new ModelResults(Reports.regression("houses", "price"), Reports.regression(3))))
                .contains("(in units of price)", "21,333", "0.8730");
    }
}
