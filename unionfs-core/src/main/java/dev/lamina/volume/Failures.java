package dev.lamina.volume;

import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.linux.LinuxException;
import dev.lamina.store.MalformedRecordException;
import dev.lamina.store.StoreException;
import dev.lamina.tree.DamagedException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * What a failure below is to the caller of an operation: an errno. Damage is EIO for what it
 * touches alone, and is logged, each kind once, since what reads it once will read it again. What
 * is no expected failure is passed on as it is. Thread-safe.
 */
final class Failures {
  private static final System.Logger LOG = System.getLogger(Failures.class.getName());
  private static final int MOST_LOGGED = 1000;

  private final Set<String> logged = ConcurrentHashMap.newKeySet();

  /** Does an operation. */
  void run(Runnable operation) {
    try {
      operation.run();
    } catch (RuntimeException e) {
      throw answer(e);
    }
  }

  /** Does an operation that has a result. */
  <T> T call(Supplier<T> operation) {
    try {
      return operation.get();
    } catch (RuntimeException e) {
      throw answer(e);
    }
  }

  /** Returns what to throw instead of what was thrown below. */
  RuntimeException answer(RuntimeException e) {
    return switch (e) {
      case FsException expected -> told(expected);
      case LinuxException linux -> told(exception(linux.errno(), linux));
      case StoreException store -> told(exception(store.errno(), store));
      case DamagedException damaged -> told(exception(Errno.EIO, damaged));
      case MalformedRecordException malformed ->
          told(
              FsException.of(
                  Errno.EIO,
                  "a record of the volume is damaged: " + malformed.getMessage(),
                  malformed));
      default -> e;
    };
  }

  private static FsException exception(Errno errno, RuntimeException cause) {
    return FsException.of(errno, String.valueOf(cause.getMessage()), cause);
  }

  private FsException told(FsException e) {
    if (e.errno() == Errno.EIO
        && logged.size() < MOST_LOGGED
        && logged.add(String.valueOf(e.getMessage()))) {
      LOG.log(System.Logger.Level.ERROR, e.getMessage() + " (said once)", e.getCause());
    }
    return e;
  }
}
