package dev.lamina.testing.fs;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The content of a regular file: pages of 4 KiB by number, where a page that is absent is a hole.
 * Not thread-safe.
 */
final class MemoryData {
  static final int PAGE = 4096;

  private final TreeMap<Long, byte[]> pages = new TreeMap<>();
  private long size;

  long size() {
    return size;
  }

  /** Space used, in blocks of 512 bytes. */
  long blocks() {
    return pages.size() * (long) (PAGE / 512);
  }

  /** Reads what there is of a range; shorter than {@code length} only at the end. */
  byte[] read(long position, int length) {
    int count = (int) Math.max(0, Math.min(length, size - position));
    byte[] out = new byte[count];
    int done = 0;
    while (done < count) {
      int within = (int) ((position + done) % PAGE);
      int part = Math.min(PAGE - within, count - done);
      byte[] page = pages.get((position + done) / PAGE);
      if (page != null) {
        System.arraycopy(page, within, out, done, part);
      }
      done += part;
    }
    return out;
  }

  void write(long position, byte[] bytes) {
    int done = 0;
    while (done < bytes.length) {
      int within = (int) ((position + done) % PAGE);
      int part = Math.min(PAGE - within, bytes.length - done);
      byte[] page = pages.computeIfAbsent((position + done) / PAGE, _ -> new byte[PAGE]);
      System.arraycopy(bytes, done, page, within, part);
      done += part;
    }
    if (bytes.length > 0) {
      size = Math.max(size, position + bytes.length);
    }
  }

  void truncate(long newSize) {
    if (newSize < size) {
      zero(newSize, size - newSize);
      pages.tailMap((newSize + PAGE - 1) / PAGE, true).clear();
    }
    size = newSize;
  }

  /** Makes a range read as zeros; whole pages become holes. The size stays. */
  void zero(long position, long length) {
    long end = length > Long.MAX_VALUE - position ? Long.MAX_VALUE : position + length;
    long firstWhole = (position + PAGE - 1) / PAGE;
    long endWhole = end / PAGE;
    if (firstWhole < endWhole) {
      pages.subMap(firstWhole, endWhole).clear();
    }
    for (Map.Entry<Long, byte[]> entry :
        pages.subMap(position / PAGE, true, end / PAGE, true).entrySet()) {
      long start = entry.getKey() * PAGE;
      int from = (int) Math.max(0, position - start);
      int to = (int) Math.min(PAGE, end - start);
      if (from < to) {
        Arrays.fill(entry.getValue(), from, to, (byte) 0);
      }
    }
  }

  /** Where data begins at or behind a position; -1 where only holes follow. */
  long seekData(long position) {
    if (pages.containsKey(position / PAGE)) {
      return position;
    }
    Long next = pages.higherKey(position / PAGE);
    return next == null || next * PAGE >= size ? -1 : next * PAGE;
  }

  /** Where a hole begins at or behind a position; the end of the file is one. */
  long seekHole(long position) {
    long page = position / PAGE;
    while (pages.containsKey(page)) {
      page++;
    }
    return Math.min(size, Math.max(position, page * PAGE));
  }
}
