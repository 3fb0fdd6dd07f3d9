package io.lockstep.augment;

/**
 * The way back from an augmented image's pixel to the original's: p − c = M·(q − c − t), M = F·S⁻¹·H⁻¹·R⁻¹. So the image
 * is flipped, enlarged, sheared, rotated (to the left as one looks at it, y going down) and shifted. A buffer that is set
 * anew for each example.
 */
final class AffineMap {
    float xx;
    float xy;
    float yx;
    float yy;
    private float shiftX;
    private float shiftY;

    /**
     * Sets the map.
     *
     * @param flipX −1 or 1
     * @param flipY likewise
     * @param scale factor of enlargement
     * @param shear in degrees: x grows by tan(shear)·y
     * @param rotate in degrees
     */
    void set(double flipX, double flipY, double scale, double shear, double rotate, double shiftX, double shiftY) {
        double cos = StrictMath.cos(StrictMath.toRadians(rotate));
        double sin = StrictMath.sin(StrictMath.toRadians(rotate));
        double tan = StrictMath.tan(StrictMath.toRadians(shear));
        // y goes down, so a turn to the left is [cos sin; −sin cos], and its inverse is
        double xFromX = cos;
        double xFromY = -sin;
        double yFromX = sin;
        double yFromY = cos;
        this.xx = (float) (flipX / scale * (xFromX - tan * yFromX));
        this.xy = (float) (flipX / scale * (xFromY - tan * yFromY));
        this.yx = (float) (flipY / scale * yFromX);
        this.yy = (float) (flipY / scale * yFromY);
        this.shiftX = (float) shiftX;
        this.shiftY = (float) shiftY;
    }

    /** What is added to x: the middle's, less M·t. */
    float offsetX(float middle) {
        return middle - (xx * shiftX + xy * shiftY);
    }

    /** What is added to y, likewise. */
    float offsetY(float middle) {
        return middle - (yx * shiftX + yy * shiftY);
    }
}
