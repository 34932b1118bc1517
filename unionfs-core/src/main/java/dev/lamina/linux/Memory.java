package dev.lamina.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Native memory read and written by address, in the machine's byte order and at any alignment,
 * without allocating. An address outside what the process has mapped kills the process, as in C:
 * callers own their buffers and check lengths before they come here.
 */
public final class Memory {
  private static final MemorySegment ALL = all();

  private Memory() {}

  /** One byte at {@code address}. */
  public static byte getByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address);
  }

  /** Two bytes at {@code address}. */
  public static short getShort(long address) {
    return ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address);
  }

  /** Four bytes at {@code address}. */
  public static int getInt(long address) {
    return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address);
  }

  /** Eight bytes at {@code address}. */
  public static long getLong(long address) {
    return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
  }

  /** Stores one byte at {@code address}. */
  public static void putByte(long address, byte value) {
    ALL.set(ValueLayout.JAVA_BYTE, address, value);
  }

  /** Stores two bytes at {@code address}. */
  public static void putShort(long address, short value) {
    ALL.set(ValueLayout.JAVA_SHORT_UNALIGNED, address, value);
  }

  /** Stores four bytes at {@code address}. */
  public static void putInt(long address, int value) {
    ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address, value);
  }

  /** Stores eight bytes at {@code address}. */
  public static void putLong(long address, long value) {
    ALL.set(ValueLayout.JAVA_LONG_UNALIGNED, address, value);
  }

  /** Sets {@code length} bytes from {@code address} to zero. */
  public static void clear(long address, long length) {
    // Small blocks are the rule, and a slice of the segment would be allocated for each.
    long at = address;
    long end = address + length;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      putLong(at, 0);
    }
    for (; at < end; at++) {
      putByte(at, (byte) 0);
    }
  }

  /** Copies {@code length} bytes of an array, from {@code offset}, to {@code address}. */
  public static void copyIn(long address, byte[] source, int offset, int length) {
    MemorySegment.copy(source, offset, ALL, ValueLayout.JAVA_BYTE, address, length);
  }

  /** Copies {@code length} bytes at {@code address} into an array, from {@code offset}. */
  public static void copyOut(long address, byte[] target, int offset, int length) {
    MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, address, target, offset, length);
  }

  /** Copies {@code length} bytes between two addresses; the ranges may overlap. */
  public static void copy(long from, long to, long length) {
    MemorySegment.copy(ALL, from, ALL, to, length);
  }

  /** A new array with {@code length} bytes from {@code address}. */
  public static byte[] bytes(long address, int length) {
    byte[] bytes = new byte[length];
    copyOut(address, bytes, 0, length);
    return bytes;
  }

  /** The number of bytes before the first zero at or after {@code address}, at most {@code max}. */
  public static int stringLength(long address, int max) {
    int length = 0;
    while (length < max && getByte(address + length) != 0) {
      length++;
    }
    return length;
  }

  /** The size of a page of memory in bytes: 4, 16 or 64 KiB, by processor and kernel. */
  public static int pageSize() {
    return PageSize.BYTES;
  }

  /**
   * A page-aligned buffer that the collector frees once nothing refers to the segment: whoever
   * passes its address around keeps the segment itself reachable.
   *
   * @param size in bytes, positive
   */
  public static MemorySegment pageAligned(long size) {
    return Arena.ofAuto().allocate(size, PageSize.BYTES);
  }

  /** A view of {@code size} bytes at {@code address}, which whoever made them keeps mapped. */
  public static MemorySegment view(long address, long size) {
    return ALL.asSlice(address, size);
  }

  @SuppressWarnings("restricted")
  private static MemorySegment all() {
    return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  }
}
