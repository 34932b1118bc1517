package dev.lamina.store;

import dev.lamina.linux.DirectoryReader;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Mounts;
import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The objects and the temporary files they are made from. It knows files alone, no rows.
 * Thread-safe; the stripe locks of {@link Pins} say who may change which object.
 */
final class ObjectFiles implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(ObjectFiles.class.getName());
  private static final int READ_ONLY = 0444;
  private static final int NEW_FILE = FileOpen.O_RDWR | FileOpen.O_CREAT | FileOpen.O_EXCL;
  private static final int PLAIN = FileOpen.O_RDONLY | FileOpen.O_NOFOLLOW;
  private static final long COPY_BYTES = 1L << 30;
  private static final int WRITE_BYTES = 256 << 10;

  private final StoreLayout layout;
  private final Fd objects;
  private final Fd temporaries;

  /** The same directory on a mount of its own that allows no writing; none without privileges. */
  private final Optional<Fd> guarded;

  private final DiskSync sync;
  private final AtomicLong nextName = new AtomicLong();

  ObjectFiles(StoreLayout layout, DiskSync sync) {
    this.layout = layout;
    this.sync = sync;
    this.objects =
        FileOpen.openat(
            Fd.CWD,
            PathBytes.of(layout.objects()),
            FileOpen.O_RDONLY | FileOpen.O_DIRECTORY | FileOpen.O_NOFOLLOW);
    this.temporaries =
        FileOpen.openat(
            Fd.CWD,
            PathBytes.of(layout.temporaries()),
            FileOpen.O_RDONLY | FileOpen.O_DIRECTORY | FileOpen.O_NOFOLLOW);
    this.guarded = guarded(objects);
  }

  private static Optional<Fd> guarded(Fd objects) {
    try {
      return Optional.of(Mounts.readOnlyClone(objects.value(), PathBytes.of(".")));
    } catch (LinuxException e) {
      LOG.log(
          System.Logger.Level.DEBUG,
          "objects are not handed to the kernel, for they cannot be guarded: " + e.getMessage());
      return Optional.empty();
    }
  }

  /** Makes the directories that objects go into, on disk. */
  void makeShards() {
    for (int shard = 0; shard < StoreLayout.SHARDS; shard++) {
      byte[] name = PathBytes.of(StoreLayout.shardName(shard));
      try {
        FileNames.mkdirat(objects.value(), name, 0700);
      } catch (LinuxException e) {
        if (e.errno() != Errno.EEXIST) {
          throw e;
        }
      }
    }
    FileIo.fsync(objects.value());
  }

  /** A temporary file: its name in the directory of such, and the open file. */
  @SuppressWarnings("ArrayRecordComponent") // a name for the kernel, never compared
  record Temporary(byte[] name, Fd file) {}

  /** Makes an empty temporary file, readable by all and writable through its descriptor alone. */
  Temporary create() {
    byte[] name = nextName();
    Fd file = FileOpen.openat(temporaries.value(), name, NEW_FILE, READ_ONLY);
    try {
      FileAttributes.fchmod(file.value(), READ_ONLY);
    } catch (LinuxException e) {
      file.close();
      throw e;
    }
    return new Temporary(name, file);
  }

  private byte[] nextName() {
    return PathBytes.of(Long.toString(nextName.getAndIncrement()));
  }

  void removeTemporary(byte[] name) {
    removeIfPresent(temporaries, name);
  }

  /** Removes all temporary files; for opening, when there are none but of dead processes. */
  void removeTemporaries() {
    for (byte[] name : DirectoryReader.names(temporaries.value())) {
      removeIfPresent(temporaries, name);
    }
  }

  private static void removeIfPresent(Fd directory, byte[] name) {
    try {
      FileNames.unlinkat(directory.value(), name, 0);
    } catch (LinuxException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /**
   * Gives a temporary file its name among the objects; a file that has the name goes, for it has no
   * row. Where there is one, the data goes to disk first: the row of the old one may have been
   * deleted in memory alone, and come back after a power cut.
   */
  void publish(byte[] temporary, Digest digest) {
    if (size(digest).isPresent()) {
      try (Fd file = FileOpen.openat(temporaries.value(), temporary, PLAIN)) {
        sync.data(file);
      }
    }
    FileNames.renameat(temporaries.value(), temporary, objects.value(), name(digest));
    // Renaming one name of a file over another of its names does nothing and succeeds.
    removeIfPresent(temporaries, temporary);
  }

  /**
   * Gives a volume's data file a second name, among the temporary files: by link, or as a copy
   * where the file has all the links it can have or is on another file system.
   *
   * @return the temporary name
   * @throws StoreException where the file has not the size it should have
   */
  byte[] adopt(byte[] path, long size) {
    byte[] name = nextName();
    try {
      FileNames.linkat(Fd.CWD, path, temporaries.value(), name, 0);
      try (Fd file = FileOpen.openat(temporaries.value(), name, PLAIN)) {
        requireSize(file, path, size);
        FileAttributes.fchmod(file.value(), READ_ONLY);
      }
    } catch (LinuxException e) {
      removeTemporary(name);
      if (e.errno() != Errno.EMLINK && e.errno() != Errno.EXDEV && e.errno() != Errno.EPERM) {
        throw e;
      }
      return cloneOrCopy(path, size);
    } catch (StoreException e) {
      removeTemporary(name);
      throw e;
    }
    return name;
  }

  /**
   * Copies a file into a temporary one, sharing blocks where that is possible; it stays as it is.
   *
   * @return the temporary name
   * @throws StoreException where the file has not the size it should have
   */
  byte[] cloneOrCopy(byte[] path, long size) {
    return duplicate(
        path,
        size,
        (source, target) -> {
          try {
            FileIo.clone(source.value(), target.value());
          } catch (LinuxException e) {
            // No shared blocks here, or not between these two; the bytes are copied.
            copyBytes(source, target, size);
          }
        });
  }

  /**
   * As {@link #adopt}, but by reading and writing every byte: the new file shares nothing with the
   * old one, whose blocks on the disk may be bad.
   */
  byte[] copy(byte[] path, long size) {
    return duplicate(path, size, (source, target) -> writeBytes(source, target, size));
  }

  /** Fills a new file from another. */
  @FunctionalInterface
  private interface Filling {
    void fill(Fd source, Fd target);
  }

  private byte[] duplicate(byte[] path, long size, Filling filling) {
    Temporary copy = create();
    try (Fd target = copy.file();
        Fd source = FileOpen.openat(Fd.CWD, path, PLAIN)) {
      requireSize(source, path, size);
      filling.fill(source, target);
    } catch (LinuxException | StoreException e) {
      removeTemporary(copy.name());
      throw e;
    }
    return copy.name();
  }

  private static void writeBytes(Fd source, Fd target, long size) {
    byte[] buffer = new byte[WRITE_BYTES];
    for (long done = 0; done < size; ) {
      int part = (int) Math.min(buffer.length, size - done);
      int count = FileIo.readFully(source.value(), buffer, 0, part, done);
      if (count < part) {
        throw new StoreException("A file became shorter while it was copied");
      }
      FileIo.writeFully(target.value(), buffer, 0, count, done);
      done += count;
    }
  }

  private static void copyBytes(Fd source, Fd target, long size) {
    long done = 0;
    while (done < size) {
      long part = Math.min(COPY_BYTES, size - done);
      long copied = FileIo.copyFileRange(source.value(), done, target.value(), done, part);
      if (copied == 0) {
        throw new StoreException("A file became shorter while it was copied");
      }
      done += copied;
    }
  }

  private static void requireSize(Fd file, byte[] path, long size) {
    FileStatus status = new FileStatus();
    FileAttributes.fstat(file.value(), status);
    if (!status.isRegular() || status.size() != size) {
      throw new StoreException(
          "The file "
              + new String(path, StandardCharsets.UTF_8)
              + " has "
              + status.size()
              + " bytes where "
              + size
              + " were expected: it changed while it was committed");
    }
  }

  /** The size of an object's file; empty where there is no plain file of its name. */
  OptionalLong size(Digest digest) {
    FileStatus status = new FileStatus();
    if (!FileAttributes.lstatIfPresent(objects.value(), name(digest), status)
        || !status.isRegular()) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(status.size());
  }

  /** Whether there is an object of a size that is not the file with this inode. */
  boolean isAnother(Digest digest, long size, long inode) {
    FileStatus status = new FileStatus();
    return FileAttributes.lstatIfPresent(objects.value(), name(digest), status)
        && status.isRegular()
        && status.size() == size
        && status.inode() != inode;
  }

  /** The space an object takes on disk, in bytes; 0 where there is none. */
  long diskBytes(Digest digest) {
    FileStatus status = new FileStatus();
    return FileAttributes.lstatIfPresent(objects.value(), name(digest), status)
        ? status.blocks() * 512
        : 0;
  }

  /**
   * Opens an object for reading.
   *
   * @throws DamagedException where there is none of this size
   */
  Fd open(Digest digest, long size) {
    return open(objects, digest, size);
  }

  /**
   * Opens an object so that nobody who opens the file anew by this descriptor can write to it, not
   * even the kernel; empty where that is not possible.
   *
   * @throws DamagedException as {@link #open}
   */
  Optional<Fd> openGuarded(Digest digest, long size) {
    return guarded.map(directory -> open(directory, digest, size));
  }

  private Fd open(Fd directory, Digest digest, long size) {
    Fd file;
    try {
      file = FileOpen.openat(directory.value(), name(digest), PLAIN);
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ELOOP) {
        throw new DamagedException(digest, "the file " + layout.object(digest) + " is missing");
      }
      throw e;
    }
    FileStatus status = new FileStatus();
    FileAttributes.fstat(file.value(), status);
    if (!status.isRegular() || status.size() != size) {
      file.close();
      throw new DamagedException(
          digest,
          "the file "
              + layout.object(digest)
              + " has "
              + status.size()
              + " bytes where "
              + size
              + " were expected");
    }
    return file;
  }

  Path path(Digest digest) {
    return layout.object(digest);
  }

  /** Brings an object's data to disk. */
  void sync(Digest digest) {
    try (Fd file = FileOpen.openat(objects.value(), name(digest), PLAIN)) {
      sync.data(file);
    }
  }

  /** Brings the names in one directory of objects to disk. */
  void syncShard(int shard) {
    byte[] name = PathBytes.of(StoreLayout.shardName(shard));
    try (Fd directory =
        FileOpen.openat(objects.value(), name, FileOpen.O_RDONLY | FileOpen.O_DIRECTORY)) {
      sync.names(directory);
    }
  }

  /** Removes an object; what has it open keeps it. Returns the disk space it took, in bytes. */
  long unlink(Digest digest) {
    long bytes = diskBytes(digest);
    removeIfPresent(objects, name(digest));
    return bytes;
  }

  /** Goes through the objects of one directory; names that are no digest are passed over. */
  void shard(int shard, Consumer<Digest> visitor) {
    String prefix = StoreLayout.shardName(shard);
    try (Fd directory =
        FileOpen.openat(
            objects.value(), PathBytes.of(prefix), FileOpen.O_RDONLY | FileOpen.O_DIRECTORY)) {
      for (byte[] name : DirectoryReader.names(directory.value())) {
        String hex = prefix + new String(name, StandardCharsets.ISO_8859_1);
        if (hex.matches("[0-9a-f]{64}")) {
          visitor.accept(Digest.parse(hex));
        }
      }
    }
  }

  private static byte[] name(Digest digest) {
    return PathBytes.of(StoreLayout.objectName(digest));
  }

  @Override
  public void close() {
    try (objects;
        temporaries) {
      guarded.ifPresent(Fd::close);
    }
  }
}
