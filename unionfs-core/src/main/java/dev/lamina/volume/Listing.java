package dev.lamina.volume;

import dev.lamina.fs.DirectoryListing;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.tree.Directory;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Lists directories without a state: first the base's slots, each as the delta has it, then the
 * names that are only in the delta, in the order of their sequence numbers ({@link Slots}). A name
 * that exists throughout is listed once, whatever else changes meanwhile.
 */
final class Listing {
  private static final FileName SELF = FileName.of(".");
  private static final FileName PARENT = FileName.of("..");

  private final Union union;
  private final Inodes inodes;
  private final Names names;
  private final Failures failures;

  Listing(Union union, Inodes inodes, Names names, Failures failures) {
    this.union = union;
    this.inodes = inodes;
    this.names = names;
    this.failures = failures;
  }

  /** Lists a pinned directory from behind a cookie on. */
  void list(Node directory, long cookie, DirectoryListing to) {
    InodeRecord record = directory.record();
    if (record != null && record.links() == 0) {
      // Removed while open: it reads as empty.
      return;
    }
    if (cookie < Slots.SELF && !to.add(SELF, Slots.SELF, directory.inode, FileKind.DIRECTORY)) {
      return;
    }
    if (cookie < Slots.PARENT
        && !to.add(PARENT, Slots.PARENT, inodes.parent(directory), FileKind.DIRECTORY)) {
      return;
    }
    Run run = new Run(directory, to);
    if (cookie <= Slots.SEQUENCE_BASE && !run.base(cookie)) {
      return;
    }
    run.sequence(Math.max(cookie, Slots.SEQUENCE_BASE));
  }

  /** One call's way through a directory; every step says whether there is room for more. */
  private final class Run {
    private final Node directory;
    private final DirectoryListing to;
    private final Entry entry = new Entry();
    private final byte[] bytes = new byte[FileName.MAX_LENGTH];
    private final FileName borrowed = FileName.borrowed();

    Run(Node directory, DirectoryListing to) {
      this.directory = directory;
      this.to = to;
    }

    boolean base(long cookie) {
      Directory below = names.below(directory);
      if (below == null) {
        return true;
      }
      int index = Slots.baseIndexAfter(cookie);
      if (names.isUnchanged(directory)) {
        return unchanged(below, index, below.size());
      }
      DirectoryNames.Cached cached = names.cached(directory);
      return cached == null ? merge(below, index) : overridden(below, index, cached);
    }

    private boolean unchanged(Directory below, int from, int to) {
      for (int index = from; index < to; index++) {
        if (!asInBase(below, index)) {
          return false;
        }
      }
      return true;
    }

    private boolean overridden(Directory below, int from, DirectoryNames.Cached cached) {
      for (int index = from; index < below.size(); index++) {
        NameRow row = cached.rows.get(name(below, index));
        if (!(row == null ? asInBase(below, index) : asInDelta(borrowed, index, row))) {
          return false;
        }
      }
      return true;
    }

    /** Merges the base's names with the delta's rows, which are too many to be cached. */
    private boolean merge(Directory below, int from) {
      if (from >= below.size()) {
        return true;
      }
      int[] next = {from};
      boolean[] room = {true};
      union
          .delta()
          .names(
              directory.inode,
              below.name(from),
              (name, row) -> {
                int index = below.find(name);
                if (index >= 0) {
                  room[0] = unchanged(below, next[0], index) && asInDelta(name, index, row);
                  next[0] = index + 1;
                }
                return room[0];
              });
      return room[0] && unchanged(below, next[0], below.size());
    }

    void sequence(long after) {
      if (names.isUnchanged(directory)) {
        return;
      }
      DirectoryNames.Cached cached = names.cached(directory);
      if (cached == null) {
        union.delta().sequence(directory.inode, after, this::inSequence);
        return;
      }
      for (Map.Entry<Long, FileName> next : cached.sequence.tailMap(after, false).entrySet()) {
        if (!inSequence(next.getKey(), next.getValue())) {
          return;
        }
      }
    }

    private boolean inSequence(long number, FileName name) {
      NameRow row = names.row(directory, name);
      // Removed a moment ago, or made again behind where the listing is.
      return row == null || row.slot() != number || add(name, number, row.inode(), row.kind());
    }

    private boolean asInDelta(FileName name, int index, NameRow row) {
      return row.isTombstone() || add(name, Slots.ofBase(index), row.inode(), row.kind());
    }

    private boolean asInBase(Directory below, int index) {
      FileName name = name(below, index);
      long inode = union.base().inode(directory.inode, below, index);
      long cookie = Slots.ofBase(index);
      if (!to.withAttributes()) {
        return to.add(name, cookie, inode, below.kind(index));
      }
      FileKind kind = below.kind(index);
      return addWithAttributes(
          name, cookie, inode, kind, node -> inodes.describe(node, below, index, entry));
    }

    private FileName name(Directory below, int index) {
      below.copyName(index, bytes, 0);
      return borrowed.point(bytes, 0, below.nameLength(index));
    }

    private boolean add(FileName name, long cookie, long inode, FileKind kind) {
      if (!to.withAttributes()) {
        return to.add(name, cookie, inode, kind);
      }
      return addWithAttributes(name, cookie, inode, kind, node -> inodes.describe(node, entry));
    }

    private boolean addWithAttributes(
        FileName name, long cookie, long inode, FileKind kind, Consumer<Node> describe) {
      Node node;
      try {
        node = inodes.tryPin(inode);
      } catch (RuntimeException e) {
        return damaged(name, cookie, inode, kind, e);
      }
      if (node == null) {
        return replaced(name, cookie, inode, kind);
      }
      try {
        if (node.split) {
          // Another node id would take away what is bound over the name: it is left as it is known.
          return to.add(name, cookie, inode, kind);
        }
        try {
          describe.accept(node);
        } catch (RuntimeException e) {
          return damaged(name, cookie, inode, kind, e);
        }
        boolean taken = to.add(name, cookie, entry);
        if (taken) {
          inodes.lookedUp(node, entry.node);
        }
        return taken;
      } finally {
        inodes.unpin(node);
      }
    }

    /** The damage of one inode must not hide the others: its name comes without attributes. */
    private boolean damaged(
        FileName name, long cookie, long inode, FileKind kind, RuntimeException e) {
      RuntimeException answer = failures.answer(e);
      if (answer instanceof FsException told && told.errno() == Errno.EIO) {
        return to.add(name, cookie, inode, kind);
      }
      throw answer;
    }

    /**
     * The inode is gone since its name was read. So is the name, or another inode was renamed over
     * it: then the name was there all the time, in the same place, and must not be left out. Where
     * the name leads to it still, that is damage.
     */
    private boolean replaced(FileName name, long cookie, long gone, FileKind kind) {
      if (names.inode(directory, name) == gone) {
        return damaged(name, cookie, gone, kind, Lookup.missing(gone, directory, name));
      }
      NameRow row = names.row(directory, name);
      return row == null
          || row.isTombstone()
          || row.slot() != cookie
          || add(name, cookie, row.inode(), row.kind());
    }
  }
}
