package dev.lamina.volume;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.tree.Directory;
import org.jspecify.annotations.Nullable;

/**
 * The names of directories: the base's, overridden by what the delta says. A directory of the base
 * of whose names the delta says nothing is known by one bit, and looked into without asking the
 * database.
 *
 * <p>Reading takes no lock. Whoever changes a directory's names holds its lock ({@link
 * DirectoryNames#lock}) from looking until the change is written.
 */
final class Names {
  private final Union union;
  private final InodeBits named;

  Names(Union union, InodeBits named) {
    this.union = union;
    this.named = named;
  }

  /** The inode that a name leads to, 0 where there is no such name. */
  long inode(Node directory, FileName name) {
    NameRow row = row(directory, name);
    if (row != null) {
      return row.inode();
    }
    Directory below = below(directory);
    int index = below == null ? -1 : union.base().find(below, name);
    return below == null || index < 0 ? 0 : union.base().inode(directory.inode, below, index);
  }

  /** Everything about a name, for who is going to change it. */
  Found find(Node directory, FileName borrowed) {
    FileName name = borrowed.keep();
    if (name.length() > FileName.MAX_LENGTH) {
      throw FsException.of(Errno.ENAMETOOLONG);
    }
    NameRow row = row(directory, name);
    Directory below = below(directory);
    int index = below == null ? -1 : union.base().find(below, name);
    if (row != null) {
      return new Found(name, row.inode(), row.kind(), index, row);
    }
    if (below == null || index < 0) {
      return new Found(name, 0, FileKind.REGULAR, -1, null);
    }
    long inode = union.base().inode(directory.inode, below, index);
    return new Found(name, inode, below.kind(index), index, null);
  }

  /** The base's directory under this one, null where it has none. */
  @Nullable Directory below(Node directory) {
    if (!union.base().has(directory.inode)) {
      return null;
    }
    Directory known = directory.below();
    if (known != null) {
      return known;
    }
    Directory read = union.base().directory(directory.inode);
    directory.keepBelow(read);
    return read;
  }

  /** What the delta says of a name, null where nothing. */
  @Nullable NameRow row(Node directory, FileName name) {
    if (isUnchanged(directory)) {
      return null;
    }
    DirectoryNames.Cached cached = cached(directory);
    return cached != null
        ? cached.rows.get(name)
        : union.delta().name(directory.inode, name.keep());
  }

  /** Whether the delta says nothing of this directory's names, as one bit knows. */
  boolean isUnchanged(Node directory) {
    return union.base().has(directory.inode) && !named.contains(directory.inode);
  }

  /** All the delta says of a directory's names, null where it is too much to keep. */
  DirectoryNames.@Nullable Cached cached(Node directory) {
    return directory.names().cached(directory.inode, union.delta());
  }

  /** Whether a directory has no visible name. */
  boolean isEmpty(Node directory) {
    Directory below = below(directory);
    if (isUnchanged(directory)) {
      return below == null || below.size() == 0;
    }
    int[] hidden = {0};
    boolean[] visible = {false};
    Delta.NameVisitor visitor =
        (name, row) -> {
          visible[0] = !row.isTombstone();
          hidden[0]++;
          return !visible[0];
        };
    DirectoryNames.Cached cached = cached(directory);
    if (cached == null) {
      union.delta().names(directory.inode, visitor);
    } else {
      for (var entry : cached.rows.entrySet()) {
        if (!visitor.visit(entry.getKey(), entry.getValue())) {
          break;
        }
      }
    }
    // Only names of the base have tombstones, so as many of them hide all of it.
    return !visible[0] && (below == null || below.size() == hidden[0]);
  }

  /**
   * Lets a name lead to an inode, whatever it led to. It keeps its place in the listing; a name
   * that is new gets one.
   */
  void bind(Change change, Node directory, Found found, long inode, FileKind kind) {
    NameRow old = found.row();
    long slot;
    if (found.baseIndex() >= 0) {
      slot = Slots.ofBase(found.baseIndex());
    } else if (old != null) {
      slot = old.slot();
    } else {
      slot = union.numbers().sequence();
      change.row(batch -> batch.putSequence(directory.inode, slot, found.name()));
    }
    put(change, directory, found.name(), new NameRow(inode, kind, slot));
  }

  /** Removes a name that exists. */
  void unbind(Change change, Node directory, Found found) {
    if (found.baseIndex() >= 0) {
      put(change, directory, found.name(), NameRow.TOMBSTONE);
      return;
    }
    NameRow old = found.row();
    change.row(
        batch -> {
          batch.removeName(directory.inode, found.name());
          if (old != null) {
            batch.removeSequence(directory.inode, old.slot());
          }
        });
    change.cache(() -> directory.names().remove(found.name()));
  }

  private void put(Change change, Node directory, FileName name, NameRow row) {
    change.row(batch -> batch.putName(directory.inode, name, row));
    change.cache(
        () -> {
          if (isUnchanged(directory)) {
            directory.names().startEmpty();
          }
          directory.names().put(name, row);
          if (union.base().has(directory.inode)) {
            named.add(directory.inode);
          }
        });
  }
}
