package dev.lamina.fuse.kernel;

import dev.lamina.fs.DirectoryListing;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import java.lang.foreign.ValueLayout;

/**
 * The entries of one READDIR or READDIRPLUS reply. An entry is {@code struct fuse_dirent}: inode
 * u64, cookie u64, length of name u32, kind u32, name, padded to 8 bytes; in READDIRPLUS with
 * {@code struct fuse_entry_out} before it, whose node is 0 where it hands out no reference. Not
 * thread-safe.
 */
final class DirectoryReply implements DirectoryListing {
  private static final int ENTRY = 128;
  private static final int DIRENT = 24;

  private final Reply reply;
  private boolean withAttributes;
  private int limit;

  /** Makes a writer of entries into a reply. */
  DirectoryReply(Reply reply) {
    this.reply = reply;
  }

  /** Begins the entries of a request that takes this many bytes. */
  void begin(boolean plus, int size) {
    withAttributes = plus;
    limit = Reply.HEADER + Math.min(size, reply.capacity());
  }

  @Override
  public boolean withAttributes() {
    return withAttributes;
  }

  @Override
  public boolean add(FileName name, long cookie, long inode, FileKind kind) {
    if (!fits(name)) {
      return false;
    }
    if (withAttributes) {
      reply.putZeros(ENTRY);
    }
    putDirent(name, cookie, inode, kind.directoryType());
    return true;
  }

  @Override
  public boolean add(FileName name, long cookie, Entry entry) {
    if (!withAttributes) {
      throw new IllegalStateException("READDIR takes entries without attributes");
    }
    if (!fits(name)) {
      return false;
    }
    reply.putEntry(entry);
    putDirent(name, cookie, entry.attributes.inode, entry.attributes.kind().directoryType());
    return true;
  }

  private boolean fits(FileName name) {
    int size = (withAttributes ? ENTRY : 0) + padded(DIRENT + name.length());
    return size <= limit - reply.length();
  }

  private void putDirent(FileName name, long cookie, long inode, int type) {
    reply.putLong(inode);
    reply.putLong(cookie);
    reply.putInt(name.length());
    reply.putInt(type);
    reply.putName(name);
    reply.putZeros(padded(name.length()) - name.length());
  }

  /** Gives back the references of a READDIRPLUS reply that the kernel did not take. */
  static void forgetAll(Reply reply, FileSystem fileSystem) {
    int at = Reply.HEADER;
    while (at < reply.length()) {
      long node = reply.buffer().get(ValueLayout.JAVA_LONG_UNALIGNED, at);
      if (node != 0) {
        fileSystem.forget(node, 1);
      }
      int name = reply.buffer().get(ValueLayout.JAVA_INT_UNALIGNED, at + ENTRY + 16L);
      at += ENTRY + padded(DIRENT + name);
    }
  }

  private static int padded(int size) {
    return (size + 7) & -8;
  }
}
