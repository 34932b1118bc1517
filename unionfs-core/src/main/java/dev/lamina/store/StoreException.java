package dev.lamina.store;

import dev.lamina.linux.Errno;
import dev.lamina.linux.LinuxException;
import java.io.IOException;
import java.io.Serial;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * The store could not do what was asked. The message is for a person: what happened, to which file,
 * what to do.
 */
public final class StoreException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final Errno errno;

  /** Makes an exception that a file system reports as EIO. */
  public StoreException(String message) {
    super(message);
    this.errno = Errno.EIO;
  }

  private StoreException(Errno errno, String message, Throwable cause) {
    super(message, cause);
    this.errno = errno;
  }

  /** Wraps what the file system said to Java, with what was being done. */
  public static StoreException of(String doing, IOException cause) {
    boolean full = String.valueOf(cause.getMessage()).contains(Errno.ENOSPC.message());
    return new StoreException(
        full ? Errno.ENOSPC : Errno.EIO, doing + ": " + cause.getMessage(), cause);
  }

  /** Wraps what the kernel said, with what was being done. */
  public static StoreException of(String doing, LinuxException cause) {
    return new StoreException(cause.errno(), doing + ": " + cause.getMessage(), cause);
  }

  /** Wraps what RocksDB said, with what was being done. */
  public static StoreException of(String doing, RocksDBException cause) {
    return new StoreException(errnoOf(cause), doing + ": " + cause.getMessage(), cause);
  }

  private static Errno errnoOf(RocksDBException cause) {
    Status status = cause.getStatus();
    if (status == null) {
      return Errno.EIO;
    }
    boolean full =
        status.getSubCode() == Status.SubCode.NoSpace
            || String.valueOf(status.getState()).contains(Errno.ENOSPC.message());
    return full ? Errno.ENOSPC : Errno.EIO;
  }

  /** Returns what the caller of a file operation gets: ENOSPC for a full disk, mostly EIO. */
  public Errno errno() {
    return errno;
  }
}
