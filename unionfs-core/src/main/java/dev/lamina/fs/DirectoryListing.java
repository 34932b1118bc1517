package dev.lamina.fs;

/** Takes the entries of a directory, in the order of their cookies, until it is full. */
public interface DirectoryListing {
  /**
   * Returns whether entries come with attributes: then {@link #add(FileName, long, Entry)} is
   * called for all but {@code .} and {@code ..} and what is damaged, whose attributes nobody knows.
   */
  boolean withAttributes();

  /**
   * Takes an entry without its attributes.
   *
   * @param name the name, borrowed
   * @param cookie where a listing goes on behind this entry, above 0
   * @param inode {@code d_ino}
   * @param kind {@code d_type}
   * @return false where the entry no longer fits: it was not taken and the listing ends
   */
  boolean add(FileName name, long cookie, long inode, FileKind kind);

  /**
   * Takes an entry with its attributes. One that is taken counts as one lookup of its node.
   *
   * @param name the name, borrowed
   * @param cookie where a listing goes on behind this entry, above 0
   * @param entry node and attributes, copied by the callee
   * @return false where the entry no longer fits: it was not taken, not counted, and the listing
   *     ends
   */
  boolean add(FileName name, long cookie, Entry entry);
}
