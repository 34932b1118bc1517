package dev.lamina.fuse.jnr;

import jnr.ffi.annotations.Delegate;
import jnr.ffi.types.intptr_t;
import jnr.ffi.types.off_t;
import jnr.ffi.types.size_t;

/**
 * The shapes of the functions in {@code struct fuse_operations} (fuse.h of libfuse 2.9). jnr-fuse
 * has them too, but hands paths and names over as strings, so that bytes which are no text are
 * lost; here each is an address, 0 for null. All answer 0, a length, or a negated errno. Public
 * because what calls them is made at run time by another class loader.
 */
@SuppressWarnings("MemberName")
public interface Delegates {
  /** A path: unlink, rmdir; and init, which is given the connection. */
  @FunctionalInterface
  interface One {
    /** The call. */
    @Delegate
    @intptr_t
    long call(@intptr_t long path);
  }

  /** A path and something by address: another path, a structure or a name. */
  @FunctionalInterface
  interface Two {
    /** The call. */
    @Delegate
    int call(@intptr_t long path, @intptr_t long other);
  }

  /** A path and two things by address: fgetattr. */
  @FunctionalInterface
  interface Three {
    /** The call. */
    @Delegate
    int call(@intptr_t long path, @intptr_t long other, @intptr_t long info);
  }

  /** A path and a mode: mkdir, chmod. */
  @FunctionalInterface
  interface Mode {
    /** The call. */
    @Delegate
    int call(@intptr_t long path, int mode);
  }

  /** A path, a mode and a device: mknod. */
  @FunctionalInterface
  interface Node {
    /** The call. */
    @Delegate
    int call(@intptr_t long path, int mode, @size_t long device);
  }

  /** A path, a user and a group: chown. */
  @FunctionalInterface
  interface Owner {
    /** The call. */
    @Delegate
    int call(@intptr_t long path, int uid, int gid);
  }

  /** A path and a size: truncate. */
  @FunctionalInterface
  interface Size {
    /** The call. */
    @Delegate
    int call(@intptr_t long path, @off_t long size);
  }

  /** The same of an open file: ftruncate. */
  @FunctionalInterface
  interface OpenSize {
    /** The call. */
    @Delegate
    int call(@intptr_t long path, @off_t long size, @intptr_t long info);
  }

  /** A path, a number and an open file: create (mode), fsync and fsyncdir (data only). */
  @FunctionalInterface
  interface Open {
    /** The call. */
    @Delegate
    int call(@intptr_t long path, int number, @intptr_t long info);
  }

  /** A path and a buffer: readlink, listxattr. */
  @FunctionalInterface
  interface Buffer {
    /** The call. */
    @Delegate
    int call(@intptr_t long path, @intptr_t long buffer, @size_t long size);
  }

  /** A path, a name and a buffer: getxattr. */
  @FunctionalInterface
  interface GetAttribute {
    /** The call. */
    @Delegate
    int call(@intptr_t long path, @intptr_t long name, @intptr_t long value, @size_t long size);
  }

  /** A path, a name, a value and flags: setxattr. */
  @FunctionalInterface
  interface SetAttribute {
    /** The call. */
    @Delegate
    int call(
        @intptr_t long path,
        @intptr_t long name,
        @intptr_t long value,
        @size_t long size,
        int flags);
  }

  /** A path, a buffer, a position and an open file: read, write. */
  @FunctionalInterface
  interface Data {
    /** The call. */
    @Delegate
    int call(
        @intptr_t long path,
        @intptr_t long buffer,
        @size_t long size,
        @off_t long position,
        @intptr_t long info);
  }

  /** A path, a mode, a range and an open file: fallocate. */
  @FunctionalInterface
  interface Allocate {
    /** The call. */
    @Delegate
    int call(
        @intptr_t long path,
        int mode,
        @off_t long position,
        @off_t long length,
        @intptr_t long info);
  }

  /** A path, what takes entries, a position and an open directory: readdir. */
  @FunctionalInterface
  interface List {
    /** The call. */
    @Delegate
    int call(
        @intptr_t long path,
        @intptr_t long buffer,
        @intptr_t long filler,
        @off_t long position,
        @intptr_t long info);
  }
}
