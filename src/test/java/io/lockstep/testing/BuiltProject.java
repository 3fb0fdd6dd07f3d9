package io.lockstep.testing;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A copy of the project's scripts and jobs in a folder of their own, which take it for built. */
public final class BuiltProject {
    private static final long MINUTES = 5;

    private final Path folder;

    private BuiltProject(Path folder) {
        this.folder = folder;
    }

    /** What a command printed, on both streams, and its exit code. */
    public record Ended(int code, String printed) {}

    /**
     * Copies them.
     *
     * @param folder does not exist yet
     * @param jar what {@code target/lockstep.jar} is a link to
     * @param classPath what {@code target/classpath} is a link to: the list of Spark's jars
     */
    public static BuiltProject copyTo(Path folder, Path jar, Path classPath) throws IOException {
        Files.createDirectories(folder);
        for (String part : List.of("scripts", "jobs", "conf", ".mvn")) {
            copy(Path.of(part), folder.resolve(part));
        }
        Files.copy(Path.of("pom.xml"), folder.resolve("pom.xml"));
        Files.createDirectories(folder.resolve("src/main"));
        Path target = Files.createDirectories(folder.resolve("target"));
        Files.createSymbolicLink(target.resolve("lockstep.jar"), jar.toAbsolutePath());
        Files.createSymbolicLink(target.resolve("classpath"), classPath.toAbsolutePath());
        // newer than all that the build is made of
        Files.createFile(target.resolve("lockstep.built"));
        return new BuiltProject(folder);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path copy = to.resolve(from.relativize(file));
                if (attributes.isSymbolicLink()) {
                    Files.createSymbolicLink(copy, Files.readSymbolicLink(file));
                } else {
                    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Where it is. */
    public Path folder() {
        return folder;
    }

    /** Runs a command in {@code directory}, with no variables of Spark and Lockstep but {@code environment}. */
    public Ended run(Path directory, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        Path printed = Files.createTempFile(folder, "printed", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("LOCKSTEP_") || name.startsWith("SPARK_"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new AssertionError(
                    "no end after " + MINUTES + " minutes, having printed:\n" + Files.readString(printed));
        }
        return new Ended(process.exitValue(), Files.readString(printed));
    }
}
