/** Event files for TensorBoard: {@code TensorBoard} listens to a training, {@code EventFiles} writes. */
package io.lockstep.report.tensorboard;
