package dev.lamina.volume;

import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileLocks;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.LinuxException;
import dev.lamina.store.BlobWriter;
import dev.lamina.store.StoreWriter;
import dev.lamina.tree.Digest;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Data files that become blobs of the store when they are first read. A large file that nobody can
 * write to, as a read lease proves, becomes an object by a further link, and must not be written
 * from then on, or by a clone, where it is to stay as it is; any other one is read and written, and
 * a small one is a row. Not thread-safe.
 */
final class CommittedFiles implements OwnFiles {
  private static final int BUFFER = 1 << 18;

  /**
   * A file that is in the store.
   *
   * @param size in bytes
   * @param blob its content, none where it is empty
   * @param times of its inode; none of a file that a power cut lost
   */
  record Committed(long size, Optional<Digest> blob, Optional<FileTimes> times) {}

  /**
   * A data file's own times.
   *
   * @param modified when its content was last changed, ns since the epoch
   * @param changed when its inode was last changed, ns since the epoch
   */
  record FileTimes(long modified, long changed) {}

  private final DataFiles files;
  private final Path directory;
  private final boolean mayLink;
  private final StoreWriter writer;
  private final int inlineLimit;
  private final Consumer<String> steps;
  private final TreeMap<Long, Committed> committed = new TreeMap<>();

  /**
   * Makes it for a volume that nobody changes meanwhile.
   *
   * @param directory where the data files are
   * @param mayLink whether the files may become the store's: not where they are to stay as they are
   * @param inlineLimit files of up to so many bytes are copied into rows
   */
  CommittedFiles(
      DataFiles files,
      Path directory,
      boolean mayLink,
      StoreWriter writer,
      int inlineLimit,
      Consumer<String> steps) {
    this.files = files;
    this.directory = directory;
    this.mayLink = mayLink;
    this.writer = writer;
    this.inlineLimit = inlineLimit;
    this.steps = steps;
  }

  /** Returns what is in the store now, by inode. */
  Map<Long, Committed> committed() {
    return Collections.unmodifiableMap(committed);
  }

  @Override
  public State state(long inode, InodeRecord record) {
    Committed known = committed.get(inode);
    if (known != null) {
      return new State(
          known.size,
          known.times.map(FileTimes::modified).orElseGet(() -> record.times().modify()));
    }
    FileStatus status = new FileStatus();
    return files.status(inode, status)
        ? new State(status.size(), status.modifyTime())
        : new State(0, record.times().modify());
  }

  @Override
  public Optional<Digest> digest(long inode) {
    Committed known = committed.get(inode);
    if (known == null) {
      known = commit(inode);
      committed.put(inode, known);
      steps.accept(VolumeSteps.FILE_COMMITTED);
    }
    return known.blob;
  }

  private Committed commit(long inode) {
    try (Fd file = files.open(inode, FileOpen.O_RDONLY)) {
      boolean unwritable = FileLocks.tryReadLease(file.value());
      try {
        return commit(inode, file.value(), unwritable);
      } finally {
        if (unwritable) {
          FileLocks.endLease(file.value());
        }
      }
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT) {
        // Lost in a power cut: it reads as empty, and has the times of its record.
        return new Committed(0, Optional.empty(), Optional.empty());
      }
      throw e;
    }
  }

  private Committed commit(long inode, int file, boolean unwritable) {
    FileStatus status = new FileStatus();
    FileAttributes.fstat(file, status);
    long size = status.size();
    // As they are before a link changes them.
    var times = Optional.of(new FileTimes(status.modifyTime(), status.changeTime()));
    if (size > inlineLimit && unwritable) {
      Digest digest = FileHash.of(file, size);
      Path path = directory.resolve(Long.toString(inode));
      if (mayLink) {
        writer.link(path, digest, size);
      } else {
        writer.copy(path, digest, size);
      }
      return new Committed(size, Optional.of(digest), times);
    }
    try (BlobWriter blob = writer.blob(size)) {
      copy(file, blob);
      long copied = blob.size();
      return new Committed(copied, blob.finish(), times);
    }
  }

  private static void copy(int file, BlobWriter blob) {
    byte[] buffer = new byte[BUFFER];
    long at = 0;
    while (true) {
      int read = FileIo.readFully(file, buffer, 0, buffer.length, at);
      blob.write(buffer, 0, read);
      if (read < buffer.length) {
        return;
      }
      at += read;
    }
  }
}
