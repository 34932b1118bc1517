package dev.lamina.volume;

import dev.lamina.fs.Entry;
import dev.lamina.fs.FsException;
import dev.lamina.fs.OpenFile;
import dev.lamina.fs.ServedRequest;
import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import org.jspecify.annotations.Nullable;

/**
 * Answers a request that is sent again from the row that its change has left. Only what cannot be
 * done twice asks here: to set an attribute or to write again, at the same position, does no harm.
 * Who served the request before must be dead: while he is at work on it, its row is yet to come.
 */
final class Replies {
  private static final int ONCE = FileOpen.O_CREAT | FileOpen.O_EXCL | FileOpen.O_TRUNC;

  private final Delta delta;
  private final Inodes inodes;
  private final OpenFiles openFiles;

  Replies(Delta delta, Inodes inodes, OpenFiles openFiles) {
    this.delta = delta;
    this.inodes = inodes;
    this.openFiles = openFiles;
  }

  /** Whether the request that this thread serves has been done. */
  boolean isDone() {
    return find() != null;
  }

  /** Answers the node that the request made, if it has been done. */
  boolean answer(Entry entry) {
    ReplyRow row = find();
    if (row == null) {
      return false;
    }
    enter(row, entry);
    return true;
  }

  /** Answers the file that the request made, and opens it, if it has been done. */
  boolean answer(int flags, Entry entry, OpenFile opened) {
    ReplyRow row = find();
    if (row == null) {
      return false;
    }
    openFiles.open(current(row.inode()), flags & ~ONCE, false, opened);
    boolean done = false;
    try {
      enter(row, entry);
      done = true;
      return true;
    } finally {
      if (!done) {
        openFiles.release(opened.handle);
      }
    }
  }

  private long current(long inode) {
    Node node = inodes.pin(inode);
    try {
      return node.id;
    } finally {
      inodes.unpin(node);
    }
  }

  private void enter(ReplyRow row, Entry entry) {
    Node node = inodes.pin(row.inode());
    try {
      inodes.enter(node, entry);
    } finally {
      inodes.unpin(node);
    }
  }

  private @Nullable ReplyRow find() {
    if (!ServedRequest.isResent()) {
      return null;
    }
    long request = ServedRequest.number();
    ReplyRow row = delta.reply(ReplyRow.place(request));
    if (row == null || row.request() != request) {
      return null;
    }
    if (row.errno() != 0) {
      throw FsException.of(Errno.of(row.errno()));
    }
    return row;
  }
}
