package dev.lamina.volume;

import dev.lamina.linux.DirectoryReader;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.LinuxException;
import dev.lamina.store.PathBytes;
import dev.lamina.store.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * The plain files with the data of a volume's changed files: {@code data/<inode>}, and {@code
 * tmp/<inode>} while one is being filled. Inodes are decimal. Owned by the daemon and for it alone;
 * owner, mode and xattrs that a mount shows are in the records. Failures are {@link
 * LinuxException}. Thread-safe; whoever works on one inode's file sees to it that nobody else does.
 */
final class DataFiles implements DataSync, AutoCloseable {
  private static final int MODE = 0600;
  private static final int OWNER_WRITES = 0200;

  private final Fd data;
  private final Fd temporaries;

  /** Whether a file was made, or put in its place, since the directory was last synced. */
  private volatile boolean hasNewNames;

  /** Makes a volume's directories where they are missing. */
  static void makeDirectories(Path volume) {
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    try {
      Files.createDirectories(volume.resolve("data"), ownerOnly);
      Files.createDirectories(volume.resolve("tmp"), ownerOnly);
    } catch (IOException e) {
      throw StoreException.of("making the directories of " + volume, e);
    }
  }

  /** Brings the names of a volume's directories to disk. */
  static void syncDirectories(Path volume) {
    for (Path made : List.of(volume, volume.resolveSibling("."))) {
      try (Fd directory = directory(made)) {
        FileIo.fsync(directory.value());
      }
    }
  }

  /** Opens the files below a volume's directory, which must hold both directories. */
  DataFiles(Path volume) {
    this.data = directory(volume.resolve("data"));
    try {
      this.temporaries = directory(volume.resolve("tmp"));
    } catch (LinuxException e) {
      data.close();
      throw e;
    }
  }

  private static Fd directory(Path path) {
    return FileOpen.openat(
        Fd.CWD,
        PathBytes.of(path.toAbsolutePath()),
        FileOpen.O_RDONLY | FileOpen.O_DIRECTORY | FileOpen.O_CLOEXEC);
  }

  private static byte[] name(long inode) {
    return Long.toString(inode).getBytes(StandardCharsets.US_ASCII);
  }

  /** Makes an empty file and opens it for reading and writing. EEXIST where there is one. */
  Fd create(long inode) {
    Fd made =
        FileOpen.openat(
            data.value(),
            name(inode),
            FileOpen.O_RDWR | FileOpen.O_CREAT | FileOpen.O_EXCL | FileOpen.O_CLOEXEC,
            MODE);
    // Behind it: a sync that comes between would clear the note before the name is there.
    hasNewNames = true;
    return made;
  }

  /** Opens a file with these access bits. Reading does not touch its times. */
  Fd open(long inode, int flags) {
    return FileOpen.openat(
        data.value(), name(inode), flags | FileOpen.O_CLOEXEC | FileOpen.O_NOATIME);
  }

  /** Lets its owner write a file again that a commit which came to nothing made read-only. */
  void makeWritable(long inode, FileStatus status) {
    if ((status.permissions() & OWNER_WRITES) == 0) {
      FileAttributes.fchmodat(data.value(), name(inode), MODE);
    }
  }

  /** Reads a file's status and returns whether there is one. */
  boolean status(long inode, FileStatus status) {
    return FileAttributes.lstatIfPresent(data.value(), name(inode), status);
  }

  /** Removes a file; one that is gone is gone. */
  void remove(long inode) {
    unlink(data, name(inode));
  }

  /** Makes an empty temporary file, in place of one that a failure left. */
  Fd createTemporary(long inode) {
    discardTemporary(inode);
    return FileOpen.openat(
        temporaries.value(),
        name(inode),
        FileOpen.O_RDWR | FileOpen.O_CREAT | FileOpen.O_EXCL | FileOpen.O_CLOEXEC,
        MODE);
  }

  /** Gives a temporary file its place among the data files. */
  void place(long inode) {
    byte[] name = name(inode);
    FileNames.renameat(temporaries.value(), name, data.value(), name);
    // Behind it, as where one is created.
    hasNewNames = true;
  }

  /** Removes a temporary file where there is one. */
  void discardTemporary(long inode) {
    unlink(temporaries, name(inode));
  }

  private static void unlink(Fd directory, byte[] name) {
    try {
      FileNames.unlinkat(directory.value(), name, 0);
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /** Makes the directory of the data files durable. */
  void syncDirectory() {
    FileIo.fsync(data.value());
  }

  /** {@inheritDoc} Writing is begun for all before any is waited for. */
  @Override
  public void sync(List<Long> inodes, Consumer<Failure> failures) {
    Map<Long, Fd> open = new LinkedHashMap<>();
    try {
      for (long inode : inodes) {
        try {
          open.put(inode, open(inode, FileOpen.O_RDONLY));
        } catch (LinuxException e) {
          if (e.errno() != Errno.ENOENT) {
            failures.accept(new Failure(inode, false, e));
          }
        }
      }
      each(open, f -> FileIo.syncFileRange(f, 0, 0, FileIo.SYNC_FILE_RANGE_WRITE), failures);
      each(open, FileIo::fdatasync, failures);
    } finally {
      open.values().forEach(Fd::close);
    }
  }

  private static void each(Map<Long, Fd> files, IntConsumer call, Consumer<Failure> failures) {
    files.forEach(
        (inode, file) -> {
          try {
            call.accept(file.value());
          } catch (LinuxException e) {
            failures.accept(new Failure(inode, true, e));
          }
        });
  }

  @Override
  public boolean has(long inode) {
    return status(inode, new FileStatus());
  }

  @Override
  public void syncNames() {
    if (hasNewNames) {
      // Cleared first: what is made meanwhile is for the next time.
      hasNewNames = false;
      boolean done = false;
      try {
        syncDirectory();
        done = true;
      } finally {
        hasNewNames |= !done;
      }
    }
  }

  /** A descriptor on the file system that the data is on. */
  int descriptor() {
    return data.value();
  }

  /** The inodes of all data files; what is named otherwise is none of ours and left alone. */
  List<Long> all() {
    List<Long> inodes = new ArrayList<>();
    for (byte[] name : names(data)) {
      String text = new String(name, StandardCharsets.US_ASCII);
      if (text.matches("[1-9][0-9]{0,17}")) {
        inodes.add(Long.parseLong(text));
      }
    }
    return inodes;
  }

  /** Removes all temporary files. */
  void emptyTemporaries() {
    for (byte[] name : names(temporaries)) {
      unlink(temporaries, name);
    }
  }

  private static List<byte[]> names(Fd directory) {
    try (Fd again =
        FileOpen.openat(
            directory.value(),
            new byte[] {'.'},
            FileOpen.O_RDONLY | FileOpen.O_DIRECTORY | FileOpen.O_CLOEXEC)) {
      return DirectoryReader.names(again.value());
    }
  }

  @Override
  public void close() {
    try {
      temporaries.close();
    } finally {
      data.close();
    }
  }
}
