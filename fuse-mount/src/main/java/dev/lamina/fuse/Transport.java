package dev.lamina.fuse;

import dev.lamina.fs.FileSystem;
import java.nio.file.Path;

/** A way to serve file systems to the kernel. Thread-safe. */
public interface Transport {
  /**
   * Mounts a file system and serves it until the mount ends. The file system belongs to the mount
   * from here on: its {@link FileSystem#attach} is called before the first operation and its {@link
   * FileSystem#close} after the last, also when mounting fails.
   *
   * @param target an existing directory, not below a mount of this process
   * @throws MountException saying what to do, with nothing left mounted
   */
  Mount mount(FileSystem fileSystem, Path target, MountOptions options);
}
