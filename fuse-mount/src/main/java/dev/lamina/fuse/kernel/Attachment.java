package dev.lamina.fuse.kernel;

import dev.lamina.fuse.MountException;
import dev.lamina.fuse.MountOptions;
import java.nio.file.Path;

/** A way to attach a connection to a directory, and to take it off again. */
sealed interface Attachment permits MountCall, MountProgram {
  /** The file system type that /proc/mounts shows. */
  String TYPE = "fuse.lamina";

  /**
   * Attaches a new connection.
   *
   * @return its descriptor; the kernel's INIT request waits there
   * @throws MountException saying what to do
   */
  Device attach(Path target, MountOptions options);

  /**
   * Takes off what is mounted at a place.
   *
   * @throws MountException EBUSY where it is in use and {@code lazy} is false
   */
  void detach(Path target, boolean lazy);
}
