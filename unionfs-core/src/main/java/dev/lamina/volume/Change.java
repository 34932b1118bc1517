package dev.lamina.volume;

import dev.lamina.fs.ServedRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * One operation's change of records: rows that are written together, and what is cached of them,
 * which follows under the same locks. Used once, by one thread, which holds the locks of all it
 * changes.
 */
final class Change {
  private final Union union;
  private final Inodes inodes;
  private final List<Consumer<DeltaBatch>> rows = new ArrayList<>(6);
  private final List<Runnable> caches = new ArrayList<>(6);
  private long answer;

  Change(Union union, Inodes inodes) {
    this.union = union;
    this.inodes = inodes;
  }

  /** Adds a row to be put or removed. */
  void row(Consumer<DeltaBatch> row) {
    rows.add(row);
  }

  /** Adds what to do to a cache once the rows are written. */
  void cache(Runnable update) {
    caches.add(update);
  }

  /** Records an inode. */
  void inode(Node node, InodeRecord record) {
    row(batch -> batch.putInode(node.inode, new InodeRow.Live(record)));
    cache(() -> inodes.stored(node, record));
  }

  /**
   * Takes one of an inode's names away. When it was the last, the inode is an orphan: it lives as
   * long as somebody references it.
   */
  void unlink(Node node, InodeRecord record, long now) {
    int left = record.isDirectory() ? 0 : record.links() - 1;
    InodeRecord less = record.withLinks(left).changed(now);
    if (left > 0) {
      inode(node, less);
      return;
    }
    row(batch -> batch.putOrphan(node.inode));
    cache(
        () -> {
          inodes.stored(node, less);
          node.orphan = true;
        });
  }

  /** Says which inode the operation's caller is answered, in case it asks again. */
  void answer(Node node) {
    answer = node.inode;
  }

  /** Whether it was done before: opening its file again is a change, but not the answer. */
  private boolean isAnswered(long request) {
    if (!ServedRequest.isResent()) {
      return false;
    }
    ReplyRow row = union.delta().reply(ReplyRow.place(request));
    return row != null && row.request() == request;
  }

  /** Writes all of it, or throws and has changed nothing. */
  void write() {
    long request = ServedRequest.number();
    if (request != ServedRequest.NONE && !isAnswered(request)) {
      row(batch -> batch.putReply(new ReplyRow(request, 0, answer)));
    }
    union.delta().write(batch -> rows.forEach(row -> row.accept(batch)));
    union.syncer().wrote();
    caches.forEach(Runnable::run);
    union.steps().accept(VolumeSteps.ROWS_WRITTEN);
  }
}
