package dev.lamina.archive;

import dev.lamina.archive.TarHeader.BadHeaderException;
import dev.lamina.fs.FileName;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Reads a tar header by header: gathers pax headers (local and global) and GNU's long names, and
 * finds the end. What is between headers is the caller's to read.
 */
final class TarEntryReader {
  // Each one costs as much as all before it, and real archives have three at most.
  private static final int MOST_EXTENSIONS = 16;
  // Each entry pays for all of them, and real archives have a comment.
  private static final int MOST_GLOBAL_RECORDS = 256;

  private static final int ENTRY_MEMORY = 256;
  private static final int NAME_MEMORY = 64;
  private static final int SHALLOW = 32;
  private static final int DEEP_NAME_MEMORY = 512;

  private final String archive;
  private final TarInput in;
  private final Limits limits;
  private final MetadataBudget.Lease memory;
  private PaxRecords global = PaxRecords.NONE;
  private long globalBytes;
  private boolean endMarker;

  TarEntryReader(String archive, TarInput in, Limits limits, MetadataBudget.Lease memory) {
    this.archive = archive;
    this.in = in;
    this.limits = limits;
    this.memory = memory;
  }

  /** Returns whether the archive ended with a block of zeros and not just so. */
  boolean sawEndMarker() {
    return endMarker;
  }

  /** Returns the next entry; empty after the last one, with the rest of the stream unread. */
  Optional<TarEntry> next() throws IOException {
    PaxRecords local = PaxRecords.NONE;
    Optional<byte[]> longName = Optional.empty();
    Optional<byte[]> longLink = Optional.empty();
    int extensions = 0;
    long headerBytes = 0;
    while (true) {
      Optional<byte[]> block = header(extensions > 0);
      if (block.isEmpty()) {
        return Optional.empty();
      }
      TarHeader header;
      try {
        header = TarHeader.parse(block.get());
      } catch (BadHeaderException e) {
        throw bad(at() + e.reason());
      }
      if (!isExtension(header.type())) {
        PaxRecords pax = global.overriddenBy(local);
        byte[] name = pax.get("path").or(orElse(longName)).orElse(header.name());
        byte[] link = pax.get("linkpath").or(orElse(longLink)).orElse(header.link());
        account(name, link, pax);
        return Optional.of(new TarEntry(header, name, link, pax, block.get()));
      }
      extensions++;
      if (extensions > MOST_EXTENSIONS) {
        throw bad(
            at()
                + "more than "
                + MOST_EXTENSIONS
                + " extended headers before one entry, which is the limit");
      }
      headerBytes += TarHeader.BLOCK + Math.min(header.size(), Integer.MAX_VALUE);
      byte[] data = extension(header, headerBytes);
      try {
        switch (header.type()) {
          case TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER -> {
            globalBytes += data.length;
            check(globalBytes, "global pax headers");
            global = global.overriddenBy(PaxRecords.parse(data, limits.sparseSegments()));
            if (global.all().size() > MOST_GLOBAL_RECORDS) {
              throw new BadHeaderException(
                  "more than "
                      + MOST_GLOBAL_RECORDS
                      + " records in global pax headers, which is the limit");
            }
          }
          case TarConstants.LF_GNUTYPE_LONGNAME -> longName = Optional.of(text(data));
          case TarConstants.LF_GNUTYPE_LONGLINK -> longLink = Optional.of(text(data));
          default -> local = local.overriddenBy(PaxRecords.parse(data, limits.sparseSegments()));
        }
      } catch (BadHeaderException e) {
        throw bad(at() + e.reason());
      }
    }
  }

  private static java.util.function.Supplier<Optional<byte[]>> orElse(Optional<byte[]> value) {
    return () -> value;
  }

  /** Entries are kept in memory until the last one has been read, and a few bytes can make many. */
  private void account(byte[] name, byte[] link, PaxRecords pax) throws ArchiveException {
    switch (memory.take(ENTRY_MEMORY + names(name) + link.length + pax.bytes())) {
      case ENOUGH -> {}
      case SHORT ->
          throw new MemoryShortException(
              archive,
              Optional.of(print(name)),
              "the names and attributes up to this entry, and of the layers read meanwhile, take"
                  + tooMuch());
      case TOO_MUCH ->
          throw new ArchiveException(
              archive,
              Optional.of(print(name)),
              "the names and attributes up to this entry take" + tooMuch());
    }
  }

  private String tooMuch() {
    return " more memory than "
        + memory.most()
        + " bytes, which is the limit; raise the limit of entries to import it";
  }

  /** Each name of a path is an object, and what comes of a deep path costs more than its names. */
  private static long names(byte[] path) {
    long names = 1;
    for (byte b : path) {
      names += b == '/' ? 1 : 0;
    }
    long deep = Math.max(0, names - SHALLOW);
    return path.length + names * NAME_MEMORY + deep * DEEP_NAME_MEMORY;
  }

  /** Returns a block that is not zero; empty at the end. */
  private Optional<byte[]> header(boolean extended) throws IOException {
    byte[] block = new byte[TarHeader.BLOCK];
    int n = in.block(block);
    if (n > 0 && n < TarHeader.BLOCK) {
      throw bad("cut off in the middle of a header, at byte " + in.position());
    }
    if (n == TarHeader.BLOCK && !TarHeader.isZero(block)) {
      return Optional.of(block);
    }
    if (extended) {
      throw bad("cut off: it ends after an extended header, at byte " + in.position());
    }
    if (n > 0) {
      endMarker = true;
      int second = in.block(block);
      if (second > 0 && !TarHeader.isZero(Arrays.copyOf(block, second))) {
        throw bad(at() + "a lone block of zeros stands between entries");
      }
    }
    return Optional.empty();
  }

  private byte[] extension(TarHeader header, long headerBytes) throws IOException {
    check(headerBytes, "extended headers");
    int size = (int) header.size();
    byte[] data = in.framed(size);
    if (data.length < size || !in.skip(TarInput.padding(size))) {
      throw bad("cut off in an extended header, at byte " + in.position());
    }
    return data;
  }

  private void check(long bytes, String what) throws ArchiveException {
    if (bytes > limits.headerBytes()) {
      throw bad(
          at()
              + what
              + " of more than "
              + limits.headerBytes()
              + " bytes, which is the limit; raise the limit to import it");
    }
  }

  private static boolean isExtension(byte type) {
    return switch (type) {
      case TarConstants.LF_PAX_EXTENDED_HEADER_LC,
          TarConstants.LF_PAX_EXTENDED_HEADER_UC,
          TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER,
          TarConstants.LF_GNUTYPE_LONGNAME,
          TarConstants.LF_GNUTYPE_LONGLINK ->
          true;
      default -> false;
    };
  }

  /** GNU's long names end with one NUL. */
  private static byte[] text(byte[] data) {
    int end = data.length;
    while (end > 0 && data[end - 1] == 0) {
      end--;
    }
    return Arrays.copyOf(data, end);
  }

  private String at() {
    return "near byte " + in.position() + ": ";
  }

  private ArchiveException bad(String reason) {
    return new ArchiveException(archive, reason);
  }

  /** Returns a name for a message. */
  static String print(byte[] name) {
    String text = FileName.of(name).toString();
    return text.length() > 300 ? text.substring(0, 300) + "…" : text;
  }
}
