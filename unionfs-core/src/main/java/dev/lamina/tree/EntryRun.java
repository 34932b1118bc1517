package dev.lamina.tree;

import dev.lamina.fs.FileName;
import java.util.Arrays;

/** Encoded entries of a directory that is being written, in order. */
final class EntryRun {
  private final RecordWriter out = new RecordWriter(256);
  private int[] start = new int[8];
  private long[] count = new long[8];
  private int size;
  private long positions;

  private void begin(long entryCount) {
    if (size == start.length) {
      start = Arrays.copyOf(start, 2 * size);
      count = Arrays.copyOf(count, 2 * size);
    }
    start[size] = out.size();
    count[size] = entryCount;
    size++;
    positions += entryCount;
  }

  void add(FileName name, TreeEntry entry) {
    begin(1);
    head(name, entry);
    switch (entry) {
      case TreeEntry.File file -> {
        out.varint(file.size());
        if (file.blob().isPresent()) {
          out.digest(file.blob().get());
        }
      }
      case TreeEntry.Symlink link -> {
        byte[] target = link.target();
        out.varint(target.length);
        out.bytes(target);
      }
      case TreeEntry.Device device -> out.varint(device.device());
      case TreeEntry.Special _ -> {}
      case TreeEntry.Directory _ ->
          throw new IllegalArgumentException("a directory is added with its record");
    }
  }

  void addDirectory(FileName name, TreeEntry.Directory entry, Digest record, long entryCount) {
    begin(entryCount);
    head(name, entry);
    out.digest(record);
    out.varint(entryCount);
  }

  private void head(FileName name, TreeEntry entry) {
    out.name(name);
    out.octet(entry.kind().directoryType());
    out.metadata(entry.metadata());
  }

  /** Takes over entries as they are encoded already. */
  void copy(FlatDirectory from, int low, int high) {
    int first = from.entryStart(low);
    int shift = out.size() - first;
    for (int k = low; k < high; k++) {
      begin(from.count(k));
      start[size - 1] = from.entryStart(k) + shift;
    }
    out.bytes(from.encoded(), first, from.entryStart(high) - first);
  }

  int size() {
    return size;
  }

  long positions() {
    return positions;
  }

  byte[] array() {
    return out.array();
  }

  /** Where entry {@code index} begins in {@link #array}; of the index {@link #size}, the end. */
  int entryStart(int index) {
    return index == size ? out.size() : start[index];
  }

  long count(int index) {
    return count[index];
  }

  /** Where the name of entry {@code index} begins. */
  int nameStart(int index) {
    return start[index] + (out.array()[start[index]] < 0 ? 2 : 1);
  }

  int nameLength(int index) {
    return (int) RecordReader.varint(out.array(), start[index]);
  }
}
