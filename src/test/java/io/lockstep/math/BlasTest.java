package io.lockstep.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class BlasTest {

    /** A product with everything about its arrays; made anew for each offset, with the same numbers. */
    private record Product(
            String transposeA, String transposeB, int rows, int columns, int inner, float alpha, float beta) {

        private int heightOfA() {
            return transposeA.equals("N") ? rows : inner;
        }

        private int heightOfB() {
            return transposeB.equals("N") ? inner : columns;
        }

        /** C with its surroundings, for matrices whose columns lie {@code padding} further apart than need be. */
        private float[] run(int aOffset, int bOffset, int cOffset, int padding) {
            int lda = heightOfA() + padding;
            int ldb = heightOfB() + padding;
            int ldc = rows + padding;
            float[] a = matrix(1, aOffset, lda, heightOfA(), rows * inner / heightOfA());
            float[] b = matrix(2, bOffset, ldb, heightOfB(), columns * inner / heightOfB());
            float[] c = matrix(3, cOffset, ldc, rows, columns);
            Blas.sgemm(
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
            return c;
        }

        private float[] runPlain(int aOffset, int bOffset, int cOffset) {
            float[] c = run(aOffset, bOffset, cOffset, 0);
            float[] bare = new float[rows * columns];
            System.arraycopy(c, cOffset, bare, 0, bare.length);
            return bare;
        }

        /** alpha·op(A)·op(B) + beta·C, or, of everything in it, the magnitudes. */
        private double[] naive(DoubleUnaryOperator of) {
            float[] a = matrix(1, 0, heightOfA(), heightOfA(), rows * inner / heightOfA());
            float[] b = matrix(2, 0, heightOfB(), heightOfB(), columns * inner / heightOfB());
            float[] c = matrix(3, 0, rows, rows, columns);
            double[] result = new double[rows * columns];
            for (int j = 0; j < columns; j++) {
                for (int i = 0; i < rows; i++) {
                    double sum = of.applyAsDouble((double) beta * c[j * rows + i]);
                    for (int k = 0; k < inner; k++) {
                        double left = transposeA.equals("N") ? a[k * rows + i] : a[i * inner + k];
                        double right = transposeB.equals("N") ? b[j * inner + k] : b[k * columns + j];
                        sum += of.applyAsDouble(alpha * left * right);
                    }
                    result[j * rows + i] = sum;
                }
            }
            return result;
        }
    }

    /** Seeded numbers; what is not of the matrix is NaN, which would show if it were read. */
    private static float[] matrix(int seed, int offset, int ld, int height, int width) {
        Random random = new Random(seed);
        float[] values = new float[offset + ld * width + 3];
        Arrays.fill(values, Float.NaN);
        for (int j = 0; j < width; j++) {
            for (int i = 0; i < height; i++) {
                values[offset + j * ld + i] = (float) random.nextGaussian();
            }
        }
        return values;
    }

    static List<Product> products() {
        int[][] shapes = {
            {1, 1, 1},
            {1, 1, 37},
            {1, 17, 5},
            {17, 1, 5},
            {17, 9, 1},
            {1, 64, 33},
            {300, 1, 785},
            {3, 5, 7},
            {13, 11, 257},
            {33, 65, 31},
            {100, 129, 63},
            {10, 256, 100}
        };
        List<Product> products = new ArrayList<>();
        for (int[] shape : shapes) {
            for (String a : new String[] {"N", "T"}) {
                for (String b : new String[] {"N", "T"}) {
                    products.add(new Product(a, b, shape[0], shape[1], shape[2], 1f, 1f));
                    products.add(new Product(a, b, shape[0], shape[1], shape[2], -0.5f, 0f));
                    products.add(new Product(a, b, shape[0], shape[1], shape[2], 2f, 0.25f));
                }
            }
        }
        return products;
    }

    @ParameterizedTest
    @MethodSource("products")
    void aProductEqualsTheTripleLoop(Product product) {
        int offset = 5;
        int padding = 3;
        float[] c = product.run(2, 7, offset, padding);
        int ldc = product.rows() + padding;
        double[] expected = product.naive(DoubleUnaryOperator.identity());
        double[] magnitudes = product.naive(Math::abs);
        for (int j = 0; j < product.columns(); j++) {
            for (int i = 0; i < product.rows(); i++) {
                int element = j * product.rows() + i;
                // the error of a float sum of k terms is at most about k·2⁻²⁴ of their magnitudes
                double tolerance = (product.inner() + 3) * 0x1.0p-24 * magnitudes[element];
                assertThat(Math.abs(c[offset + j * ldc + i] - expected[element]))
                        .as("(%d, %d)", i, j)
                        .isLessThanOrEqualTo(tolerance);
            }
        }
        for (int j = 0; j < product.columns(); j++) {
            for (int i = product.rows(); i < ldc; i++) {
                assertThat(c[offset + j * ldc + i]).as("between the columns").isNaN();
            }
        }
    }

    @Test
    void betaZeroOverwritesWhateverWasThere() {
        float[] c = {Float.NaN, Float.POSITIVE_INFINITY};
        Blas.sgemm("N", "N", 2, 1, 1, 1f, new float[] {2, 3}, 0, 2, new float[] {5}, 0, 1, 0f, c, 0, 2);
        assertThat(c).containsExactly(10f, 15f);
    }

    @ParameterizedTest
    @MethodSource("products")
    void theBitsDependNeitherOnRepetitionNorOnWhereTheArraysLie(Product product) {
        float[] once = product.runPlain(0, 0, 0);
        assertThat(bits(product.runPlain(0, 0, 0))).isEqualTo(bits(once));
        for (int offset = 1; offset <= 16; offset++) {
            assertThat(bits(product.runPlain(offset, 0, 0)))
                    .as("A at %d", offset)
                    .isEqualTo(bits(once));
            assertThat(bits(product.runPlain(0, offset, 0)))
                    .as("B at %d", offset)
                    .isEqualTo(bits(once));
            assertThat(bits(product.runPlain(0, 0, offset)))
                    .as("C at %d", offset)
                    .isEqualTo(bits(once));
            assertThat(bits(product.runPlain(offset, 3 * offset, 7 * offset)))
                    .as("all moved by %d", offset)
                    .isEqualTo(bits(once));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 37", "10, 256", "17, 9", "100, 1", "300, 255", "2049, 5", "5000, 3"})
    void aMatrixTimesAVectorIsAddedWhereverTheResultLies(int rows, int columns) {
        float[] a = matrix(4, 0, rows, rows, columns);
        float[] x = matrix(5, 0, columns, columns, 1);
        float[] once = timesVector(rows, columns, a, x, 0);
        for (int i = 0; i < rows; i++) {
            double sum = i;
            double magnitude = i;
            for (int j = 0; j < columns; j++) {
                sum += (double) a[j * rows + i] * x[j];
                magnitude += Math.abs((double) a[j * rows + i] * x[j]);
            }
            // the error of a float sum of k terms is at most about k·2⁻²⁴ of their magnitudes
            assertThat(Math.abs(once[i] - sum))
                    .as("row %d", i)
                    .isLessThanOrEqualTo((columns + 3) * 0x1.0p-24 * magnitude);
        }
        for (int offset = 1; offset <= 16; offset++) {
            assertThat(bits(timesVector(rows, columns, a, x, offset)))
                    .as("y at %d", offset)
                    .isEqualTo(bits(once));
        }
    }

    /** A·x + (0, 1, 2, …), with the elements before and behind left alone. */
    private static float[] timesVector(int rows, int columns, float[] a, float[] x, int offset) {
        float[] y = new float[offset + rows + 1];
        Arrays.fill(y, -7f);
        for (int i = 0; i < rows; i++) {
            y[offset + i] = i;
        }
        Blas.sgemv(rows, columns, a, x, y, offset);
        assertThat(y[offset + rows]).isEqualTo(-7f);
        for (int i = 0; i < offset; i++) {
            assertThat(y[i]).isEqualTo(-7f);
        }
        return Arrays.copyOfRange(y, offset, offset + rows);
    }

    @Test
    void twoThreadsAtOnceGetTheBitsOfOne() throws Exception {
        List<Product> products = products();
        List<int[]> alone = products.stream()
                .map(product -> bits(product.runPlain(0, 0, 0)))
                .toList();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> futures = new ArrayList<>();
            for (int thread = 0; thread < 2; thread++) {
                futures.add(threads.submit(() -> {
                    for (int round = 0; round < 5; round++) {
                        for (int i = 0; i < products.size(); i++) {
                            assertThat(bits(products.get(i).runPlain(0, 0, 0)))
                                    .as("%s", products.get(i))
                                    .isEqualTo(alone.get(i));
                        }
                    }
                }));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void openBlasComputesOnLinux() {
        assumeTrue(System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64"));
        assertThat(Blas.description()).startsWith("OpenBLAS 0.3.");
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
