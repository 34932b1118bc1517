package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.ok;

import dev.lamina.linux.DirectoryReader;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.RawCall;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Removes a tree of any depth, longer than a path may be. */
final class Removal {
  private static final int DIRECTORY = FileOpen.O_RDONLY | FileOpen.O_DIRECTORY;

  private Removal() {}

  /** Removes a directory and all below it. */
  static void of(int parent, String name) {
    Fd top = FileOpen.openat(parent, Paths.bytes(name), DIRECTORY | FileOpen.O_NOFOLLOW);
    Deque<byte[]> way = new ArrayDeque<>();
    Fd at = top;
    while (true) {
      byte[] below = emptied(at.value());
      if (below.length > 0) {
        way.push(below);
        at = moved(at, below);
      } else if (way.isEmpty()) {
        break;
      } else {
        at = moved(at, Paths.bytes(".."));
        FileNames.unlinkat(at.value(), way.pop(), FileNames.AT_REMOVEDIR);
      }
    }
    at.close();
    ok(RawCall.UNLINKAT.of(parent, name, FileNames.AT_REMOVEDIR));
  }

  private static Fd moved(Fd from, byte[] to) {
    try (from) {
      return FileOpen.openat(from.value(), to, DIRECTORY | FileOpen.O_NOFOLLOW);
    }
  }

  /** Unlinks all but directories that are not empty; the first of these, or nothing. */
  private static byte[] emptied(int directory) {
    List<byte[]> names = List.copyOf(DirectoryReader.names(directory));
    for (byte[] entry : names) {
      try {
        FileNames.unlinkat(directory, entry, 0);
      } catch (LinuxException e) {
        if (e.errno() != Errno.EISDIR) {
          throw e;
        }
        if (RawCall.UNLINKAT.of(directory, entry, FileNames.AT_REMOVEDIR) < 0) {
          return entry;
        }
      }
    }
    return new byte[0];
  }
}
