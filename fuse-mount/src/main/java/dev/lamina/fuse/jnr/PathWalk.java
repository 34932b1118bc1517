package dev.lamina.fuse.jnr;

import dev.lamina.fs.Entry;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.fs.NodeId;
import dev.lamina.linux.Errno;
import java.nio.charset.Charset;

/**
 * Finds the node that a path of libfuse's leads to. Every reference that the walk takes on its way
 * is given back; the one to what is found belongs to the caller. Thread-safe.
 */
final class PathWalk {
  /** What jnr decodes bytes to that are not text. */
  private static final char REPLACEMENT = '\uFFFD';

  private final FileSystem fileSystem;

  PathWalk(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /** What is done with a node that was found. */
  @FunctionalInterface
  interface Use {
    int of(long node);
  }

  /** Finds a node, uses it and gives it back. */
  int with(String path, Use use) {
    return with(path, new Entry(), use);
  }

  /** As {@link #with(String, Use)}; {@code entry} has the node's attributes meanwhile. */
  int with(String path, Entry entry, Use use) {
    long node = find(path, entry);
    try {
      return use.of(node);
    } finally {
      forget(node);
    }
  }

  /**
   * Finds a node, to be given back with {@link #forget}.
   *
   * @param path absolute, without empty, {@code .} or {@code ..} parts
   * @param entry filled with its attributes
   * @throws FsException ENOENT; EILSEQ where the path's bytes were not text
   */
  long find(String path, Entry entry) {
    byte[] bytes = bytes(path);
    FileName name = FileName.borrowed();
    long node = NodeId.ROOT;
    int start = 1;
    if (start >= bytes.length) {
      fileSystem.getattr(node, FileSystem.NO_HANDLE, entry.attributes);
      return node;
    }
    while (start < bytes.length) {
      int end = start;
      while (end < bytes.length && bytes[end] != '/') {
        end++;
      }
      try {
        if (!fileSystem.lookup(node, name.point(bytes, start, end - start), entry)) {
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

  /** Gives a found node back. */
  void forget(long node) {
    if (node != NodeId.ROOT) {
      fileSystem.forget(node, 1);
    }
  }

  /** An extended attribute's name. */
  static FileName attribute(String name) {
    return FileName.of(bytes(name));
  }

  /**
   * The bytes that jnr made text of. Once they are replaced nobody can tell which they were: the
   * name fails rather than that another file is taken for it.
   */
  private static byte[] bytes(String text) {
    if (text.indexOf(REPLACEMENT) >= 0) {
      throw FsException.of(Errno.EILSEQ);
    }
    return text.getBytes(Charset.defaultCharset());
  }
}
