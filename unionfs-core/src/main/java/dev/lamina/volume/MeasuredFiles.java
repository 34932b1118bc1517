package dev.lamina.volume;

import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.LinuxException;
import dev.lamina.tree.Digest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Data files that are only looked at, by a comparison that changes nothing. Not thread-safe. */
final class MeasuredFiles implements OwnFiles {
  private final DataFiles files;
  private final Map<Long, Optional<Digest>> digests = new HashMap<>();

  MeasuredFiles(DataFiles files) {
    this.files = files;
  }

  @Override
  public State state(long inode, InodeRecord record) {
    FileStatus status = new FileStatus();
    return files.status(inode, status)
        ? new State(status.size(), status.modifyTime())
        : new State(0, record.times().modify());
  }

  @Override
  public Optional<Digest> digest(long inode) {
    return digests.computeIfAbsent(inode, this::read);
  }

  private Optional<Digest> read(long inode) {
    FileStatus status = new FileStatus();
    try (Fd file = files.open(inode, FileOpen.O_RDONLY)) {
      FileAttributes.fstat(file.value(), status);
      return status.size() == 0
          ? Optional.empty()
          : Optional.of(FileHash.of(file.value(), status.size()));
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.empty(); // lost in a power cut: it reads as empty
      }
      throw e;
    }
  }
}
