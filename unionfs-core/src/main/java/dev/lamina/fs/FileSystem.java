package dev.lamina.fs;

import java.lang.foreign.MemorySegment;

/**
 * A file system as a transport sees it: operations on node ids and handles.
 *
 * <h2>Words</h2>
 *
 * A <em>node id</em> names an inode ({@link NodeId}); the root's is {@link NodeId#ROOT}. A
 * <em>name</em> is one component, without a slash, neither empty nor {@code .} or {@code ..}. A
 * <em>handle</em> names one open file, never 0; 0 means "no handle" ({@link #NO_HANDLE}).
 *
 * <h2>Life</h2>
 *
 * {@link #attach} comes first, once. Every entry that an operation fills in counts as one reference
 * to its node; {@link #forget} gives references back, in any order and amount, and a node id is
 * known to the transport until all are. The root is known always. {@link #close} comes last, when
 * no operation runs; what was open then counts as released and what was known as forgotten.
 *
 * <h2>Rules</h2>
 *
 * Operations may be called from many threads at once. Permissions (mode bits, ACLs, sticky
 * directories, {@code O_*} against mode) have been checked by the caller; existence, kind and
 * emptiness are checked here. An operation fails with {@link FsException} and then has changed
 * nothing; anything else it throws is a defect, which the transport answers with EIO. Longs instead
 * of value types, and holders that are filled instead of results, keep the hot path free of
 * allocation.
 *
 * <p>No locks: flock and fcntl locks are kept by the kernel.
 */
public interface FileSystem extends AutoCloseable {
  /** Stands for "no handle". */
  long NO_HANDLE = 0;

  /** Flag of {@link #rename}: fail with EEXIST where the new name exists (renameat2(2)). */
  int RENAME_NOREPLACE = 1;

  /** Flag of {@link #rename}: exchange the two. */
  int RENAME_EXCHANGE = 2;

  /** Flag of {@link #rename}: leave a character device 0:0 under the old name. */
  int RENAME_WHITEOUT = 4;

  /** Tells what the transport can do and where it hears what is stale. Called once, first. */
  void attach(TransportFeatures features, Invalidations invalidations);

  /**
   * As {@link #attach(TransportFeatures, Invalidations)}, called instead of it by a transport that
   * can hand files on to the kernel.
   *
   * @param backings where the file system registers what {@link OpenFile#backingId} answers
   */
  default void attach(TransportFeatures features, Invalidations invalidations, Backings backings) {
    attach(features.withoutPassthrough(), invalidations);
  }

  /**
   * Finds a name.
   *
   * @param entry filled where the name exists; {@code ..} of a directory may be asked by a
   *     transport that exports file handles
   * @return false where it does not exist: an answer that may be cached until a name is made
   * @throws FsException ENOTDIR, ESTALE (the node is no longer there), ENAMETOOLONG, EIO (damaged)
   */
  boolean lookup(long parent, FileName name, Entry entry);

  /**
   * Finds an inode without a name, for file handles. Counts as a lookup.
   *
   * @throws FsException ESTALE where there is no such inode any more
   */
  void lookupNode(long node, Entry entry);

  /** Gives back {@code count} references to a node. Never fails. */
  void forget(long node, long count);

  /** Fills in a node's attributes. {@code handle} may be {@link #NO_HANDLE}. */
  void getattr(long node, long handle, Attributes attributes);

  /**
   * Changes attributes, then fills them in. Truncation included; an idempotent change still moves
   * the change time.
   *
   * @throws FsException EISDIR, EINVAL (size of what is no regular file), EFBIG, ENOSPC, EROFS,
   *     EPERM (immutable)
   */
  void setattr(long node, long handle, AttributeChange change, Attributes attributes);

  /** Returns a symlink's target, in bytes. */
  byte[] readlink(long node);

  /**
   * Makes a node of any kind but directory and symlink.
   *
   * @param mode kind and permission bits; the umask of {@code caller} is applied here unless a
   *     default ACL is
   * @param device device number, see {@link Attributes#device}
   */
  void mknod(Caller caller, long parent, FileName name, int mode, long device, Entry entry);

  /** Makes a directory. See {@link #mknod} for {@code mode}. */
  void mkdir(Caller caller, long parent, FileName name, int mode, Entry entry);

  /** Makes a symlink. */
  void symlink(Caller caller, long parent, FileName name, byte[] target, Entry entry);

  /**
   * Gives a node another name; one from {@link #tmpfile} its first.
   *
   * @throws FsException EEXIST, EMLINK, EPERM (a directory), ENOENT (unlinked, and no tmpfile)
   */
  void link(long node, long newParent, FileName newName, Entry entry);

  /** Removes a name of what is no directory; an open file lives on. */
  void unlink(long parent, FileName name);

  /** Removes an empty directory. */
  void rmdir(long parent, FileName name);

  /**
   * Moves a name, atomically.
   *
   * @param flags {@code RENAME_*}; NOREPLACE and EXCHANGE exclude each other, as do EXCHANGE and
   *     WHITEOUT: EINVAL
   */
  void rename(long parent, FileName name, long newParent, FileName newName, int flags);

  /**
   * Opens a regular file.
   *
   * @param flags {@code O_*} as Linux numbers them; O_TRUNC truncates
   * @param killPrivileges whether O_TRUNC takes set-user-id and the like
   * @throws FsException ESTALE where the node id is retired: the kernel looks the name up again
   */
  void open(long node, int flags, boolean killPrivileges, OpenFile file);

  /** Makes a regular file and opens it. The name must not exist. See {@link #mknod}. */
  void create(
      Caller caller, long parent, FileName name, int mode, int flags, Entry entry, OpenFile file);

  /** Makes a regular file without a name and opens it. */
  void tmpfile(Caller caller, long parent, int mode, int flags, Entry entry, OpenFile file);

  /**
   * Reads into {@code buffer} from {@code at} on.
   *
   * @return how many bytes; less than {@code length} only at the end of the file
   */
  int read(long node, long handle, long position, MemorySegment buffer, long at, int length);

  /**
   * Writes from {@code buffer} from {@code at} on. With O_APPEND in the handle's flags at the
   * file's end, whatever {@code position} says, but for a {@link ServedRequest} of the kernel's:
   * that has the end as its position already, or writes a mapping's page back.
   *
   * @param killPrivileges whether set-user-id and the like go with this write
   * @return how many bytes were written
   */
  int write(
      long node,
      long handle,
      long position,
      MemorySegment buffer,
      long at,
      int length,
      boolean killPrivileges);

  /**
   * As {@link #write}, for a writer whose descriptor has O_APPEND now, and which the kernel's cache
   * does not stand between: {@code position} is where the kernel believes the end to be, which
   * another node id of the file, or a mapping, may have moved.
   *
   * @return how many bytes were written
   */
  default int append(
      long node,
      long handle,
      long position,
      MemorySegment buffer,
      long at,
      int length,
      boolean killPrivileges) {
    return write(node, handle, position, buffer, at, length, killPrivileges);
  }

  /** Closes a handle. Never fails. */
  void release(long node, long handle);

  /** Makes a file's data and its inode durable; {@code dataOnly}: what reading it back needs. */
  void fsync(long node, long handle, boolean dataOnly);

  /** Makes a directory's entries durable. */
  void fsyncdir(long node, boolean dataOnly);

  /**
   * Lists a directory from behind a cookie on. {@code .} and {@code ..} come first.
   *
   * @param cookie 0, or one that a listing gave: stateless, and never invalid
   */
  void readdir(long node, long cookie, DirectoryListing listing);

  /**
   * Returns the value of an extended attribute.
   *
   * @throws FsException ENODATA; EOPNOTSUPP where the file system keeps none of that name
   */
  byte[] getxattr(long node, FileName name);

  /** Returns the names of all extended attributes, each with a NUL behind it. */
  byte[] listxattr(long node);

  /**
   * Sets an extended attribute.
   *
   * @param flags 0, XATTR_CREATE (1) or XATTR_REPLACE (2)
   * @param killSetGroupId whether setting an access ACL takes the set-group-id bit
   * @throws FsException EEXIST, ENODATA (by {@code flags}), E2BIG, ENOSPC, EINVAL (no valid ACL)
   */
  void setxattr(long node, FileName name, byte[] value, int flags, boolean killSetGroupId);

  /** Removes an extended attribute: ENODATA where there is none. */
  void removexattr(long node, FileName name);

  /** Allocates or punches, as fallocate(2) with these mode bits. */
  void fallocate(long node, long handle, int mode, long position, long length);

  /**
   * Copies between two open files without passing through the caller.
   *
   * @return how many bytes were copied
   */
  long copyFileRange(
      long fromNode,
      long fromHandle,
      long fromPosition,
      long toNode,
      long toHandle,
      long toPosition,
      long length);

  /**
   * Finds data or a hole.
   *
   * @param whence SEEK_DATA (3) or SEEK_HOLE (4)
   * @throws FsException ENXIO behind the last
   */
  long lseek(long node, long handle, long position, int whence);

  /** Returns the flags of chattr(1), {@code FS_*_FL} (FS_IOC_GETFLAGS). */
  int getFlags(long node);

  /** Sets the flags of chattr(1); EOPNOTSUPP for those that are not kept. */
  void setFlags(long node, int flags);

  /** Returns sizes of the whole. */
  FileSystemStatus statfs();

  /** Makes everything durable that was acknowledged. */
  void sync();

  @Override
  void close();
}
