package io.lockstep.report.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.lockstep.testing.Chromium;
import io.lockstep.testing.Chromium.Scheme;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report as a browser shows it. */
class HtmlReportTest {
    private static final int DESKTOP = 1200;
    private static final int PHONE = 375;
    private static final int HEIGHT = 800;

    private static final List<String> HOSTILE = List.of(
            "</script><script>document.title='hacked'</script>",
            "\"quoted\" 'name' & <img src=x onerror=\"document.title='hacked'\">",
            "שלום עולם",
            "🦊 fox \u2028 line",
            "long".repeat(50),
            "turned \u202E around",
            "{{library}} ${x} $1 \\",
            "<!-- comment",
            "]]>");

    /** How many canvases have a pixel that is drawn on. */
    private static final String DRAWN = "[...document.querySelectorAll('canvas')].filter(canvas => canvas.width > 0 &&"
            + " canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(value => value > 0))"
            + ".length";

    @TempDir
    private static Path folder;

    private static Chromium browser;

    @BeforeAll
    static void start() throws IOException {
        Optional<Path> binary = Chromium.binary();
        if (System.getenv("CI") == null) {
            assumeTrue(binary.isPresent(), "there is no chromium on the PATH: reports go unlooked at");
        }
        browser = new Chromium(binary.orElseThrow(), Files.createDirectory(folder.resolve("profile")));
    }

    @AfterAll
    static void end() {
        if (browser != null) {
            browser.close();
        }
    }

    private static Path open(ModelResults results, int width, Scheme scheme) throws IOException {
        Path file = folder.resolve("report.html");
        Files.write(file, HtmlReport.of(results));
        browser.open(file.toUri(), width, HEIGHT, scheme);
        return file;
    }

    private static ModelResults digits() {
        List<String> classes = IntStream.range(0, 10).mapToObj(String::valueOf).toList();
        return new ModelResults(Reports.classifier("digits", "digit", classes), Reports.classification(classes, 12));
    }

    private static void requireQuiet(Path file) {
        assertThat(browser.troubles()).isEmpty();
        assertThat(browser.requests()).containsExactly(file.toUri().toString());
    }

    private static int number(String expression) {
        return browser.evaluate(expression).asInt();
    }

    private static String text(String expression) {
        return browser.evaluate(expression).asText();
    }

    @Test
    void everyChartIsDrawnWithoutAWordOnTheConsoleAndWithoutTheNetwork() throws IOException {
        Path file = open(digits(), DESKTOP, Scheme.LIGHT);
        // loss, accuracy, learning rate; two of calibration; signal, update, dead units; time
        assertThat(number("document.querySelectorAll('canvas').length")).isEqualTo(9);
        assertThat(number(DRAWN)).isEqualTo(9);
        requireQuiet(file);
    }

    @Test
    void everyKindOfResultIsDrawn() throws IOException {
        List<String> two = List.of("no", "yes");
        List<String> many = IntStream.range(0, 40).mapToObj(i -> "class " + i).toList();
        ModelResults regression = new ModelResults(Reports.regression("houses", "price"), Reports.regression(1));
        for (ModelResults results : List.of(
                new ModelResults(Reports.classifier("binary", "answer", two), Reports.classification(two, 3)),
                new ModelResults(Reports.classifier("many", "kind", many), Reports.classification(many, 2000)),
                regression,
                new ModelResults(regression.description(), JsonNodeFactory.instance.objectNode()))) {
            Path file = open(results, DESKTOP, Scheme.LIGHT);
            int canvases = number("document.querySelectorAll('canvas').length");
            assertThat(number(DRAWN)).as(results.description().name()).isEqualTo(canvases);
            assertThat(canvases > 0).isEqualTo(results.metrics().size() > 0);
            requireQuiet(file);
        }
    }

    @Test
    void theHeadlineAndTheTitleSayWhatItIs() throws IOException {
        open(digits(), DESKTOP, Scheme.LIGHT);
        assertThat(text("document.title")).isEqualTo("digits");
        assertThat(text("document.querySelector('h1').textContent")).isEqualTo("digits");
        assertThat(text("document.querySelector('.headline').textContent"))
                .isEqualTo("digits tells 10 classes of digit apart and gets 97\u00A0% of the 1,000 test rows right"
                        + " (95\u00A0% interval 96 – 98\u00A0%). It is the network after epoch 11 of 12."
                        + " All 12 epochs took 24.0\u00A0s.");
    }

    @Test
    void hostileNamesAreTextAndDoNothing() throws IOException {
        for (int width : new int[] {DESKTOP, PHONE}) {
            String name = String.join(" ", HOSTILE);
            Path file = open(
                    new ModelResults(
                            Reports.classifier(name, HOSTILE.get(0), HOSTILE), Reports.classification(HOSTILE, 3)),
                    width,
                    Scheme.DARK);
            String shown = name.replace("\u2028", "\\u2028").replace("\u202E", "\\u202E");
            assertThat(text("document.title")).isEqualTo(shown.strip());
            assertThat(text("document.querySelector('h1').textContent")).isEqualTo(shown);
            assertThat(
                            text(
                                    "[...document.querySelectorAll('.confusion thead th')].map(th => th.textContent).join(' ')"))
                    .isEqualTo(shown + " right");
            assertThat(number("document.scripts.length")).isEqualTo(3);
            assertThat(number("document.images.length")).isZero();
            assertThat(number("document.documentElement.scrollWidth")).isEqualTo(width);
            requireQuiet(file);
        }
    }

    @Test
    void theSecurityPolicyStopsAScriptThatIsNotTheReports() throws IOException {
        open(digits(), DESKTOP, Scheme.LIGHT);
        browser.evaluate("(() => { const script = document.createElement('script');"
                + " script.textContent = 'document.title = \"hacked\"'; document.body.append(script);"
                + " const image = document.createElement('img'); image.src = 'https://example.org/x.png';"
                + " document.body.append(image); })()");
        assertThat(text("document.title")).isEqualTo("digits");
        assertThat(browser.troubles())
                .hasSizeGreaterThanOrEqualTo(2)
                .allMatch(trouble -> trouble.contains("Content Security"));
    }

    @Test
    void aPhoneShowsItWithoutScrollingSideways() throws IOException {
        for (ModelResults results :
                List.of(digits(), new ModelResults(Reports.regression("houses", "price"), Reports.regression(5)))) {
            open(results, PHONE, Scheme.LIGHT);
            assertThat(number("document.documentElement.scrollWidth")).isEqualTo(PHONE);
            // what is wider than its box can be scrolled in it
            assertThat(number("[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > "
                            + PHONE + " && !e.closest('.scroll')).length"))
                    .isZero();
        }
    }

    @Test
    void darkAndLightHaveColoursOfTheirOwnAndChangeWhileThePageIsOpen() throws IOException {
        String ground = "getComputedStyle(document.body).backgroundColor";
        String text = "getComputedStyle(document.body).color";
        String line = "Chart.getChart(document.querySelector('canvas')).data.datasets[0].borderColor";
        open(digits(), DESKTOP, Scheme.LIGHT);
        assertThat(contrast(text(ground), text(text))).isGreaterThan(7);
        String lightGround = text(ground);
        String lightLine = text(line);
        browser.scheme(Scheme.DARK);
        assertThat(text(ground)).isNotEqualTo(lightGround);
        assertThat(text(line)).isNotEqualTo(lightLine);
        assertThat(contrast(text(ground), text(text))).isGreaterThan(7);
        assertThat(number(DRAWN)).isEqualTo(9);
    }

    /** WCAG 2.1's contrast ratio; 7 is its level AAA for text. */
    private static double contrast(String one, String other) {
        double a = luminance(one);
        double b = luminance(other);
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }

    private static double luminance(String rgb) {
        double[] linear = Stream.of(rgb.replaceAll("[^0-9,]", "").split(",", -1))
                .mapToDouble(part -> Double.parseDouble(part) / 255)
                .map(part -> part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4))
                .toArray();
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    }

    @Test
    void quietTextHasContrastEnough() throws IOException {
        for (Scheme scheme : Scheme.values()) {
            open(digits(), DESKTOP, scheme);
            for (String element : List.of(".reading", ".lead", "small", "nav a", "thead th")) {
                String colour = text("getComputedStyle(document.querySelector('" + element + "')).color");
                String card = text("getComputedStyle(document.querySelector('.card.chart')).backgroundColor");
                // WCAG's level AA for text
                assertThat(contrast(colour, card)).as(element + " " + scheme).isGreaterThan(4.5);
            }
        }
    }

    @Test
    void eachChartHasItsNumbersAsATable() throws IOException {
        open(digits(), DESKTOP, Scheme.LIGHT);
        browser.evaluate("document.querySelectorAll('.chart details').forEach(details => { details.open = true; })");
        // the event that fills a table comes in a task of its own
        browser.evaluate("new Promise(done => setTimeout(done, 0))");
        assertThat(number("document.querySelectorAll('.chart details table').length"))
                .isEqualTo(9);
        assertThat(text("[...document.querySelectorAll('.chart details tbody tr:nth-child(2)')][0].innerText"
                        + ".replaceAll('\\t', ' ')"))
                .isEqualTo("2 0.5 0.55");
        assertThat(number("[...document.querySelectorAll('canvas')].filter(c => c.getAttribute('aria-label')).length"))
                .isEqualTo(9);
    }

    @Test
    void aReportIsSmallWhateverItIsOf() {
        List<String> many = IntStream.range(0, 1000).mapToObj(i -> "class " + i).toList();
        byte[] large = HtmlReport.of(
                new ModelResults(Reports.classifier("many", "kind", many), Reports.classification(many, 20_000)));
        assertThat(large).hasSizeLessThan(1 << 20);
        assertThat(HtmlReport.of(digits())).hasSizeLessThan(300_000);
    }

    @Test
    void theFileNamesNoOtherFile() {
        String page = new String(HtmlReport.of(digits()), StandardCharsets.UTF_8);
        assertThat(page)
                .doesNotContain("sourceMappingURL")
                .doesNotContain("src=")
                .doesNotContain("@import");
        assertThat(page.split("href=", -1).length - 1).isEqualTo(1);
    }
}
