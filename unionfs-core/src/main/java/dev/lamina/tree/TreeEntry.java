package dev.lamina.tree;

import dev.lamina.fs.FileKind;
import java.util.Arrays;
import java.util.Optional;

/** What a name in a tree leads to, without what is below it. */
public sealed interface TreeEntry {
  /** The longest target of a symbolic link, in bytes ({@code PATH_MAX} - 1). */
  int MAX_TARGET = 4095;

  /** Returns mode, owner, time and extended attributes. */
  Metadata metadata();

  /** Returns the kind of file. */
  FileKind kind();

  /** Returns this with other metadata. */
  TreeEntry withMetadata(Metadata metadata);

  /**
   * A regular file.
   *
   * @param size in bytes, at least 0
   * @param blob the content's sha256; empty where the size is 0, and only there
   */
  record File(Metadata metadata, long size, Optional<Digest> blob) implements TreeEntry {
    /** Checks size and blob against each other. */
    public File {
      if (size < 0) {
        throw new IllegalArgumentException("a file of negative size: " + size);
      }
      if ((size == 0) != blob.isEmpty()) {
        throw new IllegalArgumentException("an empty file has no blob, and any other has one");
      }
    }

    @Override
    public FileKind kind() {
      return FileKind.REGULAR;
    }

    @Override
    public File withMetadata(Metadata metadata) {
      return new File(metadata, size, blob);
    }
  }

  /** A directory's own attributes. */
  record Directory(Metadata metadata) implements TreeEntry {
    @Override
    public FileKind kind() {
      return FileKind.DIRECTORY;
    }

    @Override
    public Directory withMetadata(Metadata metadata) {
      return new Directory(metadata);
    }
  }

  /**
   * A symbolic link.
   *
   * @param target 1 to 4,095 bytes without NUL
   */
  @SuppressWarnings("ArrayRecordComponent") // copied in and out, compared by content
  record Symlink(Metadata metadata, byte[] target) implements TreeEntry {
    /** Checks and copies the target. */
    public Symlink {
      if (target.length == 0 || target.length > MAX_TARGET) {
        throw new IllegalArgumentException(
            "the target of a symbolic link has 1 to 4095 bytes, not " + target.length);
      }
      for (byte b : target) {
        if (b == 0) {
          throw new IllegalArgumentException("the target of a symbolic link contains a NUL");
        }
      }
      target = target.clone();
    }

    /** Returns a copy of the target. */
    @Override
    public byte[] target() {
      return target.clone();
    }

    @Override
    public FileKind kind() {
      return FileKind.SYMLINK;
    }

    @Override
    public Symlink withMetadata(Metadata metadata) {
      return new Symlink(metadata, target);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Symlink link
          && metadata.equals(link.metadata)
          && Arrays.equals(target, link.target);
    }

    @Override
    public int hashCode() {
      return 31 * metadata.hashCode() + Arrays.hashCode(target);
    }
  }

  /**
   * A device.
   *
   * @param kind {@link FileKind#CHARACTER_DEVICE} or {@link FileKind#BLOCK_DEVICE}
   * @param device its number, as makedev(3) makes it, unsigned
   */
  record Device(Metadata metadata, FileKind kind, long device) implements TreeEntry {
    /** Checks the kind. */
    public Device {
      if (!kind.isDevice()) {
        throw new IllegalArgumentException(kind + " is no kind of device");
      }
    }

    @Override
    public Device withMetadata(Metadata metadata) {
      return new Device(metadata, kind, device);
    }
  }

  /**
   * A named pipe or a socket.
   *
   * @param kind {@link FileKind#FIFO} or {@link FileKind#SOCKET}
   */
  record Special(Metadata metadata, FileKind kind) implements TreeEntry {
    /** Checks the kind. */
    public Special {
      if (kind != FileKind.FIFO && kind != FileKind.SOCKET) {
        throw new IllegalArgumentException(kind + " is neither a named pipe nor a socket");
      }
    }

    @Override
    public Special withMetadata(Metadata metadata) {
      return new Special(metadata, kind);
    }
  }
}
