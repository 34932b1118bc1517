package dev.lamina.fuse.kernel;

import dev.lamina.fs.Attributes;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystemStatus;
import dev.lamina.fs.OpenFile;
import dev.lamina.linux.DeviceNumber;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Timespec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One reply (or notification) in a buffer, written field by field behind its header and used again
 * for the next. Not thread-safe.
 *
 * <p>The header ({@code struct fuse_out_header}): length u32, error i32 (negated errno, or the code
 * of a notification), unique u64.
 */
final class Reply {
  /** Length of the header. */
  static final int HEADER = 16;

  /** How long the kernel keeps what only changes through it, in seconds: for ever. */
  static final long FOREVER = Long.MAX_VALUE;

  /** How long it keeps attributes that may change by themselves, in seconds. */
  static final long EXPIRING = 1;

  private static final int BLOCK_SIZE = 4096;
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int STATX_BTIME = 0x800;
  private static final int FOPEN_DIRECT_IO = 1;
  private static final int FOPEN_KEEP_CACHE = 1 << 1;
  private static final int FOPEN_NOFLUSH = 1 << 5;
  private static final int FOPEN_PASSTHROUGH = 1 << 7;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private final MemorySegment buffer;
  private int length;

  /** Makes a writer on a buffer, at its start. */
  Reply(MemorySegment buffer) {
    this.buffer = buffer;
    this.length = HEADER;
  }

  /** Empties the reply. */
  void begin() {
    length = HEADER;
  }

  /** The buffer, for payload that is put there in place: see {@link #advance}. */
  MemorySegment buffer() {
    return buffer;
  }

  /** Length up to now, header included: where the next field goes. */
  int length() {
    return length;
  }

  /** How much payload the buffer can take. */
  int capacity() {
    return (int) Math.min(buffer.byteSize() - HEADER, Integer.MAX_VALUE);
  }

  /** Counts payload that was put at {@link #length}. */
  void advance(int bytes) {
    length += bytes;
  }

  /** Drops what was written behind an earlier {@link #length}. */
  void cutTo(int earlier) {
    length = earlier;
  }

  void putInt(int value) {
    buffer.set(INT, length, value);
    length += Integer.BYTES;
  }

  void putLong(long value) {
    buffer.set(LONG, length, value);
    length += Long.BYTES;
  }

  void putZeros(int bytes) {
    for (int i = 0; i < bytes; i++) {
      buffer.set(ValueLayout.JAVA_BYTE, length + i, (byte) 0);
    }
    length += bytes;
  }

  void putBytes(byte[] bytes) {
    MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, length, bytes.length);
    length += bytes.length;
  }

  void putName(FileName name) {
    for (int i = 0; i < name.length(); i++) {
      buffer.set(ValueLayout.JAVA_BYTE, length + i, name.byteAt(i));
    }
    length += name.length();
  }

  /** {@code struct fuse_entry_out}, 128 bytes. */
  void putEntry(Entry entry) {
    putLong(entry.node);
    putLong(entry.generation);
    putLong(FOREVER);
    putLong(attributesValid(entry.attributes));
    putLong(0);
    putAttributes(entry.attributes);
  }

  /** An entry that says for ever: there is no such name. */
  void putNegativeEntry() {
    putLong(0);
    putLong(0);
    putLong(FOREVER);
    putZeros(104);
  }

  /** {@code struct fuse_attr_out}, 104 bytes. */
  void putAttributesReply(Attributes attributes) {
    putLong(attributesValid(attributes));
    putLong(0);
    putAttributes(attributes);
  }

  /** {@code struct fuse_attr}, 88 bytes. */
  private void putAttributes(Attributes attributes) {
    putLong(attributes.inode);
    putLong(attributes.size);
    putLong(attributes.blocks);
    putLong(Timespec.seconds(attributes.accessTime));
    putLong(Timespec.seconds(attributes.modifyTime));
    putLong(Timespec.seconds(attributes.changeTime));
    putInt(Timespec.nanos(attributes.accessTime));
    putInt(Timespec.nanos(attributes.modifyTime));
    putInt(Timespec.nanos(attributes.changeTime));
    putInt(attributes.mode);
    putInt(attributes.links);
    putInt(attributes.uid);
    putInt(attributes.gid);
    // The kernel's 32-bit form of a device number is the lower half of the 64-bit one.
    putInt((int) attributes.device);
    putInt(BLOCK_SIZE);
    putInt(0);
  }

  /** {@code struct fuse_statx_out}, 288 bytes. */
  void putStatx(Attributes attributes) {
    putLong(attributesValid(attributes));
    putZeros(24);
    putInt(STATX_BASIC_STATS | STATX_BTIME);
    putInt(BLOCK_SIZE);
    putLong(0);
    putInt(attributes.links);
    putInt(attributes.uid);
    putInt(attributes.gid);
    putInt(attributes.mode & 0xffff);
    putLong(attributes.inode);
    putLong(attributes.size);
    putLong(attributes.blocks);
    putLong(0);
    putStatxTime(attributes.accessTime);
    putStatxTime(attributes.birthTime);
    putStatxTime(attributes.changeTime);
    putStatxTime(attributes.modifyTime);
    putInt(DeviceNumber.major(attributes.device));
    putInt(DeviceNumber.minor(attributes.device));
    putZeros(8 + 14 * Long.BYTES);
  }

  private void putStatxTime(long time) {
    putLong(Timespec.seconds(time));
    putInt(Timespec.nanos(time));
    putInt(0);
  }

  /**
   * {@code struct fuse_open_out}, 16 bytes. No flush is asked for on close: nothing is written
   * late. What the kernel reads by itself takes no flag about a cache: what it had cached goes.
   */
  void putOpen(OpenFile file) {
    putLong(file.handle);
    if (file.backing == OpenFile.Backing.NONE) {
      putInt(
          FOPEN_NOFLUSH
              | (file.keepCache ? FOPEN_KEEP_CACHE : 0)
              | (file.directIo ? FOPEN_DIRECT_IO : 0));
      putInt(0);
    } else {
      putInt(FOPEN_NOFLUSH | FOPEN_PASSTHROUGH);
      putInt(file.backingId);
    }
  }

  /** {@code struct fuse_statfs_out}, 80 bytes. */
  void putStatus(FileSystemStatus status) {
    putLong(status.blocks());
    putLong(status.freeBlocks());
    putLong(status.availableBlocks());
    putLong(status.files());
    putLong(status.freeFiles());
    putInt(status.blockSize());
    putInt(status.maximumNameLength());
    putInt(status.blockSize());
    putZeros(7 * Integer.BYTES);
  }

  private static long attributesValid(Attributes attributes) {
    if (attributes.uncached) {
      return 0;
    }
    return attributes.expiring ? EXPIRING : FOREVER;
  }

  /** Completes a reply of success; its length. */
  int finish(long unique) {
    return header(0, unique);
  }

  /** Makes it a reply that says an error and nothing else; its length. */
  int error(long unique, Errno errno) {
    length = HEADER;
    return header(-errno.number(), unique);
  }

  /** Completes a notification of a code of {@code enum fuse_notify_code}; its length. */
  int notification(int code) {
    return header(code, 0);
  }

  private int header(int error, long unique) {
    buffer.set(INT, 0, length);
    buffer.set(INT, 4, error);
    buffer.set(LONG, 8, unique);
    return length;
  }
}
