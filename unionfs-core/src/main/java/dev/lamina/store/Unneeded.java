package dev.lamina.store;

import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Records;
import java.util.List;
import java.util.Optional;

/**
 * Checks the rows by digest that no root reaches, which a collection has yet to remove: an import
 * may come to rely on them. Their objects are checked with all others.
 */
final class Unneeded {
  private static final String NOTHING = "; nothing needs it, and \"lamina gc\" removes it";

  private final StoreParts store;
  private final Faults faults;
  private final DigestSet records;
  private final DigestSet framings;
  private final BlobCheck blobs;

  /**
   * Begins a check.
   *
   * @param records those that were checked, for something needs them
   * @param framings likewise
   */
  Unneeded(
      StoreParts store, Faults faults, DigestSet records, DigestSet framings, BlobCheck blobs) {
    this.store = store;
    this.faults = faults;
    this.records = records;
    this.framings = framings;
    this.blobs = blobs;
  }

  void check() {
    scan(RowFamily.RECORDS, (digest, value) -> record(digest, value));
    scan(RowFamily.FRAMINGS, (digest, value) -> framing(digest));
    scan(RowFamily.BLOBS, (digest, value) -> blob(digest, value));
  }

  /** Takes one row. */
  @FunctionalInterface
  private interface Row {
    void row(Digest digest, byte[] value);
  }

  private void scan(RowFamily family, Row row) {
    try {
      store
          .rows()
          .scan(
              family,
              (key, value) -> {
                if (key.length == Digest.LENGTH) {
                  row.row(Digest.of(key), value);
                }
                return true;
              });
    } catch (StoreException e) {
      faults.add(
          new Damage(
              Damage.Kind.FILE,
              Optional.empty(),
              "the rows of " + family.title() + " cannot all be read: " + e.getMessage(),
              List.of()));
    }
  }

  private void record(Digest digest, byte[] value) {
    if (records.contains(digest)) {
      return;
    }
    try {
      // What it names is checked by itself, if it is there.
      var _ = Records.references(digest, value);
    } catch (DamagedException e) {
      faults.add(Damage.Kind.RECORD, digest, e.reason() + NOTHING);
    }
  }

  private void framing(Digest digest) {
    if (framings.contains(digest)) {
      return;
    }
    try {
      store.framing(digest).readThrough();
    } catch (DamagedException e) {
      faults.add(Damage.Kind.FRAMING, digest, e.reason() + NOTHING);
    }
  }

  private void blob(Digest digest, byte[] value) {
    if (blobs.knows(digest)) {
      return;
    }
    try {
      switch (BlobRow.decode(value)) {
        case BlobRow.Inline inline -> blobs.add(digest, inline.size());
        case BlobRow.AsObject object -> blobs.add(digest, object.size());
        case BlobRow.Condemned _ -> {} // said when it was found
      }
    } catch (MalformedRecordException e) {
      faults.add(
          Damage.Kind.BLOB, digest, "the blob's row is damaged: " + e.getMessage() + NOTHING);
    }
  }
}
