package dev.lamina.archive;

import dev.lamina.archive.TarHeader.BadHeaderException;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.TreeEntry;
import java.io.IOException;
import java.util.Optional;

/**
 * Reads the data of a file's entry into the store, sparse ones (GNU's old format, pax formats 0.0,
 * 0.1 and 1.0) with their holes filled by zeros; the framing then names the parts.
 */
final class FileContent {
  private static final byte[] ZEROS = new byte[1 << 16];
  private static final int GNU_MAP = 386;
  private static final int GNU_EXTENDED = 482;
  private static final int GNU_REAL_SIZE = 483;
  private static final int EXTENSION_SLOTS = 21;
  private static final int EXTENSION_MORE = 504;

  private final TarInput in;
  private final ContentSink sink;
  private final Limits limits;
  private long holes;

  FileContent(TarInput in, ContentSink sink, Limits limits) {
    this.in = in;
    this.sink = sink;
    this.limits = limits;
  }

  boolean isSparse(TarEntry entry) {
    PaxRecords pax = entry.pax();
    return entry.header().type() == 'S'
        || pax.get("GNU.sparse.map").isPresent()
        || pax.get("GNU.sparse.major").isPresent()
        || !pax.sparse00().isEmpty()
        || pax.get("GNU.sparse.size").isPresent();
  }

  /** Returns the real name of a sparse entry, whose header carries a made-up one. */
  Optional<byte[]> sparseName(TarEntry entry) {
    return entry.pax().get("GNU.sparse.name");
  }

  /** Returns the size of the data in the archive. */
  private long stored(TarEntry entry) throws BadHeaderException {
    long size = entry.pax().number("size").orElse(entry.header().size());
    if (size > limits.bytes() - Math.min(in.position(), limits.bytes())) {
      throw new BadHeaderException(
          "it announces "
              + size
              + " bytes, more than the limit of "
              + limits.bytes()
              + " for a layer; raise the limit to import it");
    }
    return size;
  }

  /** Passes over the data of an entry that is no file. */
  void skip(TarEntry entry) throws IOException, BadHeaderException {
    if (!hasData(entry.header().type())) {
      return;
    }
    long size = stored(entry);
    if (!in.skip(size) || !in.skip(TarInput.padding(size))) {
      throw cutOff(size);
    }
  }

  /** Links, devices, directories and fifos have no data, whatever their size field says. */
  private static boolean hasData(byte type) {
    return type < '1' || type > '6';
  }

  TreeEntry read(TarEntry entry, Metadata metadata) throws IOException, BadHeaderException {
    long size = stored(entry);
    if (isSparse(entry)) {
      return sparse(entry, size, metadata);
    }
    try (ContentSink.Content content = sink.begin(size)) {
      if (!in.copy(size, content)) {
        throw cutOff(size);
      }
      Optional<Digest> digest = content.finish();
      if (digest.isPresent()) {
        in.framing().blob(digest.get(), size);
      }
      pad(size);
      return new TreeEntry.File(metadata, size, digest);
    }
  }

  private TreeEntry sparse(TarEntry entry, long stored, Metadata metadata)
      throws IOException, BadHeaderException {
    long start = in.position();
    SparseMap map = map(entry);
    long left = stored - (entry.header().type() == 'S' ? 0 : in.position() - start);
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
    try (ContentSink.Content content = sink.begin(map.size())) {
      long at = 0;
      for (int i = 0; i < map.segments(); i++) {
        zeros(map.offset(i) - at, content);
        if (!in.copy(map.length(i), content)) {
          throw cutOff(stored);
        }
        at = map.offset(i) + map.length(i);
      }
      zeros(map.size() - at, content);
      Optional<Digest> digest = content.finish();
      for (int i = 0; i < map.segments(); i++) {
        in.framing().part(digest.orElseThrow(), map.size(), map.offset(i), map.length(i));
      }
      pad(stored);
      return new TreeEntry.File(metadata, map.size(), digest);
    }
  }

  private static void zeros(long length, ContentSink.Content content) {
    for (long left = length; left > 0; left -= Math.min(left, ZEROS.length)) {
      content.write(ZEROS, 0, (int) Math.min(left, ZEROS.length));
    }
  }

  private SparseMap map(TarEntry entry) throws IOException, BadHeaderException {
    PaxRecords pax = entry.pax();
    if (entry.header().type() == 'S') {
      return oldGnu(entry);
    }
    if (pax.number("GNU.sparse.major").orElse(0L) == 1) {
      return inData(pax.number("GNU.sparse.realsize").orElseThrow(FileContent::noSize));
    }
    long size = pax.number("GNU.sparse.size").orElseThrow(FileContent::noSize);
    Optional<byte[]> map = pax.get("GNU.sparse.map");
    return map.isPresent()
        ? SparseMap.of01(map.get(), size, limits.sparseSegments())
        : SparseMap.of00(pax.sparse00(), size);
  }

  private static BadHeaderException noSize() {
    return new BadHeaderException("a sparse entry without its real size");
  }

  private SparseMap oldGnu(TarEntry entry) throws IOException, BadHeaderException {
    byte[] block = entry.block();
    SparseMap map =
        new SparseMap(Math.max(0, TarHeader.number(block, GNU_REAL_SIZE, 12, "real size")));
    map.addGnu(block, GNU_MAP, 4);
    boolean more = block[GNU_EXTENDED] != 0;
    byte[] extension = new byte[TarHeader.BLOCK];
    for (long blocks = 1; more; blocks++) {
      if (in.block(extension) < TarHeader.BLOCK) {
        throw new BadHeaderException("cut off in its sparse map");
      }
      if (blocks * EXTENSION_SLOTS > limits.sparseSegments()) {
        throw new BadHeaderException("its sparse map has more segments than the limit");
      }
      map.addGnu(extension, 0, EXTENSION_SLOTS);
      more = extension[EXTENSION_MORE] != 0;
    }
    return map;
  }

  /** Passes over what follows the header of a sparse entry of GNU's old format, before its data. */
  static void skipOldMap(TarEntry entry, TarInput in) throws IOException, BadHeaderException {
    boolean more = entry.block()[GNU_EXTENDED] != 0;
    byte[] extension = new byte[TarHeader.BLOCK];
    while (more) {
      if (in.block(extension) < TarHeader.BLOCK) {
        throw new BadHeaderException("cut off in its sparse map");
      }
      more = extension[EXTENSION_MORE] != 0;
    }
  }

  /** Pax format 1.0: decimal lines at the start of the data, filled up to whole blocks. */
  private SparseMap inData(long size) throws IOException, BadHeaderException {
    SparseMapText text = new SparseMapText(in);
    long segments = text.number();
    if (segments > limits.sparseSegments()) {
      throw new BadHeaderException("its sparse map has more segments than the limit");
    }
    SparseMap map = new SparseMap(size);
    for (long i = 0; i < segments; i++) {
      map.add(text.number(), text.number());
    }
    return map;
  }

  private void pad(long size) throws IOException, BadHeaderException {
    if (!in.skip(TarInput.padding(size))) {
      throw cutOff(size);
    }
  }

  private static BadHeaderException cutOff(long size) {
    return new BadHeaderException(
        "the archive is cut off inside it (it announces " + size + " bytes)");
  }
}
