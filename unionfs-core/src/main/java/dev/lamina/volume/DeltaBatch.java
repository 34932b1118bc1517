package dev.lamina.volume;

import dev.lamina.fs.FileName;

/** The rows that one write of a delta puts and removes. Not thread-safe. */
interface DeltaBatch {
  void putName(long directory, FileName name, NameRow row);

  void removeName(long directory, FileName name);

  void putSequence(long directory, long number, FileName name);

  void removeSequence(long directory, long number);

  /** Removes everything that is said of a directory's names. */
  void removeNames(long directory);

  void putInode(long inode, InodeRow row);

  void removeInode(long inode);

  void putOrphan(long inode);

  void removeOrphan(long inode);

  void putReply(ReplyRow row);
}
