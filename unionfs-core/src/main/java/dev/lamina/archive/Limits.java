package dev.lamina.archive;

import java.io.IOException;
import java.io.InputStream;

/**
 * What an archive may cost at most. The defaults let every real image through and stop bombs; each
 * can be raised. Values are per layer unless said otherwise.
 *
 * @param bytes most bytes of an uncompressed tar
 * @param ratio most uncompressed bytes for each compressed one, once {@link #ratioFrom} bytes came
 *     out: zeros alone compress a thousandfold, and small layers of zeros are harmless
 * @param ratioFrom uncompressed bytes from which on {@code ratio} is asked for
 * @param entries most entries
 * @param headerBytes most bytes of extended headers (pax records, long names) of one entry
 * @param holeBytes most bytes that sparse entries add to what their archive holds
 * @param sparseSegments most data segments of one sparse entry
 * @param metadataBytes about how much memory the entries of all layers that are read at a time may
 *     take together: names, link targets, extended attributes, the framings
 * @param layers most layers of an image; engines stop at 127, and overlayfs at 500
 * @param inflaterBytes most memory that one compressed stream may ask for, in bytes: an xz stream
 *     its dictionary, of which the largest preset, {@code xz -9}, makes 64 MiB
 */
public record Limits(
    long bytes,
    long ratio,
    long ratioFrom,
    long entries,
    int headerBytes,
    long holeBytes,
    int sparseSegments,
    long metadataBytes,
    int layers,
    long inflaterBytes) {

  private static final long GIB = 1L << 30;
  private static final long MIB = 1L << 20;

  /** Checks that every limit lets something through. */
  public Limits {
    if (bytes <= 0
        || ratio <= 0
        || ratioFrom < 0
        || entries <= 0
        || headerBytes < 512
        || holeBytes < 0
        || sparseSegments <= 0
        || metadataBytes <= 0
        || layers <= 0
        || inflaterBytes <= 0) {
      throw new IllegalArgumentException("a limit that lets nothing through");
    }
  }

  /** Returns the limits that are on where nobody says otherwise. */
  public static Limits defaults() {
    return new Limits(
        64 * GIB, 200, GIB / 2, 2_000_000, 1 << 20, 4 * GIB, 1_000_000, GIB / 2, 1_024, 80 * MIB);
  }

  /** Returns limits for who trusts the archive: only what protects memory stays. */
  public static Limits raised() {
    return new Limits(
        Long.MAX_VALUE,
        Long.MAX_VALUE,
        Long.MAX_VALUE,
        20_000_000,
        16 << 20,
        Long.MAX_VALUE,
        4_000_000,
        5 * GIB,
        65_536,
        80 * MIB);
  }

  /** Returns these limits with another one for uncompressed bytes. */
  public Limits withBytes(long most) {
    return new Limits(
        most,
        ratio,
        ratioFrom,
        entries,
        headerBytes,
        holeBytes,
        sparseSegments,
        metadataBytes,
        layers,
        inflaterBytes);
  }

  /** Returns these limits with another compression ratio. */
  public Limits withRatio(long most) {
    return new Limits(
        bytes,
        most,
        ratioFrom,
        entries,
        headerBytes,
        holeBytes,
        sparseSegments,
        metadataBytes,
        layers,
        inflaterBytes);
  }

  /** Returns these limits with another number of entries; for more of them, with more memory. */
  public Limits withEntries(long most) {
    double memory = (double) metadataBytes * Math.max(most, entries) / entries;
    return new Limits(
        bytes,
        ratio,
        ratioFrom,
        most,
        headerBytes,
        holeBytes,
        sparseSegments,
        (long) memory,
        layers,
        inflaterBytes);
  }

  /** Returns these limits with another size of the holes of sparse entries. */
  public Limits withHoleBytes(long most) {
    return new Limits(
        bytes,
        ratio,
        ratioFrom,
        entries,
        headerBytes,
        most,
        sparseSegments,
        metadataBytes,
        layers,
        inflaterBytes);
  }

  /** Returns these limits with another number of layers. */
  public Limits withLayers(int most) {
    return new Limits(
        bytes,
        ratio,
        ratioFrom,
        entries,
        headerBytes,
        holeBytes,
        sparseSegments,
        metadataBytes,
        most,
        inflaterBytes);
  }

  /** Returns these limits with another amount of memory for one compressed stream, in bytes. */
  public Limits withInflaterBytes(long most) {
    return new Limits(
        bytes,
        ratio,
        ratioFrom,
        entries,
        headerBytes,
        holeBytes,
        sparseSegments,
        metadataBytes,
        layers,
        most);
  }

  /**
   * Refuses an image of too many layers.
   *
   * @param image what messages call it
   * @throws ArchiveException where it has more than these limits allow
   */
  public void checkLayers(String image, long count) throws ArchiveException {
    if (count > layers) {
      throw new ArchiveException(
          image,
          "has "
              + count
              + " layers, and "
              + layers
              + " is the limit; raise the limit to import it");
    }
  }

  /**
   * Returns the uncompressed bytes of a stream, whatever it is compressed with, up to these limits.
   *
   * @param archive what messages call it
   * @throws IOException here or on reading; an {@link ArchiveException} where the bytes are bad
   */
  public InputStream inflate(InputStream in, String archive) throws IOException {
    return InflatedInput.of(in, archive, this);
  }
}
