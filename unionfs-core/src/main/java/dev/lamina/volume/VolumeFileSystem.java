package dev.lamina.volume;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.fs.AttributeChange;
import dev.lamina.fs.Attributes;
import dev.lamina.fs.Backings;
import dev.lamina.fs.Caller;
import dev.lamina.fs.DirectoryListing;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FileSystemStatus;
import dev.lamina.fs.FsException;
import dev.lamina.fs.Invalidations;
import dev.lamina.fs.OpenFile;
import dev.lamina.fs.TransportFeatures;
import dev.lamina.linux.Errno;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.LinuxException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * The union of an immutable base tree and a delta, as a file system: a volume, or an image as it is
 * (then all that would change something answers EROFS). Made by {@link Volumes}.
 *
 * <p>Each operation is done by the part whose concept it is; here its arguments are checked and
 * what the parts throw becomes an errno.
 */
public final class VolumeFileSystem implements FileSystem {

  private final Union union;
  private final VolumeParts parts;
  private final Failures failures;
  private final AutoCloseable use;

  /** Shared by each of the operations of others than the transport; closing it is alone. */
  private final ReentrantReadWriteLock life = new ReentrantReadWriteLock();

  @GuardedBy("life")
  private boolean closed;

  /**
   * Serves a union.
   *
   * @param use held as long as the file system is open, and closed with it
   */
  VolumeFileSystem(Union union, VolumeParts parts, AutoCloseable use) {
    this.union = union;
    this.parts = parts;
    this.failures = parts.failures();
    this.use = use;
  }

  /** What it is made of, for those who read all of it. */
  Union union() {
    return union;
  }

  /** The parts that do its operations. */
  VolumeParts parts() {
    return parts;
  }

  @Override
  public void attach(TransportFeatures features, Invalidations invalidations) {
    attach(features.withoutPassthrough(), invalidations, Backings.none());
  }

  @Override
  public void attach(TransportFeatures features, Invalidations invalidations, Backings backings) {
    parts.kernelFiles().attach(features, invalidations, backings);
  }

  @Override
  public boolean lookup(long parent, FileName name, Entry entry) {
    Inodes inodes = parts.inodes();
    try {
      Node directory = inodes.pin(parent);
      try {
        inodes.requireDirectory(directory);
        Node node = parts.lookup().pin(directory, name);
        if (node == null) {
          return false;
        }
        try {
          inodes.enter(node, entry);
          return true;
        } finally {
          inodes.unpin(node);
        }
      } finally {
        inodes.unpin(directory);
      }
    } catch (RuntimeException e) {
      throw failures.answer(e);
    }
  }

  @Override
  public void lookupNode(long node, Entry entry) {
    failures.run(
        () ->
            with(
                node,
                found -> {
                  if (found.orphan) {
                    // The kernel, which asks by number what it has forgotten, has not told yet.
                    throw FsException.of(Errno.ESTALE);
                  }
                  parts.kernelFiles().enter(found, node, entry);
                  return 0;
                }));
  }

  @Override
  public void forget(long node, long count) {
    Node known = parts.nodes().forget(node, count);
    if (known != null) {
      if (known.lookups == 0) {
        parts.writers().forgotten(known);
      }
      parts.inodes().unpin(known);
    }
  }

  @Override
  public void getattr(long node, long handle, Attributes attributes) {
    Inodes inodes = parts.inodes();
    try {
      Node found = inodes.pin(node);
      try {
        inodes.attributes(found, attributes);
      } finally {
        inodes.unpin(found);
      }
    } catch (RuntimeException e) {
      throw failures.answer(e);
    }
  }

  @Override
  public void setattr(long node, long handle, AttributeChange change, Attributes attributes) {
    failures.run(() -> parts.attributes().set(node, change, attributes));
  }

  @Override
  public byte[] readlink(long node) {
    return failures.call(
        () ->
            with(
                node,
                found -> {
                  InodeRecord record = parts.inodes().record(found);
                  if (!(record.content() instanceof Content.Target target)) {
                    throw FsException.of(Errno.EINVAL);
                  }
                  parts.accessTimes().read(found, record.times().modify());
                  return target.bytes().clone();
                }));
  }

  @Override
  public void mknod(Caller caller, long parent, FileName name, int mode, long device, Entry entry) {
    make(caller, parent, name, () -> NewNode.special(mode, device), entry);
  }

  @Override
  public void mkdir(Caller caller, long parent, FileName name, int mode, Entry entry) {
    make(caller, parent, name, () -> NewNode.directory(mode, parent), entry);
  }

  @Override
  public void symlink(Caller caller, long parent, FileName name, byte[] target, Entry entry) {
    make(caller, parent, name, () -> NewNode.symlink(target), entry);
  }

  private void make(
      Caller caller, long parent, FileName name, Supplier<NewNode> wanted, Entry entry) {
    once(entry, () -> parts.creation().node(caller, parent, name, wanted.get(), entry));
  }

  @Override
  public void link(long node, long newParent, FileName newName, Entry entry) {
    once(entry, () -> parts.creation().link(node, newParent, newName, entry));
  }

  @Override
  public void unlink(long parent, FileName name) {
    once(() -> parts.removal().unlink(parent, name));
  }

  @Override
  public void rmdir(long parent, FileName name) {
    once(() -> parts.removal().rmdir(parent, name));
  }

  @Override
  public void rename(long parent, FileName name, long newParent, FileName newName, int flags) {
    once(() -> parts.renames().rename(parent, name, newParent, newName, flags));
  }

  @Override
  public void open(long node, int flags, boolean killPrivileges, OpenFile file) {
    failures.run(() -> parts.openFiles().open(node, flags, killPrivileges, file));
  }

  @Override
  public void create(
      Caller caller, long parent, FileName name, int mode, int flags, Entry entry, OpenFile file) {
    once(
        flags,
        entry,
        file,
        () -> parts.creation().file(caller, parent, name, mode, flags, entry, file));
  }

  @Override
  public void tmpfile(Caller caller, long parent, int mode, int flags, Entry entry, OpenFile file) {
    once(
        flags,
        entry,
        file,
        () -> parts.creation().unnamed(caller, parent, mode, flags, entry, file));
  }

  @Override
  public int read(
      long node, long handle, long position, MemorySegment buffer, long at, int length) {
    try {
      return parts.data().read(handle, position, buffer, at, length);
    } catch (RuntimeException e) {
      throw failures.answer(e);
    }
  }

  @Override
  public int write(
      long node,
      long handle,
      long position,
      MemorySegment buffer,
      long at,
      int length,
      boolean killPrivileges) {
    try {
      return parts.data().write(handle, position, buffer, at, length, killPrivileges);
    } catch (RuntimeException e) {
      throw failures.answer(e);
    }
  }

  @Override
  public int append(
      long node,
      long handle,
      long position,
      MemorySegment buffer,
      long at,
      int length,
      boolean killPrivileges) {
    try {
      return parts.data().append(handle, position, buffer, at, length, killPrivileges);
    } catch (RuntimeException e) {
      throw failures.answer(e);
    }
  }

  @Override
  public void release(long node, long handle) {
    try {
      parts.openFiles().release(handle);
    } catch (LinuxException e) {
      System.getLogger(VolumeFileSystem.class.getName())
          .log(System.Logger.Level.WARNING, "closing a file failed", e);
    }
  }

  @Override
  public void fsync(long node, long handle, boolean dataOnly) {
    failures.run(() -> parts.data().fsync(handle));
  }

  @Override
  public void fsyncdir(long node, boolean dataOnly) {
    failures.run(() -> union.syncer().sync());
  }

  @Override
  public void readdir(long node, long cookie, DirectoryListing listing) {
    Inodes inodes = parts.inodes();
    try {
      Node directory = inodes.pin(node);
      try {
        inodes.requireDirectory(directory);
        parts.listing().list(directory, cookie, listing);
        InodeRecord record = directory.record();
        if (cookie == 0 && record != null) {
          parts.accessTimes().read(directory, record.times().modify());
        }
      } finally {
        inodes.unpin(directory);
      }
    } catch (RuntimeException e) {
      throw failures.answer(e);
    }
  }

  @Override
  public byte[] getxattr(long node, FileName name) {
    return failures.call(() -> parts.xattrs().get(node, name));
  }

  @Override
  public byte[] listxattr(long node) {
    return failures.call(() -> parts.xattrs().list(node));
  }

  @Override
  public void setxattr(long node, FileName name, byte[] value, int flags, boolean killSetGroupId) {
    once(() -> parts.xattrs().set(node, name, value, flags, killSetGroupId));
  }

  @Override
  public void removexattr(long node, FileName name) {
    once(() -> parts.xattrs().remove(node, name));
  }

  @Override
  public void fallocate(long node, long handle, int mode, long position, long length) {
    failures.run(() -> parts.data().allocate(handle, mode, position, length));
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
    return failures.call(
        () -> parts.data().copyRange(fromHandle, fromPosition, toHandle, toPosition, length));
  }

  @Override
  public long lseek(long node, long handle, long position, int whence) {
    return failures.call(() -> parts.data().seek(handle, position, whence));
  }

  @Override
  public int getFlags(long node) {
    return failures.call(() -> parts.attributes().flags(node));
  }

  @Override
  public void setFlags(long node, int flags) {
    failures.run(() -> parts.attributes().setFlags(node, flags));
  }

  @Override
  public FileSystemStatus statfs() {
    return failures.call(() -> VolumeStatus.of(union));
  }

  @Override
  public void sync() {
    failures.run(
        () -> {
          if (union.files().isPresent()) {
            FileIo.syncfs(union.dataFiles().descriptor());
          }
          union.syncer().sync();
        });
  }

  /**
   * Does something with the file system although its transport may close it at any moment: it is
   * closed only afterwards, so this should be one operation, or a few, that wait for nobody else.
   * What such an operation opened or looked up is released and forgotten by {@link #close}.
   *
   * @return what the operation returned; empty where the file system is closed already
   */
  public <T> Optional<T> whileOpen(Supplier<T> operation) {
    life.readLock().lock();
    try {
      return closed ? Optional.empty() : Optional.of(operation.get());
    } finally {
      life.readLock().unlock();
    }
  }

  /** Releases and forgets what the transport still held, makes everything durable and lets go. */
  @Override
  public void close() {
    life.writeLock().lock();
    try {
      closed = true;
    } finally {
      life.writeLock().unlock();
    }
    try {
      failures.run(parts::close);
    } finally {
      letGo();
    }
  }

  private void letGo() {
    try {
      use.close();
    } catch (Exception e) {
      throw FsException.of(Errno.EIO, "the base cannot be let go", e);
    }
  }

  /** Does what can be done once only, unless it is asked again and was done. */
  private void once(Runnable operation) {
    failures.run(
        () -> {
          if (!parts.replies().isDone()) {
            operation.run();
          }
        });
  }

  private void once(Entry entry, Runnable operation) {
    failures.run(
        () -> {
          if (!parts.replies().answer(entry)) {
            operation.run();
          }
        });
  }

  private void once(int flags, Entry entry, OpenFile file, Runnable operation) {
    failures.run(
        () -> {
          if (!parts.replies().answer(flags, entry, file)) {
            operation.run();
          }
        });
  }

  private <T> T with(long nodeId, NodeUse<T> use) {
    Inodes inodes = parts.inodes();
    Node node = inodes.pin(nodeId);
    try {
      return use.on(node);
    } finally {
      inodes.unpin(node);
    }
  }

  @FunctionalInterface
  private interface NodeUse<T> {
    T on(Node node);
  }
}
