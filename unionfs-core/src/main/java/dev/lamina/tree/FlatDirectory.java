package dev.lamina.tree;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A directory, or a page of one, in its encoding with an index over it: arrays of offsets and of
 * what every request asks for. What is asked for seldom is decoded from the bytes when it is.
 */
final class FlatDirectory implements Directory {
  /** The most entries that are one record. */
  static final int MAX_ENTRIES = 4096;

  /** The most entries of a page. */
  static final int MAX_PAGE_ENTRIES = 8192;

  /** The fewest bytes an entry takes: those of a named pipe with a name of one byte. */
  private static final int SMALLEST_ENTRY = 8;

  /** The directory without entries. */
  static final FlatDirectory EMPTY = empty();

  private final Digest digest;
  private final byte[] encoded;
  private final int firstEntry;
  private final int size;
  private final int[] nameAt;
  private final byte[] nameLength;
  private final int[] mode;
  private final int[] uid;
  private final int[] gid;
  private final long[] mtime;
  private final int[] xattrsAt;
  private final int[] dataAt;

  /** Prefix sums of the counts; empty where no entry is a directory, since all are 1 then. */
  private final long[] before;

  /**
   * The digests of child directories, made when first asked for, so that a descent allocates
   * nothing. Two threads may make the same one, which does no harm: digests are values.
   */
  private final @Nullable Digest[] children;

  private FlatDirectory(RecordReader in, int most) {
    digest = in.record();
    encoded = in.array();
    size = in.count(SMALLEST_ENTRY, most, "number of entries");
    firstEntry = in.at();
    nameAt = new int[size];
    nameLength = new byte[size];
    mode = new int[size];
    uid = new int[size];
    gid = new int[size];
    mtime = new long[size];
    xattrsAt = new int[size];
    dataAt = new int[size];
    long[] sums = new long[size + 1];
    for (int k = 0; k < size; k++) {
      decodeName(in, k);
      FileKind kind = in.kind();
      mode[k] = kind.format() | in.mode();
      uid[k] = in.id();
      gid[k] = in.id();
      mtime[k] = in.zigzag();
      xattrsAt[k] = in.at();
      in.xattrs(false);
      dataAt[k] = in.at();
      sums[k + 1] = sums[k] + decodeData(in, kind);
      if (sums[k + 1] > MAX_POSITIONS) {
        throw in.damaged("more positions than a tree may have");
      }
    }
    in.end();
    boolean nested = sums[size] != size || hasDirectory();
    before = sums[size] == size ? new long[0] : sums;
    children = new @Nullable Digest[nested ? size : 0];
  }

  private boolean hasDirectory() {
    for (int k = 0; k < size; k++) {
      if (kind(k) == FileKind.DIRECTORY) {
        return true;
      }
    }
    return false;
  }

  private void decodeName(RecordReader in, int k) {
    int length = in.fileName();
    nameAt[k] = in.at() - length;
    nameLength[k] = (byte) length;
    if (k > 0
        && Arrays.compareUnsigned(
                encoded, nameAt[k - 1], nameEnd(k - 1), encoded, nameAt[k], nameEnd(k))
            >= 0) {
      throw in.damaged("names out of order");
    }
  }

  private static long decodeData(RecordReader in, FileKind kind) {
    switch (kind) {
      case REGULAR -> {
        if (in.varint(0, Long.MAX_VALUE, "size of a file") > 0) {
          in.skip(Digest.LENGTH);
        }
      }
      case DIRECTORY -> {
        in.skip(Digest.LENGTH);
        return in.varint(1, MAX_POSITIONS, "number of names below a directory");
      }
      case SYMLINK -> in.target();
      case CHARACTER_DEVICE, BLOCK_DEVICE -> in.varint();
      case FIFO, SOCKET -> {}
    }
    return 1;
  }

  private static FlatDirectory empty() {
    byte[] encoded = {RecordType.VERSION, (byte) RecordType.DIRECTORY.code, 0};
    RecordReader in = RecordReader.of(Digest.sha256(encoded, 0, encoded.length), encoded);
    in.require(RecordType.DIRECTORY);
    return directory(in);
  }

  /** Decodes what follows the type of a directory record. */
  static FlatDirectory directory(RecordReader in) {
    return new FlatDirectory(in, MAX_ENTRIES);
  }

  /** Decodes what follows the type of a page. */
  static FlatDirectory page(RecordReader in) {
    FlatDirectory page = new FlatDirectory(in, MAX_PAGE_ENTRIES);
    if (page.size == 0) {
      throw in.damaged("a page without entries");
    }
    PageCut cut = new PageCut();
    for (int k = 0; k < page.size - 1; k++) {
      if (cut.after(page.encoded, page.nameAt[k], page.nameEnd(k) - page.nameAt[k])) {
        throw in.damaged("a page that should have ended before");
      }
    }
    return page;
  }

  /** Returns whether this is a page and not a directory of its own. */
  boolean isPage() {
    return encoded[1] == RecordType.PAGE.code;
  }

  /** Returns whether a page ends here wherever it is: only the last of a directory may not. */
  boolean isComplete() {
    int last = size - 1;
    return size == MAX_PAGE_ENTRIES
        || new PageCut().after(encoded, nameAt[last], nameEnd(last) - nameAt[last]);
  }

  private int nameEnd(int k) {
    return nameAt[k] + (nameLength[k] & 0xff);
  }

  /** The record's bytes, which nobody changes. */
  byte[] encoded() {
    return encoded;
  }

  /** Returns where an entry's encoding begins; of the index {@link #size}, where the last ends. */
  int entryStart(int index) {
    if (index == size) {
      return encoded.length;
    }
    return index == 0 ? firstEntry : nameAt[index] - ((nameLength[index] & 0x80) == 0 ? 1 : 2);
  }

  /** Roughly what this takes in memory, in bytes. */
  int weight() {
    return encoded.length + 200 + 37 * size + 8 * before.length + 56 * children.length;
  }

  @Override
  public Digest digest() {
    return digest;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public int find(FileName name) {
    int index = search(name);
    return index < 0 ? -1 : index;
  }

  @Override
  public int ceiling(FileName name) {
    int index = search(name);
    return index < 0 ? -index - 1 : index;
  }

  private int search(FileName name) {
    int low = 0;
    int high = size - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = name.compareTo(encoded, nameAt[middle], nameLength[middle] & 0xff);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        high = middle - 1;
      } else {
        low = middle + 1;
      }
    }
    return -low - 1;
  }

  @Override
  public FileName name(int index) {
    return FileName.of(encoded, nameAt[index], nameLength[index] & 0xff);
  }

  @Override
  public int nameLength(int index) {
    return nameLength[index] & 0xff;
  }

  @Override
  public void copyName(int index, byte[] target, int at) {
    System.arraycopy(encoded, nameAt[index], target, at, nameLength[index] & 0xff);
  }

  @Override
  public FileKind kind(int index) {
    return FileKind.ofMode(mode[index]);
  }

  @Override
  public int mode(int index) {
    return mode[index];
  }

  @Override
  public int uid(int index) {
    return uid[index];
  }

  @Override
  public int gid(int index) {
    return gid[index];
  }

  @Override
  public long mtime(int index) {
    return mtime[index];
  }

  @Override
  public boolean hasXattrs(int index) {
    return encoded[xattrsAt[index]] != 0;
  }

  @Override
  public Xattrs xattrs(int index) {
    return hasXattrs(index) ? RecordReader.xattrs(digest, encoded, xattrsAt[index]) : Xattrs.EMPTY;
  }

  @Override
  public Metadata metadata(int index) {
    return new Metadata(
        mode[index] & Metadata.MODE_MASK, uid[index], gid[index], mtime[index], xattrs(index));
  }

  @Override
  public long fileSize(int index) {
    return switch (kind(index)) {
      case REGULAR, SYMLINK -> RecordReader.varint(encoded, dataAt[index]);
      case DIRECTORY, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET -> 0;
    };
  }

  @Override
  public Optional<Digest> blob(int index) {
    require(index, FileKind.REGULAR);
    long bytes = fileSize(index);
    return bytes == 0
        ? Optional.empty()
        : Optional.of(Digest.of(encoded, dataAt[index] + RecordReader.varintLength(bytes)));
  }

  @Override
  public byte[] target(int index) {
    require(index, FileKind.SYMLINK);
    long length = fileSize(index);
    int start = dataAt[index] + RecordReader.varintLength(length);
    return Arrays.copyOfRange(encoded, start, start + (int) length);
  }

  @Override
  public long device(int index) {
    if (!kind(index).isDevice()) {
      throw new IllegalArgumentException("no device: " + name(index));
    }
    return RecordReader.varint(encoded, dataAt[index]);
  }

  @Override
  public Digest directory(int index) {
    require(index, FileKind.DIRECTORY);
    Digest child = children[index];
    if (child == null) {
      child = Digest.of(encoded, dataAt[index]);
      children[index] = child;
    }
    return child;
  }

  private void require(int index, FileKind kind) {
    if (kind(index) != kind) {
      throw new IllegalArgumentException("no " + kind + ": " + name(index));
    }
  }

  @Override
  public TreeEntry entry(int index) {
    Metadata metadata = metadata(index);
    FileKind kind = kind(index);
    return switch (kind) {
      case REGULAR -> new TreeEntry.File(metadata, fileSize(index), blob(index));
      case DIRECTORY -> new TreeEntry.Directory(metadata);
      case SYMLINK -> new TreeEntry.Symlink(metadata, target(index));
      case CHARACTER_DEVICE, BLOCK_DEVICE -> new TreeEntry.Device(metadata, kind, device(index));
      case FIFO, SOCKET -> new TreeEntry.Special(metadata, kind);
    };
  }

  @Override
  public long count(int index) {
    Objects.checkIndex(index, size);
    return before.length == 0 ? 1 : before[index + 1] - before[index];
  }

  @Override
  public long countBefore(int index) {
    Objects.checkIndex(index, size + 1);
    return before.length == 0 ? index : before[index];
  }

  @Override
  public int entryAt(long relative) {
    Objects.checkIndex(relative, positions());
    if (before.length == 0) {
      return (int) relative;
    }
    int found = Arrays.binarySearch(before, relative);
    return found < 0 ? -found - 2 : found;
  }

  @Override
  public long positions() {
    return countBefore(size);
  }

  /** Compares the name of an entry with that of an entry of another directory. */
  int compareName(int index, FlatDirectory other, int otherIndex) {
    return Arrays.compareUnsigned(
        encoded,
        nameAt[index],
        nameEnd(index),
        other.encoded,
        other.nameAt[otherIndex],
        other.nameEnd(otherIndex));
  }

  /** Returns whether an entry is that of another directory, with its name and all below it. */
  boolean isSame(int index, FlatDirectory other, int otherIndex) {
    return Arrays.equals(
        encoded,
        entryStart(index),
        entryStart(index + 1),
        other.encoded,
        other.entryStart(otherIndex),
        other.entryStart(otherIndex + 1));
  }

  @Override
  public String toString() {
    return "directory " + digest + " of " + size;
  }
}
