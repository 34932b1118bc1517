package dev.lamina.volume;

/** What a file loses when somebody writes to it or gives it away. */
final class Privileges {
  private static final int SET_UID = 04000;
  private static final int SET_GID = 02000;
  private static final int GROUP_EXECUTE = 0010;

  private Privileges() {}

  /** Whether there is anything to lose. */
  static boolean has(InodeRecord record) {
    return without(record.mode()) != record.mode() || hasCapability(record);
  }

  /** The mode without set-user-id, and without set-group-id where the group may execute. */
  static int without(int mode) {
    int rest = mode & ~SET_UID;
    return (rest & (SET_GID | GROUP_EXECUTE)) == (SET_GID | GROUP_EXECUTE) ? rest & ~SET_GID : rest;
  }

  /** Whether there is a capability, which goes with every change of the content. */
  static boolean hasCapability(InodeRecord record) {
    return record.xattrs().get(XattrNames.CAPABILITY).isPresent();
  }

  /** The record without a capability. */
  static InodeRecord withoutCapability(InodeRecord record) {
    return record.withXattrs(record.xattrs().without(XattrNames.CAPABILITY));
  }

  /** The record after its privileges died; a directory has none. */
  static InodeRecord kill(InodeRecord record) {
    if (record.isDirectory() || !has(record)) {
      return record;
    }
    return withoutCapability(record).withMode(without(record.mode()));
  }
}
