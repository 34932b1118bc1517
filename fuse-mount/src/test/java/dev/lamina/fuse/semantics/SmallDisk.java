package dev.lamina.fuse.semantics;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lamina.linux.Mounts;
import java.nio.file.Path;

/**
 * A file system of its own that is soon full, or none.
 *
 * @param directory where it is mounted
 * @param isMounted whether there is one
 */
record SmallDisk(Path directory, boolean isMounted) implements AutoCloseable {
  /** Mounts one, in memory; none where its size in MiB is 0. */
  static SmallDisk mount(Path directory, int mebibytes) {
    if (mebibytes == 0) {
      return new SmallDisk(directory, false);
    }
    byte[] type = "tmpfs".getBytes(UTF_8);
    byte[] options = ("size=" + mebibytes + "m").getBytes(UTF_8);
    Mounts.mount(type, directory.toString().getBytes(UTF_8), "tmpfs", 0, options);
    return new SmallDisk(directory, true);
  }

  @Override
  public void close() {
    if (isMounted) {
      // fuse-overlayfs lets go of its directories a moment after it is unmounted.
      Mounts.umount(directory.toString().getBytes(UTF_8), Mounts.MNT_DETACH);
    }
  }
}
