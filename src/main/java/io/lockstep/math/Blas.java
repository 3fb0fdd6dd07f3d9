package io.lockstep.math;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import dev.ludovic.netlib.blas.NativeBLAS;
import java.io.File;
import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * The matrix products of this JVM: OpenBLAS out of Lockstep's own dependencies, single-threaded because each Spark task
 * has its core; netlib's Java code where no native library loads. Matrices are column-major in flat arrays.
 */
public final class Blas {
    private static final Logger LOGGER = Logger.getLogger(Blas.class.getName());
    private static final String LIBRARY_PATH = "dev.ludovic.netlib.blas.nativeLibPath";

    /** Loaded at the first use, once per JVM. */
    private static final class Holder {
        static final BLAS INSTANCE;
        static final String DESCRIPTION;

        static {
            BLAS blas;
            String description;
            try {
                blas = openBlas();
                description = openblas_nolapack.OPENBLAS_VERSION.trim();
            } catch (LinkageError | RuntimeException | IOException e) {
                LOGGER.log(
                        Level.WARNING,
                        "No native BLAS for this machine ({0}): matrix products run in Java, several times slower.",
                        String.valueOf(e.getMessage()));
                blas = JavaBLAS.getInstance();
                description = "netlib " + blas.getClass().getSimpleName();
            }
            INSTANCE = blas;
            DESCRIPTION = description;
        }

        private Holder() {}
    }

    private Blas() {}

    /**
     * Binds netlib's JNI code to the OpenBLAS that JavaCPP extracts. The jar holds two copies of OpenBLAS, and
     * {@code blas_set_num_threads} reaches only the one without LAPACK; so that is the one to bind.
     */
    private static BLAS openBlas() throws IOException {
        File jni = new File(Loader.load(openblas_nolapack.class));
        File library = new File(jni.getParentFile(), "libopenblas_nolapack.so.0");
        if (!library.exists()) {
            throw new IOException("no " + library);
        }
        openblas_nolapack.blas_set_num_threads(1);
        System.setProperty(LIBRARY_PATH, library.getPath());
        return NativeBLAS.getInstance();
    }

    /** Which library computes, for the lineage of a model: two builds may differ in the last bit. */
    public static String description() {
        return Holder.DESCRIPTION;
    }

    /**
     * C ← alpha·op(A)·op(B) + beta·C with op(A) (rows, inner), op(B) (inner, columns), C (rows, columns); op is the
     * transpose for {@code "T"} and nothing for {@code "N"}; ld* is the distance of two columns in memory.
     */
    public static void sgemm(
            String transposeA,
            String transposeB,
            int rows,
            int columns,
            int inner,
            float alpha,
            float[] a,
            int aOffset,
            int lda,
            float[] b,
            int bOffset,
            int ldb,
            float beta,
            float[] c,
            int cOffset,
            int ldc) {
        Holder.INSTANCE.sgemm(
                transposeA,
                transposeB,
                rows,
                columns,
                inner,
                alpha,
                a,
                aOffset,
                lda,
                b,
                bOffset,
                ldb,
                beta,
                c,
                cOffset,
                ldc);
    }

    /** y ← A·x + y with A (rows, columns) without gaps, x (columns), y (rows) from {@code yOffset} on. */
    public static void sgemv(int rows, int columns, float[] a, float[] x, float[] y, int yOffset) {
        sgemv(rows, columns, a, 0, x, y, yOffset);
    }

    /** {@link #sgemv(int, int, float[], float[], float[], int)} with an A that begins at {@code aOffset}. */
    public static void sgemv(int rows, int columns, float[] a, int aOffset, float[] x, float[] y, int yOffset) {
        Holder.INSTANCE.sgemv("N", rows, columns, 1f, a, aOffset, rows, x, 0, 1, 1f, y, yOffset, 1);
    }
}
