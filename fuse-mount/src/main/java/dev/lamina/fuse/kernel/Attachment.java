package dev.lamina.fuse.kernel;

import dev.lamina.fuse.Detachment;
import dev.lamina.fuse.MountException;
import dev.lamina.fuse.MountOptions;
import java.nio.file.Path;

/** A way to attach a connection to a directory. */
sealed interface Attachment permits MountCall, MountProgram {
  /**
   * Attaches a new connection.
   *
   * @return its descriptor; the kernel's INIT request waits there
   * @throws MountException saying what to do
   */
  Device attach(Path target, MountOptions options);

  /** How what was attached this way is taken off again. */
  Detachment detachment();
}
