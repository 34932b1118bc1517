package dev.lamina.archive;

import dev.lamina.archive.TarHeader.BadHeaderException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Where the data of a sparse entry belongs: pairs of offset and length, ascending and apart, in a
 * file of a given size. Empty segments are dropped.
 */
final class SparseMap {
  private final long size;
  private long[] pairs = new long[16];
  private int count;
  private long named;

  SparseMap(long size) {
    this.size = size;
  }

  /** Adds a segment that lies behind all others. */
  void add(long offset, long length) throws BadHeaderException {
    if (offset < 0 || length < 0 || offset > size || length > size - offset) {
      throw new BadHeaderException("its sparse map reaches beyond its size of " + size + " bytes");
    }
    if (count > 0 && offset < pairs[2 * count - 2] + pairs[2 * count - 1]) {
      throw new BadHeaderException("the segments of its sparse map overlap or are out of order");
    }
    named++;
    if (length == 0) {
      return;
    }
    if (2 * count == pairs.length) {
      pairs = Arrays.copyOf(pairs, 2 * pairs.length);
    }
    pairs[2 * count] = offset;
    pairs[2 * count + 1] = length;
    count++;
  }

  long size() {
    return size;
  }

  /** Returns how many segments the map names, empty ones among them. */
  long named() {
    return named;
  }

  /** Returns how many segments hold bytes. */
  int segments() {
    return count;
  }

  long offset(int segment) {
    return pairs[2 * segment];
  }

  long length(int segment) {
    return pairs[2 * segment + 1];
  }

  /** Returns the bytes of all segments. */
  long stored() {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += length(i);
    }
    return sum;
  }

  /** Reads up to {@code slots} entries of 24 bytes of a GNU sparse header or its extension. */
  void addGnu(byte[] block, int at, int slots) throws BadHeaderException {
    for (int i = 0; i < slots; i++) {
      int slot = at + 24 * i;
      if (block[slot] == 0 && block[slot + 12] == 0) {
        return;
      }
      add(
          TarHeader.number(block, slot, 12, "sparse map"),
          TarHeader.number(block, slot + 12, 12, "sparse map"));
    }
  }

  /** Reads the map of pax format 0.0: one record a number. */
  static SparseMap of00(List<byte[]> numbers, long size) throws BadHeaderException {
    if (numbers.size() % 2 != 0) {
      throw new BadHeaderException("its sparse map lacks a number");
    }
    SparseMap map = new SparseMap(size);
    for (int i = 0; i < numbers.size(); i += 2) {
      map.add(
          PaxRecords.decimal(numbers.get(i), "GNU.sparse.offset"),
          PaxRecords.decimal(numbers.get(i + 1), "GNU.sparse.numbytes"));
    }
    return map;
  }

  /** Reads the map of pax format 0.1: numbers between commas. */
  static SparseMap of01(byte[] text, long size, int most) throws BadHeaderException {
    SparseMap map = new SparseMap(size);
    String[] numbers = new String(text, StandardCharsets.ISO_8859_1).split(",", -1);
    if (numbers.length % 2 != 0) {
      throw new BadHeaderException("its sparse map lacks a number");
    }
    if (numbers.length / 2 > most) {
      throw new BadHeaderException(
          "its sparse map has more than " + most + " segments, which is the limit");
    }
    for (int i = 0; i < numbers.length; i += 2) {
      map.add(
          PaxRecords.decimal(numbers[i].getBytes(StandardCharsets.ISO_8859_1), "GNU.sparse.map"),
          PaxRecords.decimal(
              numbers[i + 1].getBytes(StandardCharsets.ISO_8859_1), "GNU.sparse.map"));
    }
    return map;
  }
}
