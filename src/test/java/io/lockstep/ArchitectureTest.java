package io.lockstep;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may import whom: the package map of ARCHITECTURE.md, held by a test. */
class ArchitectureTest {
    /** From the top down; arrows go down only, over as many packages as they like. */
    private static final List<String> DOWNWARDS = List.of(
            "job",
            "registry",
            "report",
            "eval",
            "train",
            "data",
            "model",
            "config",
            "optim",
            "augment",
            "nn",
            "math",
            "error");

    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.lockstep");

    @Test
    void packagesImportOnlyWhatIsBelowThem() {
        var architecture = layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (String name : DOWNWARDS) {
            architecture = architecture.layer(name).definedBy("io.lockstep." + name + "..");
        }
        for (int i = 0; i < DOWNWARDS.size(); i++) {
            String[] below = DOWNWARDS.subList(i + 1, DOWNWARDS.size()).toArray(String[]::new);
            architecture = below.length == 0
                    ? architecture.whereLayer(DOWNWARDS.get(i)).mayNotAccessAnyLayer()
                    : architecture.whereLayer(DOWNWARDS.get(i)).mayOnlyAccessLayers(below);
        }
        architecture.check(PRODUCT);
    }

    @Test
    void everyPackageHasItsPlaceInTheMap() {
        classes()
                .should()
                .resideInAnyPackage(DOWNWARDS.stream()
                        .map(name -> "io.lockstep." + name + "..")
                        .toArray(String[]::new))
                .check(PRODUCT);
    }

    @Test
    void theEngineKnowsNothingOfSparkScalaHadoopOrFiles() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.lockstep.math..", "io.lockstep.nn..", "io.lockstep.augment..", "io.lockstep.optim..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.spark..", "org.apache.hadoop..", "scala..", "com.fasterxml..", "java.nio.file..")
                .check(PRODUCT);
    }

    @Test
    void configAndModelKnowNothingOfSpark() {
        noClasses()
                .that()
                .resideInAnyPackage("io.lockstep.config..", "io.lockstep.model..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.spark..", "scala..")
                .check(PRODUCT);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.lockstep.(*)..").should().beFreeOfCycles().check(PRODUCT);
    }

    /**
     * What is read from a model, a checkpoint or a data file is never an object of Java's serialization. The one exception
     * is what an executor hands its driver, over Spark's own authenticated RPC.
     */
    @Test
    void nothingThatIsReadFromAFileIsDeserialized() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.lockstep.train.StrideOutcome")
                .should()
                .callConstructor(ObjectInputStream.class, InputStream.class)
                .orShould()
                .callMethod(ObjectInputStream.class, "readObject")
                .orShould()
                .callMethod(ObjectInputStream.class, "readUnshared")
                .orShould()
                .beAssignableTo(ObjectInputStream.class)
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("org\\.apache\\.commons\\.lang3?\\.SerializationUtils|java\\.beans\\.XMLDecoder"
                        + "|org\\.yaml\\.snakeyaml\\.Yaml|.*\\.PolymorphicTypeValidator")
                .check(PRODUCT);
    }
}
