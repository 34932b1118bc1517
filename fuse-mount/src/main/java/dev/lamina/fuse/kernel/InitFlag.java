package dev.lamina.fuse.kernel;

/**
 * What can be agreed on when a connection begins (FUSE_* flags of INIT, include/uapi/linux/fuse.h):
 * the ones this server asks for, with what is missing where a kernel does not offer one.
 */
enum InitFlag {
  ASYNC_READ(0, "reads of one file are sent one after the other"),
  ATOMIC_O_TRUNC(3, "opening with O_TRUNC takes two requests"),
  EXPORT_SUPPORT(4, "file handles do not survive that the kernel forgets an inode"),
  BIG_WRITES(5, "writes come in pieces of a page"),
  DONT_MASK(6, "the umask is applied before default ACLs"),
  DO_READDIRPLUS(13, "ls -l asks for each file by itself"),
  READDIRPLUS_AUTO(14, "listings always fetch attributes"),
  ASYNC_DIO(15, "direct I/O is sent one request after the other"),
  PARALLEL_DIROPS(18, "lookups and listings of one directory run one after the other"),
  POSIX_ACL(20, "POSIX ACLs are stored but not enforced"),
  ABORT_ERROR(21, "an aborted connection looks like an unmounted one"),
  MAX_PAGES(22, "requests carry 32 pages at most"),
  CACHE_SYMLINKS(23, "each use of a symlink asks for its target"),
  NO_OPENDIR_SUPPORT(24, "opening a directory takes a request"),
  EXPLICIT_INVAL_DATA(25, "a change of size drops a file's cached data"),
  HANDLE_KILLPRIV_V2(28, "each write first asks for security.capability"),
  SETXATTR_EXT(29, "setting an ACL leaves set-group-id as it is"),
  INIT_EXT(30, "none of the newer features can be agreed on"),
  HAS_EXPIRE_ONLY(35, "names changed behind the kernel's back stay cached"),
  DIRECT_IO_ALLOW_MMAP(36, "files open for direct I/O cannot be mapped shared"),
  PASSTHROUGH(37, "the daemon itself reads and writes all files"),
  HAS_RESEND(39, "pending requests cannot be taken over by another server"),
  ALLOW_IDMAP(40, "id-mapped mounts are refused");

  private final long bit;
  private final String without;

  InitFlag(int bit, String without) {
    this.bit = 1L << bit;
    this.without = without;
  }

  /** The flag, in the 64 bits that {@code flags} and {@code flags2} make. */
  long bit() {
    return bit;
  }

  /** What a user notices where the kernel does not offer it. */
  String without() {
    return without;
  }
}
