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

  private final TarInput in;
  private final ContentSink sink;
  private final Limits limits;
  private final SparseEntries sparse;

  FileContent(TarInput in, ContentSink sink, Limits limits) {
    this.in = in;
    this.sink = sink;
    this.limits = limits;
    this.sparse = new SparseEntries(in, limits);
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
    if (SparseEntries.isOldGnu(entry)) {
      sparse.passMap(entry);
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
    if (SparseEntries.isSparse(entry)) {
      return readSparse(entry, size, metadata);
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

  private TreeEntry readSparse(TarEntry entry, long stored, Metadata metadata)
      throws IOException, BadHeaderException {
    SparseMap map = sparse.map(entry, stored);
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
