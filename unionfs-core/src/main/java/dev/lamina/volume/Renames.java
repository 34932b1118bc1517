package dev.lamina.volume;

import dev.lamina.fs.Caller;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.fs.NodeId;
import dev.lamina.linux.Errno;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Moves names. A directory moves with a handful of records, whatever is below it, because what is
 * below belongs to its inode.
 */
final class Renames {
  private static final int KNOWN =
      FileSystem.RENAME_NOREPLACE | FileSystem.RENAME_EXCHANGE | FileSystem.RENAME_WHITEOUT;

  private final Union union;
  private final Inodes inodes;
  private final Names names;
  private final OpenFiles openFiles;

  /** Held while a directory changes its parent: nobody else makes a loop meanwhile. */
  private final ReentrantLock topology = new ReentrantLock();

  Renames(Union union, Inodes inodes, Names names, OpenFiles openFiles) {
    this.union = union;
    this.inodes = inodes;
    this.names = names;
    this.openFiles = openFiles;
  }

  /** As renameat2(2). */
  void rename(long parent, FileName name, long newParent, FileName newName, int flags) {
    union.requireWritable();
    if ((flags & ~KNOWN) != 0
        || (isExchange(flags)
            && (flags & (FileSystem.RENAME_NOREPLACE | FileSystem.RENAME_WHITEOUT)) != 0)) {
      throw FsException.of(Errno.EINVAL);
    }
    FileName from = name.keep();
    FileName to = newName.keep();
    Node source = directory(parent);
    try {
      Node target = directory(newParent);
      try {
        Attempts attempts = new Attempts();
        while (!attempt(source, from, target, to, flags, attempts)) {
          // Others change the same names: each time one of them has got on.
        }
      } finally {
        inodes.unpin(target);
      }
    } finally {
      inodes.unpin(source);
    }
  }

  private Node directory(long parent) {
    Node directory = inodes.pin(parent);
    boolean suits = false;
    try {
      inodes.requireDirectory(directory);
      inodes.prepare(directory);
      suits = true;
      return directory;
    } finally {
      if (!suits) {
        inodes.unpin(directory);
      }
    }
  }

  private static boolean isExchange(int flags) {
    return (flags & FileSystem.RENAME_EXCHANGE) != 0;
  }

  /** Which inodes the names led to that were not there. */
  private static final class Attempts {
    long goneSource;
    long goneTarget;
  }

  /** Returns false where a name has come to lead elsewhere before the locks were taken. */
  private boolean attempt(
      Node source, FileName from, Node target, FileName to, int flags, Attempts attempts) {
    Found old = names.find(source, from);
    Found replaced = names.find(target, to);
    if (!old.exists()) {
      throw FsException.of(Errno.ENOENT);
    }
    if (replaced.exists() && (flags & FileSystem.RENAME_NOREPLACE) != 0) {
      throw FsException.of(Errno.EEXIST);
    }
    if (!replaced.exists() && isExchange(flags)) {
      throw FsException.of(Errno.ENOENT);
    }
    if (old.inode() == replaced.inode()) {
      // Two names of one inode, or one name: nothing happens.
      return true;
    }
    Node moved = inodes.tryPin(old.inode());
    if (moved == null) {
      attempts.goneSource = Lookup.goneSince(attempts.goneSource, old.inode(), source, from);
      return false;
    }
    try {
      Node other = replaced.exists() ? inodes.tryPin(replaced.inode()) : null;
      if (other == null && replaced.exists()) {
        attempts.goneTarget = Lookup.goneSince(attempts.goneTarget, replaced.inode(), target, to);
        return false;
      }
      try {
        return new Move(source, old, moved, target, replaced, other, flags).run();
      } finally {
        if (other != null) {
          inodes.unpin(other);
        }
      }
    } finally {
      inodes.unpin(moved);
    }
  }

  /** One attempt, with everything it touches pinned. */
  private final class Move {
    private final Node source;
    private final Found seenOld;
    private final Node moved;
    private final Node target;
    private final Found seenReplaced;
    private final @Nullable Node other;
    private final int flags;
    private final boolean isExchange;

    Move(
        Node source,
        Found old,
        Node moved,
        Node target,
        Found replaced,
        @Nullable Node other,
        int flags) {
      this.source = source;
      this.seenOld = old;
      this.moved = moved;
      this.target = target;
      this.seenReplaced = replaced;
      this.other = other;
      this.flags = flags;
      this.isExchange = isExchange(flags);
    }

    boolean run() {
      boolean movesDirectory = inodes.isDirectory(moved);
      boolean overDirectory = other != null && inodes.isDirectory(other);
      boolean intoItself = movesDirectory && isAtOrBelow(target, moved);
      if (!isExchange && other != null && !intoItself && !isAtOrBelow(source, other)) {
        requireSameKind(movesDirectory, overDirectory);
      }
      inodes.prepare(moved);
      if (other != null) {
        inodes.prepare(other);
        writeData(movesDirectory, overDirectory);
      }
      boolean changesTree = source != target && (movesDirectory || (isExchange && overDirectory));
      if (changesTree) {
        topology.lock();
      }
      try {
        if (movesDirectory) {
          // A directory cannot go into itself or below itself.
          refuse(isAtOrBelow(target, moved), Errno.EINVAL);
        }
        if (overDirectory && other != null) {
          // What is replaced cannot hold the source.
          refuse(isAtOrBelow(source, other), isExchange ? Errno.EINVAL : Errno.ENOTEMPTY);
        }
        if (!isExchange && other != null) {
          requireSameKind(movesDirectory, overDirectory);
        }
        return locked(movesDirectory, overDirectory);
      } finally {
        if (changesTree) {
          topology.unlock();
        }
      }
    }

    /** What is replaced must never be found empty after a power cut. */
    private void writeData(boolean movesDirectory, boolean overDirectory) {
      boolean started = !movesDirectory && openFiles.startWriteback(moved);
      if (isExchange && !overDirectory && other != null) {
        started |= openFiles.startWriteback(other);
      }
      if (started) {
        union.steps().accept(VolumeSteps.SOURCE_WRITTEN);
      }
    }

    private boolean locked(boolean movesDirectory, boolean overDirectory) {
      Node removed = overDirectory && !isExchange ? other : null;
      try (LockSet _ =
          removed == null
              ? LockSet.names(source, target)
              : LockSet.names(source, target, removed)) {
        Found old = names.find(source, seenOld.name());
        Found replaced = names.find(target, seenReplaced.name());
        if (old.inode() != seenOld.inode() || replaced.inode() != seenReplaced.inode()) {
          return false;
        }
        if (removed != null && !names.isEmpty(removed)) {
          throw FsException.of(Errno.ENOTEMPTY);
        }
        Node whiteout =
            (flags & FileSystem.RENAME_WHITEOUT) == 0
                ? null
                : inodes.pinNew(union.numbers().inode());
        try (LockSet _ = records(whiteout)) {
          change(old, replaced, whiteout, movesDirectory, overDirectory);
        } finally {
          if (whiteout != null) {
            inodes.unpin(whiteout);
          }
        }
      }
      return true;
    }

    private LockSet records(@Nullable Node whiteout) {
      Node[] nodes = {
        source, target, moved, other == null ? moved : other, whiteout == null ? moved : whiteout
      };
      return LockSet.records(nodes);
    }

    private void change(
        Found old,
        Found replaced,
        @Nullable Node whiteout,
        boolean movesDirectory,
        boolean overDirectory) {
      InodeRecord from = inodes.record(source);
      InodeRecord to = inodes.record(target);
      InodeRecord record = inodes.record(moved);
      Creation.requireAlive(to);
      Creation.requireAddable(to);
      Removal.requireRemovable(from, record);
      long now = union.now();
      Change change = new Change(union, inodes);
      names.bind(change, target, replaced, moved.inode, record.kind());
      InodeRecord result = record.changed(now);
      change.inode(moved, movesDirectory ? below(result, target) : result);
      if (isExchange && other != null) {
        InodeRecord exchanged = inodes.record(other);
        Removal.requireRemovable(to, exchanged);
        names.bind(change, source, old, other.inode, exchanged.kind());
        exchanged = exchanged.changed(now);
        change.inode(other, overDirectory ? below(exchanged, source) : exchanged);
      } else if (whiteout != null) {
        names.bind(change, source, old, whiteout.inode, FileKind.CHARACTER_DEVICE);
        change.inode(whiteout, whiteout(from, now));
      } else {
        names.unbind(change, source, old);
      }
      if (!isExchange && other != null) {
        InodeRecord gone = inodes.record(other);
        Removal.requireRemovable(to, gone);
        change.unlink(other, gone, now);
      }
      int moves = movesDirectory ? 1 : 0;
      int replaces = overDirectory ? 1 : 0;
      if (target == source) {
        change.inode(source, from.modified(now).withMoreDirectories(isExchange ? 0 : -replaces));
      } else {
        int returns = isExchange ? replaces : 0;
        change.inode(source, from.modified(now).withMoreDirectories(returns - moves));
        change.inode(target, to.modified(now).withMoreDirectories(moves - replaces));
      }
      change.write();
    }

    private InodeRecord below(InodeRecord directory, Node parent) {
      return directory.withContent(new Content.Parent(parent.inode));
    }

    /** An ordinary character device 0:0, which an overlayfs above takes as its mark. */
    private InodeRecord whiteout(InodeRecord directory, long now) {
      NewNode device = new NewNode(FileKind.CHARACTER_DEVICE, 0, new Content.Device(0));
      return NewInode.record(directory, Caller.ROOT, device, now);
    }
  }

  private static void requireSameKind(boolean movesDirectory, boolean overDirectory) {
    if (movesDirectory && !overDirectory) {
      throw FsException.of(Errno.ENOTDIR);
    }
    if (!movesDirectory && overDirectory) {
      throw FsException.of(Errno.EISDIR);
    }
  }

  private static void refuse(boolean isWrong, Errno errno) {
    if (isWrong) {
      throw FsException.of(errno);
    }
  }

  private boolean isAtOrBelow(Node directory, Node ancestor) {
    long at = directory.inode;
    while (at != NodeId.ROOT) {
      if (at == ancestor.inode) {
        return true;
      }
      Node node = inodes.pin(at);
      try {
        at = inodes.parent(node);
      } finally {
        inodes.unpin(node);
      }
    }
    return ancestor.inode == NodeId.ROOT;
  }
}
