package dev.lamina.volume;

import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.linux.LinuxException;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The files of a volume whose data the kernel could not write. It tells of that once and takes the
 * data for written, so nothing that succeeds later makes such a file whole: it counts as lost until
 * it is removed, also when the volume is opened again. Kept in memory. Thread-safe.
 */
final class LostData {
  private final String volume;
  private final ConcurrentSkipListMap<Long, LinuxException> causes = new ConcurrentSkipListMap<>();

  /**
   * Nothing is lost yet.
   *
   * @param volume whose data it is, for people: "volume 3"
   */
  LostData(String volume) {
    this.volume = volume;
  }

  /** A file's data could not be written. */
  void add(long inode, LinuxException cause) {
    causes.putIfAbsent(inode, cause);
  }

  /** A file goes, and what was lost with it. */
  void forget(long inode) {
    causes.remove(inode);
  }

  /** Only these files are still there. */
  void retain(Collection<Long> inodes) {
    causes.keySet().retainAll(inodes);
  }

  boolean isEmpty() {
    return causes.isEmpty();
  }

  /** Fails with EIO where the data of this file was lost. */
  void requireWhole(long inode) {
    LinuxException cause = causes.get(inode);
    if (cause != null) {
      throw FsException.of(Errno.EIO, describe(inode, cause, ""), cause);
    }
  }

  /**
   * Fails where the data of any file was lost.
   *
   * @throws VolumeException naming the first such inode, and what to do
   */
  void requireAllWhole() {
    Map.Entry<Long, LinuxException> first = causes.firstEntry();
    if (first != null) {
      int others = causes.size() - 1;
      throw new VolumeException(
          describe(
              first.getKey(),
              first.getValue(),
              others > 0 ? " (and of " + others + " more files)" : ""),
          first.getValue());
    }
  }

  private String describe(long inode, LinuxException cause, String others) {
    return "The data of inode "
        + inode
        + " of "
        + volume
        + others
        + " could not be written to disk, and may be lost: "
        + cause.getMessage()
        + ". Look after the disk, then write the file anew and rename it to its name, or remove it"
        + " ('find -inum "
        + inode
        + "' in the mounted volume finds it)";
  }
}
