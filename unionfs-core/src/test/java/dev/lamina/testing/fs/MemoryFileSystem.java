package dev.lamina.testing.fs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.fs.AttributeChange;
import dev.lamina.fs.Attributes;
import dev.lamina.fs.Backings;
import dev.lamina.fs.Caller;
import dev.lamina.fs.DirectoryListing;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FileSystemStatus;
import dev.lamina.fs.FsException;
import dev.lamina.fs.Invalidations;
import dev.lamina.fs.OpenFile;
import dev.lamina.fs.TransportFeatures;
import dev.lamina.linux.Errno;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * A small file system in memory that does every operation: the reference that others are compared
 * with, and something to mount where no volume is at hand. Simple over fast; thread-safe by one
 * lock.
 */
public final class MemoryFileSystem implements FileSystem {
  private static final int O_APPEND = 02000;
  private static final int O_TRUNC = 01000;
  private static final int O_ACCESS_MODE = 03;
  private static final int SEEK_DATA = 3;
  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final int ZERO_RANGE = 0x10;
  private static final int SET_USER_ID = 04000;
  private static final int SET_GROUP_ID = 02000;
  private static final int GROUP_EXECUTE = 0010;
  private static final long MAX_SIZE = (1L << 44) - MemoryData.PAGE;
  private static final long COOKIE_DOT = 1;
  private static final long COOKIE_DOT_DOT = 2;

  /** The flags of chattr(1) that are kept: S, i, a, d, A and D. */
  private static final int KEPT_FLAGS = 0x8 | 0x10 | 0x20 | 0x40 | 0x80 | 0x10000;

  private record Handle(MemoryNode node, int flags) {}

  private final Object lock = new Object();

  @GuardedBy("lock")
  private final MemoryState state;

  @GuardedBy("lock")
  private final MemoryNames names;

  @GuardedBy("lock")
  private final MemoryXattrs xattrs;

  @GuardedBy("lock")
  private final Map<Long, Handle> handles = new HashMap<>();

  @GuardedBy("lock")
  private long nextHandle = 1;

  /**
   * Creates a file system that holds what {@code lower} says.
   *
   * @param clock where times come from
   */
  public MemoryFileSystem(LowerTree lower, InstantSource clock) {
    this(new MemoryState(lower, clock));
  }

  private MemoryFileSystem(MemoryState state) {
    this.state = state;
    this.names = new MemoryNames(state);
    this.xattrs = new MemoryXattrs(state);
  }

  /**
   * Returns the same file system mounted anew: this one is closed, its handles and references are
   * gone. Inode numbers stay.
   */
  public MemoryFileSystem remounted() {
    synchronized (lock) {
      close();
      return new MemoryFileSystem(state);
    }
  }

  /** Clears the flags of chattr(1) everywhere, as a commit does, which keeps none. */
  void clearFlags() {
    synchronized (lock) {
      state.nodes.values().forEach(node -> node.flags = 0);
    }
  }

  @Override
  public void attach(TransportFeatures features, Invalidations invalidations) {
    // Nothing depends on the transport, and nothing changes but by its requests.
  }

  @Override
  public boolean lookup(long parent, FileName name, Entry entry) {
    synchronized (lock) {
      MemoryNode directory = state.directory(parent);
      MemoryState.requireLength(name);
      MemoryNode child = name.is("..") ? directory.parent : directory.child(name);
      if (child == null) {
        return false;
      }
      state.reference(child, entry);
      return true;
    }
  }

  @Override
  public void lookupNode(long node, Entry entry) {
    synchronized (lock) {
      state.reference(state.node(node), entry);
    }
  }

  @Override
  public void forget(long id, long count) {
    synchronized (lock) {
      MemoryNode node = state.nodes.get(id);
      if (node != null) {
        node.lookups = Math.max(0, node.lookups - count);
        state.dropIfForgotten(node);
      }
    }
  }

  @Override
  public void getattr(long node, long handle, Attributes attributes) {
    synchronized (lock) {
      state.node(node).fill(attributes);
    }
  }

  @Override
  public void setattr(long id, long handle, AttributeChange change, Attributes attributes) {
    synchronized (lock) {
      MemoryNode node = state.node(id);
      requireChangeable(node, change);
      if (change.has(AttributeChange.SIZE)) {
        resize(node, change.size);
      }
      boolean owner = change.has(AttributeChange.UID) || change.has(AttributeChange.GID);
      if (change.has(AttributeChange.KILL_PRIVILEGES) || change.valid == 0 || owner) {
        killPrivileges(node);
      }
      if (change.has(AttributeChange.MODE)) {
        node.mode = change.mode & 07777;
        MemoryXattrs.modeChanged(node);
      }
      node.uid = change.has(AttributeChange.UID) ? change.uid : node.uid;
      node.gid = change.has(AttributeChange.GID) ? change.gid : node.gid;
      changeTimes(node, change);
      node.fill(attributes);
    }
  }

  private static void requireChangeable(MemoryNode node, AttributeChange change) {
    int touch = AttributeChange.ACCESS_TIME_NOW | AttributeChange.MODIFY_TIME_NOW;
    int times = AttributeChange.ACCESS_TIME | AttributeChange.MODIFY_TIME;
    boolean onlyTouches = (change.valid & touch) != 0 && (change.valid & ~(touch | times)) == 0;
    if (onlyTouches) {
      MemoryState.requireMutable(node);
    } else {
      MemoryState.requireNoChangeFlags(node);
    }
  }

  @GuardedBy("lock")
  private void changeTimes(MemoryNode node, AttributeChange change) {
    long now = state.now();
    if (change.has(AttributeChange.ACCESS_TIME)) {
      node.accessTime = change.accessTime;
    }
    if (change.has(AttributeChange.ACCESS_TIME_NOW)) {
      node.accessTime = now;
    }
    if (change.has(AttributeChange.MODIFY_TIME)) {
      node.modifyTime = change.modifyTime;
    }
    if (change.has(AttributeChange.MODIFY_TIME_NOW)) {
      node.modifyTime = now;
    }
    node.changeTime = change.has(AttributeChange.CHANGE_TIME) ? change.changeTime : now;
  }

  @GuardedBy("lock")
  private void resize(MemoryNode node, long size) {
    if (!node.isRegular()) {
      throw FsException.of(node.isDirectory() ? Errno.EISDIR : Errno.EINVAL);
    }
    requireSize(size);
    node.data.truncate(size);
    node.xattrs.remove(MemoryXattrs.CAPABILITY);
    node.contentChanged(state.now());
  }

  private static void requireSize(long size) {
    if (size < 0 || size > MAX_SIZE) {
      throw FsException.of(size < 0 ? Errno.EINVAL : Errno.EFBIG);
    }
  }

  /** Set-user-id goes, set-group-id where the group may execute, and the capability. */
  private static void killPrivileges(MemoryNode node) {
    if (!node.isDirectory()) {
      killModeBits(node);
      node.xattrs.remove(MemoryXattrs.CAPABILITY);
    }
  }

  private static void killModeBits(MemoryNode node) {
    node.mode &= ~SET_USER_ID;
    if ((node.mode & GROUP_EXECUTE) != 0) {
      node.mode &= ~SET_GROUP_ID;
    }
  }

  @Override
  public byte[] readlink(long id) {
    synchronized (lock) {
      MemoryNode node = state.node(id);
      if (node.kind != FileKind.SYMLINK) {
        throw FsException.of(Errno.EINVAL);
      }
      return node.target.clone();
    }
  }

  @Override
  public void mknod(Caller caller, long parent, FileName name, int mode, long device, Entry entry) {
    synchronized (lock) {
      FileKind kind = FileKind.ofMode(mode);
      if (kind == FileKind.DIRECTORY || kind == FileKind.SYMLINK) {
        throw FsException.of(Errno.EINVAL);
      }
      state.reference(names.make(caller, parent, name, kind, mode, device), entry);
    }
  }

  @Override
  public void mkdir(Caller caller, long parent, FileName name, int mode, Entry entry) {
    synchronized (lock) {
      state.reference(names.make(caller, parent, name, FileKind.DIRECTORY, mode, 0), entry);
    }
  }

  @Override
  public void symlink(Caller caller, long parent, FileName name, byte[] target, Entry entry) {
    synchronized (lock) {
      state.reference(names.symlink(caller, parent, name, target), entry);
    }
  }

  @Override
  public void link(long node, long newParent, FileName newName, Entry entry) {
    synchronized (lock) {
      state.reference(names.link(node, newParent, newName), entry);
    }
  }

  @Override
  public void unlink(long parent, FileName name) {
    synchronized (lock) {
      names.unlink(parent, name);
    }
  }

  @Override
  public void rmdir(long parent, FileName name) {
    synchronized (lock) {
      names.rmdir(parent, name);
    }
  }

  @Override
  public void rename(long parent, FileName name, long newParent, FileName newName, int flags) {
    synchronized (lock) {
      names.rename(parent, name, newParent, newName, flags);
    }
  }

  @Override
  public void open(long id, int flags, boolean killPrivileges, OpenFile file) {
    synchronized (lock) {
      MemoryNode node = state.regular(id);
      boolean truncates = (flags & O_TRUNC) != 0;
      if ((flags & O_ACCESS_MODE) != 0 || truncates) {
        MemoryState.requireMutable(node);
        if ((flags & O_APPEND) == 0 || truncates) {
          MemoryState.requireNoChangeFlags(node);
        }
      }
      if (truncates) {
        resize(node, 0);
        if (killPrivileges) {
          killModeBits(node);
        }
      }
      hand(node, flags, file);
    }
  }

  @GuardedBy("lock")
  private void hand(MemoryNode node, int flags, OpenFile file) {
    node.opens++;
    long handle = nextHandle++;
    handles.put(handle, new Handle(node, flags));
    file.handle = handle;
    file.backing = OpenFile.Backing.NONE;
    file.backingId = Backings.NONE;
    file.keepCache = true;
    file.directIo = false;
  }

  @Override
  public void create(
      Caller caller, long parent, FileName name, int mode, int flags, Entry entry, OpenFile file) {
    synchronized (lock) {
      MemoryNode node = names.make(caller, parent, name, FileKind.REGULAR, mode, 0);
      state.reference(node, entry);
      hand(node, flags, file);
    }
  }

  @Override
  public void tmpfile(Caller caller, long parent, int mode, int flags, Entry entry, OpenFile file) {
    synchronized (lock) {
      MemoryNode node = names.temporary(caller, parent, mode, flags);
      state.reference(node, entry);
      hand(node, flags, file);
    }
  }

  @Override
  public int read(
      long node, long handle, long position, MemorySegment buffer, long at, int length) {
    synchronized (lock) {
      byte[] bytes = state.regular(node).data.read(position, length);
      MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, at, bytes.length);
      return bytes.length;
    }
  }

  @Override
  public int write(
      long id,
      long handle,
      long position,
      MemorySegment buffer,
      long at,
      int length,
      boolean killPrivileges) {
    synchronized (lock) {
      MemoryNode node = state.regular(id);
      boolean append = (handle(handle).flags() & O_APPEND) != 0;
      long where = append ? node.data.size() : position;
      if (length > 0) {
        if (where > MAX_SIZE - length) {
          throw FsException.of(Errno.EFBIG);
        }
        byte[] bytes = new byte[length];
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, at, bytes, 0, length);
        node.data.write(where, bytes);
        changedByWriting(node, killPrivileges);
      }
      return length;
    }
  }

  @GuardedBy("lock")
  private void changedByWriting(MemoryNode node, boolean killModeBits) {
    if (killModeBits) {
      killModeBits(node);
    }
    node.xattrs.remove(MemoryXattrs.CAPABILITY);
    node.contentChanged(state.now());
  }

  @GuardedBy("lock")
  private Handle handle(long number) {
    Handle handle = handles.get(number);
    if (handle == null) {
      throw FsException.of(Errno.EBADF);
    }
    return handle;
  }

  @Override
  public void release(long node, long number) {
    synchronized (lock) {
      Handle handle = handles.remove(number);
      if (handle != null) {
        handle.node().opens--;
        state.dropIfForgotten(handle.node());
      }
    }
  }

  @Override
  public void fsync(long node, long handle, boolean dataOnly) {
    synchronized (lock) {
      state.node(node);
    }
  }

  @Override
  public void fsyncdir(long node, boolean dataOnly) {
    synchronized (lock) {
      state.directory(node);
    }
  }

  @Override
  public void readdir(long id, long cookie, DirectoryListing listing) {
    synchronized (lock) {
      MemoryNode directory = state.directory(id);
      MemoryNode parent = directory.parent == null ? directory : directory.parent;
      if (cookie < COOKIE_DOT
          && !listing.add(FileName.of("."), COOKIE_DOT, directory.inode, FileKind.DIRECTORY)) {
        return;
      }
      if (cookie < COOKIE_DOT_DOT
          && !listing.add(FileName.of(".."), COOKIE_DOT_DOT, parent.inode, FileKind.DIRECTORY)) {
        return;
      }
      for (Map.Entry<Long, FileName> slot : directory.order.tailMap(cookie, false).entrySet()) {
        MemoryNode node = state.child(directory, slot.getValue());
        if (!list(listing, slot.getValue(), slot.getKey(), node)) {
          return;
        }
      }
    }
  }

  private boolean list(DirectoryListing listing, FileName name, long cookie, MemoryNode node) {
    if (!listing.withAttributes()) {
      return listing.add(name, cookie, node.inode, node.kind);
    }
    Entry entry = new Entry();
    entry.node = node.inode;
    node.fill(entry.attributes);
    boolean taken = listing.add(name, cookie, entry);
    node.lookups += taken ? 1 : 0;
    return taken;
  }

  @Override
  public byte[] getxattr(long node, FileName name) {
    synchronized (lock) {
      return xattrs.get(state.node(node), name);
    }
  }

  @Override
  public byte[] listxattr(long node) {
    synchronized (lock) {
      return xattrs.list(state.node(node));
    }
  }

  @Override
  public void setxattr(long node, FileName name, byte[] value, int flags, boolean killSetGroupId) {
    synchronized (lock) {
      xattrs.set(state.node(node), name, value, flags, killSetGroupId);
    }
  }

  @Override
  public void removexattr(long node, FileName name) {
    synchronized (lock) {
      xattrs.remove(state.node(node), name);
    }
  }

  @Override
  public void fallocate(long id, long handle, int mode, long position, long length) {
    synchronized (lock) {
      MemoryNode node = state.regular(id);
      boolean punches = (mode & PUNCH_HOLE) != 0;
      boolean zeroes = (mode & ZERO_RANGE) != 0;
      boolean keepsSize = (mode & KEEP_SIZE) != 0;
      if (position < 0 || length <= 0) {
        throw FsException.of(Errno.EINVAL);
      }
      if ((mode & ~(KEEP_SIZE | PUNCH_HOLE | ZERO_RANGE)) != 0
          || (punches && (zeroes || !keepsSize))) {
        throw FsException.of(Errno.EOPNOTSUPP);
      }
      if (position > MAX_SIZE - length) {
        throw FsException.of(Errno.EFBIG);
      }
      MemoryState.requireMutable(node);
      if (punches || zeroes) {
        MemoryState.requireNoChangeFlags(node);
        node.data.zero(position, Math.min(length, Math.max(0, node.data.size() - position)));
      }
      if (!keepsSize && position + length > node.data.size()) {
        node.data.truncate(position + length);
      }
      changedByWriting(node, false);
    }
  }

  @Override
  public long copyFileRange(
      long fromNode,
      long fromHandle,
      long fromPosition,
      long toNode,
      long toHandle,
      long toPosition,
      long length) {
    synchronized (lock) {
      MemoryNode from = state.regular(fromNode);
      MemoryNode to = state.regular(toNode);
      byte[] bytes = from.data.read(fromPosition, (int) Math.min(length, 1 << 30));
      boolean overlaps =
          fromPosition < toPosition + bytes.length && toPosition < fromPosition + bytes.length;
      if (from == to && overlaps) {
        throw FsException.of(Errno.EINVAL);
      }
      if (bytes.length > 0) {
        to.data.write(toPosition, bytes);
        changedByWriting(to, false);
      }
      return bytes.length;
    }
  }

  @Override
  public long lseek(long id, long handle, long position, int whence) {
    synchronized (lock) {
      MemoryData data = state.regular(id).data;
      long found =
          position < 0 || position >= data.size()
              ? -1
              : whence == SEEK_DATA ? data.seekData(position) : data.seekHole(position);
      if (found < 0) {
        throw FsException.of(Errno.ENXIO);
      }
      return found;
    }
  }

  @Override
  public int getFlags(long node) {
    synchronized (lock) {
      return state.node(node).flags;
    }
  }

  @Override
  public void setFlags(long id, int flags) {
    synchronized (lock) {
      MemoryNode node = state.node(id);
      if ((flags & ~KEPT_FLAGS) != 0 || (!node.isRegular() && !node.isDirectory())) {
        throw FsException.of(Errno.EOPNOTSUPP);
      }
      node.flags = flags;
      node.changeTime = state.now();
    }
  }

  @Override
  public FileSystemStatus statfs() {
    synchronized (lock) {
      long blocks = 1L << 20;
      return new FileSystemStatus(
          MemoryData.PAGE,
          blocks,
          blocks / 2,
          blocks / 2,
          blocks,
          blocks - state.nodes.size(),
          FileName.MAX_LENGTH);
    }
  }

  @Override
  public void sync() {
    // Nothing is durable here.
  }

  @Override
  public void close() {
    synchronized (lock) {
      handles.clear();
      state.dropReferences();
    }
  }
}
