package dev.lamina.tree;

import dev.lamina.fs.FileName;
import java.util.ArrayList;
import java.util.List;

/** Cuts the entries of a large directory into pages and writes them. */
final class PageWriter {
  private final RecordSink sink;
  private final PageCut cut = new PageCut();
  private final List<PageReference> pages = new ArrayList<>();
  private RecordWriter open = new RecordWriter(64);
  private int entries;
  private long positions;
  private FileName firstName = FileName.of("");

  PageWriter(RecordSink sink) {
    this.sink = sink;
  }

  /** Whether the last page has ended, so that the next entry begins one. */
  boolean isBetween() {
    return entries == 0;
  }

  /** Adds a page that exists. */
  void keep(PageReference page) {
    pages.add(page);
  }

  void add(EntryRun run) {
    int from = 0;
    for (int k = 0; k < run.size(); k++) {
      if (entries == 0) {
        firstName = FileName.of(run.array(), run.nameStart(k), run.nameLength(k));
      }
      entries++;
      positions += run.count(k);
      if (entries == FlatDirectory.MAX_PAGE_ENTRIES
          || cut.after(run.array(), run.nameStart(k), run.nameLength(k))) {
        take(run, from, k + 1);
        end();
        from = k + 1;
      }
    }
    take(run, from, run.size());
  }

  private void take(EntryRun run, int low, int high) {
    int start = run.entryStart(low);
    open.bytes(run.array(), start, run.entryStart(high) - start);
  }

  private void end() {
    RecordWriter out = RecordWriter.of(RecordType.PAGE, open.size() + 4);
    out.varint(entries);
    out.bytes(open.array(), 0, open.size());
    pages.add(new PageReference(firstName, sink.put(out.toBytes()), entries, positions));
    open = new RecordWriter(open.size());
    entries = 0;
    positions = 0;
  }

  /** Ends the last page and returns the list of all. */
  byte[] finish() {
    if (entries > 0) {
      end();
    }
    RecordWriter out = RecordWriter.of(RecordType.PAGE_LIST, 64 * pages.size());
    out.varint(pages.size());
    for (PageReference page : pages) {
      out.name(page.firstName());
      out.digest(page.digest());
      out.varint(page.entries());
      out.varint(page.positions());
    }
    return out.toBytes();
  }
}
