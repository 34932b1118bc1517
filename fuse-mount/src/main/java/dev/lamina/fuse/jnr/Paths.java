package dev.lamina.fuse.jnr;

import dev.lamina.fs.Entry;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.fs.NodeId;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Memory;
import java.util.Optional;

/**
 * Finds the node that a path of libfuse's leads to. Every reference that the walk takes on its way
 * is given back; the one to what is found belongs to the caller. Paths are addresses of bytes with
 * a NUL behind them: absolute, without empty, {@code .} or {@code ..} parts. Thread-safe.
 */
final class Paths {
  private static final int LONGEST = Integer.MAX_VALUE - 8;

  private final FileSystem fileSystem;
  private final HiddenFiles hidden;

  Paths(FileSystem fileSystem, HiddenFiles hidden) {
    this.fileSystem = fileSystem;
    this.hidden = hidden;
  }

  /** What is done with a node that was found. */
  @FunctionalInterface
  interface Use {
    int of(long node);
  }

  /** What is done with a name in a directory. */
  @FunctionalInterface
  interface NameUse {
    int of(long parent, FileName name);
  }

  /** A string with a NUL behind it. */
  static byte[] bytes(long address) {
    return Memory.bytes(address, Memory.stringLength(address, LONGEST));
  }

  /** An extended attribute's name. */
  static FileName name(long address) {
    return FileName.of(bytes(address));
  }

  /** Finds a node, uses it and gives it back. */
  int with(long path, Use use) {
    return with(path, new Entry(), use);
  }

  /**
   * As {@link #with(long, Use)}.
   *
   * @param entry has the node's attributes meanwhile
   */
  int with(long path, Entry entry, Use use) {
    try (Reference found = find(path, entry)) {
      return use.of(found.node());
    }
  }

  /**
   * Finds a node. An open file that has lost its name is found by the one that libfuse made, but
   * not looked up by it: that would be the user, to whom it is no name.
   *
   * @param entry filled with the node's attributes
   */
  Reference find(long path, Entry entry) {
    byte[] bytes = bytes(path);
    Optional<Reference> hiddenNode =
        CurrentRequest.get().is(CurrentRequest.LOOKUP) ? Optional.empty() : hidden.use(last(bytes));
    if (hiddenNode.isPresent()) {
      Reference found = hiddenNode.get();
      try {
        fileSystem.getattr(found.node(), FileSystem.NO_HANDLE, entry.attributes);
      } catch (RuntimeException | Error e) {
        found.close();
        throw e;
      }
      return found;
    }
    long node = walk(bytes, bytes.length, entry);
    return new Reference(node, () -> forget(node));
  }

  /** Finds the directory that a path's last name is in, uses both and gives it back. */
  int in(long path, NameUse use) {
    byte[] bytes = bytes(path);
    FileName name = last(bytes);
    long parent = walk(bytes, bytes.length - name.length(), new Entry());
    try {
      return use.of(parent, name);
    } finally {
      forget(parent);
    }
  }

  /** As {@link #in}, for what makes the name. */
  int making(long path, NameUse use) {
    return in(
        path,
        (parent, name) -> {
          hidden.refuse(name);
          return use.of(parent, name);
        });
  }

  /** The last part; empty for the root. */
  static FileName last(byte[] path) {
    int start = path.length;
    while (start > 0 && path[start - 1] != '/') {
      start--;
    }
    return FileName.of(path, start, path.length - start);
  }

  private long walk(byte[] path, int length, Entry entry) {
    FileName name = FileName.borrowed();
    long node = NodeId.ROOT;
    int start = 1;
    if (start >= length) {
      fileSystem.getattr(node, FileSystem.NO_HANDLE, entry.attributes);
      return node;
    }
    while (start < length) {
      int end = start;
      while (end < length && path[end] != '/') {
        end++;
      }
      try {
        if (!fileSystem.lookup(node, name.point(path, start, end - start), entry)) {
          throw FsException.of(Errno.ENOENT);
        }
      } finally {
        forget(node);
      }
      node = entry.node;
      start = end + 1;
    }
    return node;
  }

  private void forget(long node) {
    if (node != NodeId.ROOT) {
      fileSystem.forget(node, 1);
    }
  }
}
