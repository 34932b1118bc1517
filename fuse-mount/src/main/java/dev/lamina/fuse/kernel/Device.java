package dev.lamina.fuse.kernel;

import dev.lamina.fuse.MountException;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.Ioctl;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Memory;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;

/**
 * A descriptor of /dev/fuse: one connection's, or a clone of it by which a further thread reads.
 * What was read from a descriptor is answered on the same one.
 */
final class Device implements AutoCloseable {
  private static final byte[] PATH = "/dev/fuse".getBytes(StandardCharsets.US_ASCII);
  private static final long FUSE_DEV_IOC_CLONE = 0x8004e500L;

  private final Fd fd;

  Device(Fd fd) {
    this.fd = fd;
  }

  /** Opens a descriptor that belongs to no connection yet. */
  static Device open() {
    try {
      return new Device(FileOpen.openat(Fd.CWD, PATH, FileOpen.O_RDWR));
    } catch (LinuxException e) {
      throw new MountException(e.errno(), advice(e), e);
    }
  }

  private static String advice(LinuxException e) {
    if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENODEV) {
      return "There is no /dev/fuse: load the kernel module with 'modprobe fuse', or give the"
          + " container the device (docker run --device /dev/fuse)";
    }
    if (e.errno() == Errno.EACCES || e.errno() == Errno.EPERM) {
      return "/dev/fuse may not be opened: its mode should be 0666, and a container needs the"
          + " device allowed (docker run --device /dev/fuse)";
    }
    return "Cannot open /dev/fuse: " + e.getMessage();
  }

  int value() {
    return fd.value();
  }

  /** A further descriptor of the connection, with a queue of its own for what it is answering. */
  Device cloned() {
    Device clone = open();
    MemorySegment argument = Memory.pageAligned(Integer.BYTES);
    try {
      Memory.putInt(argument.address(), value());
      Ioctl.call(clone.value(), FUSE_DEV_IOC_CLONE, argument.address());
      return clone;
    } catch (LinuxException e) {
      clone.close();
      throw e;
    } finally {
      Reference.reachabilityFence(argument);
    }
  }

  /** A second descriptor of the same open file. */
  Device duplicate() {
    return new Device(fd.duplicate());
  }

  /** Waits for a request; its length, or a negated errno. */
  long read(long address, long length) {
    return FileIo.tryRead(fd.value(), address, length);
  }

  /** Sends a reply; its length, or a negated errno. */
  long write(long address, long length) {
    return FileIo.tryWrite(fd.value(), address, length);
  }

  @Override
  public void close() {
    fd.close();
  }
}
