package dev.lamina.archive;

import dev.lamina.archive.TarHeader.BadHeaderException;
import java.io.IOException;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * The sparse entries of one tar, in the forms that GNU tar writes ("Storing Sparse Files" in its
 * manual): the old GNU format, whose map is in the header and in blocks behind it; pax formats 0.0
 * and 0.1, in pax records; pax format 1.0, at the start of the data. For one thread.
 */
final class SparseEntries {
  private static final int GNU_MAP = 386;
  private static final int GNU_EXTENDED = 482;
  private static final int GNU_REAL_SIZE = 483;
  private static final int EXTENSION_SLOTS = 21;
  private static final int EXTENSION_MORE = 504;

  private final TarInput in;
  private final Limits limits;
  private long holes;

  SparseEntries(TarInput in, Limits limits) {
    this.in = in;
    this.limits = limits;
  }

  /** Returns whether an entry's data is less than its file's content. */
  static boolean isSparse(TarEntry entry) {
    PaxRecords pax = entry.pax();
    return isOldGnu(entry)
        || pax.get("GNU.sparse.map").isPresent()
        || pax.get("GNU.sparse.major").isPresent()
        || !pax.sparse00().isEmpty()
        || pax.get("GNU.sparse.size").isPresent();
  }

  /** Returns whether an entry is of the old GNU format, whose map is no part of its size. */
  static boolean isOldGnu(TarEntry entry) {
    return entry.header().type() == TarConstants.LF_GNUTYPE_SPARSE;
  }

  /** Returns the real name of an entry: a sparse one's header may carry a made-up one. */
  static byte[] name(TarEntry entry) {
    return entry.pax().get("GNU.sparse.name").orElse(entry.name());
  }

  /**
   * Returns where the data of a sparse entry belongs. What is read of the map is what stands before
   * the data: that is next.
   *
   * @param stored how many bytes the entry announces, the map of pax format 1.0 among them
   */
  SparseMap map(TarEntry entry, long stored) throws IOException, BadHeaderException {
    long start = in.position();
    SparseMap map = map(entry);
    long left = stored - (isOldGnu(entry) ? 0 : in.position() - start);
    if (map.stored() != left) {
      throw new BadHeaderException(
          "its sparse map names " + map.stored() + " bytes of data and the entry holds " + left);
    }
    long more = map.size() - map.stored();
    if (more > limits.holeBytes() - holes) {
      throw new BadHeaderException(
          "looks like a sparse bomb: the holes of this layer's sparse entries have more than "
              + limits.holeBytes()
              + " bytes, which is the limit; raise the limit to import it");
    }
    holes += more;
    return map;
  }

  /** Passes over what is between header and data of an entry of the old GNU format. */
  void passMap(TarEntry entry) throws IOException, BadHeaderException {
    oldGnu(entry);
  }

  private SparseMap map(TarEntry entry) throws IOException, BadHeaderException {
    PaxRecords pax = entry.pax();
    if (isOldGnu(entry)) {
      return oldGnu(entry);
    }
    long major = pax.number("GNU.sparse.major").orElse(0L);
    if (major == 1) {
      return inData(pax.number("GNU.sparse.realsize").orElseThrow(SparseEntries::noSize));
    }
    if (major != 0) {
      throw new BadHeaderException("its sparse map is of version " + major + ", which is unknown");
    }
    long size = pax.number("GNU.sparse.size").orElseThrow(SparseEntries::noSize);
    Optional<byte[]> text = pax.get("GNU.sparse.map");
    SparseMap map =
        text.isPresent()
            ? SparseMap.of01(text.get(), size, limits.sparseSegments())
            : SparseMap.of00(pax.sparse00(), size);
    long segments = pax.number("GNU.sparse.numblocks").orElse(map.named());
    if (segments != map.named()) {
      throw new BadHeaderException(
          "its sparse map has " + map.named() + " segments, and " + segments + " are announced");
    }
    return map;
  }

  private static BadHeaderException noSize() {
    return new BadHeaderException("a sparse entry without its real size");
  }

  private SparseMap oldGnu(TarEntry entry) throws IOException, BadHeaderException {
    byte[] block = entry.block();
    long size = TarHeader.number(block, GNU_REAL_SIZE, 12, "real size");
    if (size < 0) {
      throw new BadHeaderException("its real size is negative");
    }
    SparseMap map = new SparseMap(size);
    map.addGnu(block, GNU_MAP, 4);
    boolean more = block[GNU_EXTENDED] != 0;
    byte[] extension = new byte[TarHeader.BLOCK];
    for (long blocks = 1; more; blocks++) {
      if (in.block(extension) < TarHeader.BLOCK) {
        throw new BadHeaderException("cut off in its sparse map");
      }
      if (blocks * EXTENSION_SLOTS > limits.sparseSegments()) {
        throw tooMany();
      }
      map.addGnu(extension, 0, EXTENSION_SLOTS);
      more = extension[EXTENSION_MORE] != 0;
    }
    return map;
  }

  /** Pax format 1.0: decimal lines at the start of the data, filled up to whole blocks. */
  private SparseMap inData(long size) throws IOException, BadHeaderException {
    SparseMapText text = new SparseMapText(in);
    long segments = text.number();
    if (segments > limits.sparseSegments()) {
      throw tooMany();
    }
    SparseMap map = new SparseMap(size);
    for (long i = 0; i < segments; i++) {
      map.add(text.number(), text.number());
    }
    return map;
  }

  private BadHeaderException tooMany() {
    return new BadHeaderException(
        "its sparse map has more than "
            + limits.sparseSegments()
            + " segments, which is the limit");
  }
}
