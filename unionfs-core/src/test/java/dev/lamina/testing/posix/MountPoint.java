package dev.lamina.testing.posix;

import java.nio.file.Path;

/** A mounted file system that the suite is run on, by root. */
public interface MountPoint extends AutoCloseable {
  /** Returns the name by which the list of differences knows it. */
  String subject();

  /** Returns the directory that is the suite's own; programs of other users can reach it. */
  Path path();

  /** Mounts it anew at the same place, where it can be mounted; nothing of it is open. */
  void remount() throws Exception;

  /** Returns how many names the large directory has: fewer where each takes long. */
  default int largeDirectory() {
    return 100_000;
  }

  /** Unmounts it and removes what the suite has made. */
  @Override
  void close();
}
