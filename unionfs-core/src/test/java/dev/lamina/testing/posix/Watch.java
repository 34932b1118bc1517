package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.ok;
import static dev.lamina.testing.posix.Answer.opened;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.lamina.linux.FileOpen;
import dev.lamina.linux.RawCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** A watch of inotify(7) on one directory or file, with what it has seen as text. */
final class Watch {
  private static final int ALL = 0xfff;
  private static final int SIZE = 1 << 16;
  private static final int HEADER = 16;
  private static final int IS_DIRECTORY = 0x40000000;
  private static final List<String> NAMES =
      List.of(
          "ACCESS",
          "MODIFY",
          "ATTRIB",
          "CLOSE_WRITE",
          "CLOSE_NOWRITE",
          "OPEN",
          "MOVED_FROM",
          "MOVED_TO",
          "CREATE",
          "DELETE",
          "DELETE_SELF",
          "MOVE_SELF",
          "",
          "UNMOUNT",
          "OVERFLOW",
          "IGNORED");

  private final int inotify;

  private Watch(int inotify) {
    this.inotify = inotify;
  }

  static Watch of(String path) {
    int inotify = opened(RawCall.INOTIFY_INIT1.of(FileOpen.O_NONBLOCK | FileOpen.O_CLOEXEC));
    ok(RawCall.INOTIFY_ADD_WATCH.of(inotify, path, ALL));
    return new Watch(inotify);
  }

  /** Returns what has come since: the event, and the name in the directory. */
  List<String> events() {
    List<String> events = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(SIZE, 8);
      long length = RawCall.READ.of(inotify, buffer, SIZE);
      for (long at = 0; at < length; ) {
        int mask = buffer.get(ValueLayout.JAVA_INT, at + 4);
        int size = buffer.get(ValueLayout.JAVA_INT, at + 12);
        String name = size == 0 ? "" : " " + buffer.getString(at + HEADER, ISO_8859_1);
        events.add(text(mask) + name);
        at += HEADER + size;
      }
    }
    return events;
  }

  private static String text(int mask) {
    String directory = (mask & IS_DIRECTORY) == 0 ? "" : "+DIR";
    return NAMES.get(Integer.numberOfTrailingZeros(mask & ~IS_DIRECTORY)) + directory;
  }
}
