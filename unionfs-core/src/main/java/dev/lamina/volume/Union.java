package dev.lamina.volume;

import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What one open volume, or one image mounted as it is, is made of; the parts that do the operations
 * share it.
 *
 * @param base what is below
 * @param delta what has changed
 * @param files the data of changed files; none where nothing may be written
 * @param contents the data of unchanged files
 * @param numbers where inode numbers come from
 * @param syncer makes it durable
 * @param clock tells the time
 * @param steps told after each step of an order of writes ({@link VolumeSteps})
 * @param isWritable whether anything may be changed, be it an access time
 */
record Union(
    Base base,
    Delta delta,
    Optional<DataFiles> files,
    Contents contents,
    Numbers numbers,
    Syncer syncer,
    InstantSource clock,
    Consumer<String> steps,
    boolean isWritable) {
  /** The time, ns since the epoch. */
  long now() {
    return Times.of(clock.instant());
  }

  /**
   * The data files.
   *
   * @throws FsException EROFS where nothing may be written
   */
  DataFiles dataFiles() {
    return files.orElseThrow(() -> FsException.of(Errno.EROFS));
  }

  /**
   * Refuses what would change something.
   *
   * @throws FsException EROFS
   */
  void requireWritable() {
    if (!isWritable) {
      throw FsException.of(Errno.EROFS);
    }
  }
}
