package dev.lamina.volume;

import dev.lamina.fs.FileName;
import dev.lamina.store.MalformedRecordException;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything a volume has changed, by inode. Reads may come from many threads at once; what they
 * see of concurrent writes is for the caller's locks to say.
 */
interface Delta extends AutoCloseable {
  /** In front of all names. */
  FileName FIRST_NAME = FileName.of(new byte[0]);

  /** What is said of a name, null where nothing is. */
  @Nullable NameRow name(long directory, FileName name);

  /**
   * Visits what is said of a directory's names, in the order of their bytes, until told to stop.
   *
   * @param from the first name that may be visited
   */
  void names(long directory, FileName from, NameVisitor visitor);

  /** Visits what is said of all names of a directory. */
  default void names(long directory, NameVisitor visitor) {
    names(directory, FIRST_NAME, visitor);
  }

  /** Visits what is said of all names of all directories, by directory and name. */
  void allNames(DirectoryNameVisitor visitor);

  /** Visits the names that are only in the delta behind a sequence number, in their order. */
  void sequence(long directory, long after, SequenceVisitor visitor);

  /** What is said of an inode, null where nothing is. */
  @Nullable InodeRow inode(long inode);

  /** Visits all inodes of which something is said, in ascending order. */
  void inodes(InodeVisitor visitor);

  /** Visits each directory of whose names something is said, once, in ascending order. */
  void directories(LongConsumer visitor);

  /** Visits the inodes that are without a name but still referenced, in ascending order. */
  void orphans(LongConsumer visitor);

  /** What the request whose row is in a place was answered, null where no row is. */
  @Nullable ReplyRow reply(int place);

  /**
   * Forgets all answers: they are another connection's, whose requests have the same numbers. Where
   * they cannot be removed, {@link #reply} has none from then on.
   */
  void forgetReplies();

  /** Writes rows, all or none, behind all earlier writes; not yet durable. EROFS, ENOSPC, EIO. */
  void write(Consumer<DeltaBatch> rows);

  /** Makes all earlier writes durable. */
  void sync();

  @Override
  void close();

  /** Takes names. */
  @FunctionalInterface
  interface NameVisitor {
    /** Takes one and says whether to go on. */
    boolean visit(FileName name, NameRow row);
  }

  /** Takes names of all directories. */
  @FunctionalInterface
  interface DirectoryNameVisitor {
    /** Takes one. */
    void visit(long directory, FileName name, NameRow row);

    /**
     * Takes note of one whose row cannot be read; unless overridden, that ends the visit.
     *
     * @param failure names the directory's inode and the name
     * @throws VolumeException with the same
     */
    default void damaged(MalformedRecordException failure) {
      throw new VolumeException(
          "A record of the volume is damaged: "
              + failure.getMessage()
              + ". Mount the volume, copy what it still has elsewhere ('find -inum' finds the"
              + " directory), and remove it",
          failure);
    }
  }

  /** Takes names in listing order. */
  @FunctionalInterface
  interface SequenceVisitor {
    /** Takes one and says whether to go on. */
    boolean visit(long number, FileName name);
  }

  /** Takes inodes. */
  @FunctionalInterface
  interface InodeVisitor {
    /** Takes one. */
    void visit(long inode, InodeRow row);

    /**
     * Takes note of one whose row cannot be read; unless overridden, that ends the visit.
     *
     * @throws VolumeException naming the inode
     */
    default void damaged(long inode, MalformedRecordException failure) {
      throw new VolumeException(
          "The volume's record of inode "
              + inode
              + " is damaged: "
              + failure.getMessage()
              + ". Mount the volume, copy what it still has elsewhere, and remove it",
          failure);
    }
  }
}
