package dev.lamina.tree;

import dev.lamina.fs.FileName;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes one directory: entries in ascending order of their names, new ones and stretches of an
 * existing directory. Entries that stay are copied as they are encoded; a page that stays whole is
 * neither read nor written.
 */
final class DirectoryWriter {
  /** A directory's record, and the names in it and below. */
  record Written(Digest digest, long positions) {}

  private sealed interface Piece {}

  private record Run(EntryRun entries) implements Piece {}

  /** A page of an existing directory, wholly taken over. */
  private record Kept(PagedDirectory from, int page) implements Piece {}

  private final List<Piece> pieces = new ArrayList<>();
  private EntryRun run = new EntryRun();
  private long entries;
  private long positions;

  void add(FileName name, TreeEntry entry) {
    run.add(name, entry);
    grow(1, 1);
  }

  void addDirectory(FileName name, TreeEntry.Directory entry, Digest record, long count) {
    run.addDirectory(name, entry, record, count);
    grow(1, count);
  }

  private void grow(long moreEntries, long morePositions) {
    entries += moreEntries;
    positions += morePositions;
  }

  /** Takes over the entries from {@code low} to before {@code high}. */
  void copy(Directory from, int low, int high) {
    if (low == high) {
      return;
    }
    switch (from) {
      case FlatDirectory flat -> copyFlat(flat, low, high);
      case PagedDirectory paged -> copyPages(paged, low, high);
    }
  }

  private void copyFlat(FlatDirectory from, int low, int high) {
    run.copy(from, low, high);
    grow(high - low, from.countBefore(high) - from.countBefore(low));
  }

  private void copyPages(PagedDirectory from, int low, int high) {
    for (int p = from.pageOf(low); p < from.pageCount() && from.firstIndex(p) < high; p++) {
      int start = from.firstIndex(p);
      int end = from.firstIndex(p + 1);
      if (low <= start && end <= high) {
        endRun();
        pieces.add(new Kept(from, p));
        grow(end - start, from.reference(p).positions());
      } else {
        copyFlat(from.page(p), Math.max(low, start) - start, Math.min(high, end) - start);
      }
    }
  }

  private void endRun() {
    if (run.size() > 0) {
      pieces.add(new Run(run));
      run = new EntryRun();
    }
  }

  /** Writes what has been added. */
  Written finish(RecordSink sink) {
    endRun();
    if (positions > Directory.MAX_POSITIONS || entries > Integer.MAX_VALUE) {
      throw new IllegalStateException("more names than a tree may have");
    }
    byte[] encoded = entries <= FlatDirectory.MAX_ENTRIES ? flat() : pageList(sink);
    return new Written(sink.put(encoded), positions);
  }

  private byte[] flat() {
    int capacity = 16;
    for (Piece piece : pieces) {
      capacity += piece instanceof Run(EntryRun r) ? r.entryStart(r.size()) : 0;
    }
    RecordWriter out = RecordWriter.of(RecordType.DIRECTORY, capacity);
    out.varint(entries);
    for (Piece piece : pieces) {
      EntryRun part = entriesOf(piece);
      out.bytes(part.array(), 0, part.entryStart(part.size()));
    }
    return out.toBytes();
  }

  private static EntryRun entriesOf(Piece piece) {
    return switch (piece) {
      case Run(EntryRun entries) -> entries;
      case Kept(PagedDirectory from, int number) -> {
        FlatDirectory page = from.page(number);
        EntryRun entries = new EntryRun();
        entries.copy(page, 0, page.size());
        yield entries;
      }
    };
  }

  private byte[] pageList(RecordSink sink) {
    PageWriter pages = new PageWriter(sink);
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      boolean last = i == pieces.size() - 1;
      // Between pages a whole one stays what it is, unless it was a directory's last, which may
      // have ended without a cut, and more follows.
      if (piece instanceof Kept(PagedDirectory from, int page)
          && pages.isBetween()
          && (last || page < from.pageCount() - 1)) {
        pages.keep(from.reference(page));
      } else {
        pages.add(entriesOf(piece));
      }
    }
    return pages.finish();
  }
}
