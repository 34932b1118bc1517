package dev.lamina.store;

import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import java.time.Clock;
import java.time.Instant;

/**
 * What a store consists of, for those who work on more than one part.
 *
 * @param layout where things are
 * @param options as they were given
 * @param clock tells the time
 * @param rows records, blobs and framings by digest
 * @param database what is known by name
 * @param state the same, typed
 * @param objects the files of large blobs
 * @param blobs rows and objects together
 * @param pins what sessions hold
 * @param roots the gate, and the trees in use
 */
record StoreParts(
    StoreLayout layout,
    StoreOptions options,
    Clock clock,
    RowDatabase rows,
    StateDatabase database,
    State state,
    ObjectFiles objects,
    Blobs blobs,
    Pins pins,
    Roots roots) {

  void step(String step) {
    options.steps().after(step);
  }

  /**
   * A record's bytes, unchecked.
   *
   * @throws DamagedException where there is none
   */
  byte[] record(Digest digest) {
    return rows.get(RowFamily.RECORDS, digest)
        .orElseThrow(() -> new DamagedException(digest, "the record is missing"));
  }

  /**
   * A framing.
   *
   * @throws DamagedException where it is missing or damaged
   */
  Framing framing(Digest digest) {
    byte[] value =
        rows.get(RowFamily.FRAMINGS, digest)
            .orElseThrow(() -> new DamagedException(digest, "the framing is missing"));
    return new Framing(digest, FramingRow.decode(digest, value), value.length);
  }

  /** Now, in ns since the epoch. */
  long now() {
    Instant now = clock.instant();
    return Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), now.getNano());
  }
}
