package dev.lamina.volume;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.linux.LinuxException;
import dev.lamina.store.MalformedRecordException;
import dev.lamina.store.StoreException;
import dev.lamina.tree.DamagedException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What a failure below is to the caller of an operation: an errno. Damage is EIO for what it
 * touches alone, and is logged, each piece once, since what reads it once will read it again. Of
 * one cause so much is logged and no more, so that a directory full of damaged names neither fills
 * the log nor keeps another cause out of it. What is no expected failure is passed on as it is.
 * Thread-safe.
 */
final class Failures {
  private static final System.Logger LOG = System.getLogger(Failures.class.getName());

  /** How many messages of one cause are logged. */
  static final int MOST_LOGGED = 1000;

  /** What was logged already, by the type of its cause. */
  @GuardedBy("this")
  private final Map<Class<?>, Set<String>> logged = new HashMap<>();

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
    if (e.errno() == Errno.EIO) {
      String text = String.valueOf(e.getMessage());
      switch (note(e, text)) {
        case NEW -> LOG.log(System.Logger.Level.ERROR, text + " (said once)", e.getCause());
        case ONE_TOO_MANY ->
            LOG.log(
                System.Logger.Level.ERROR,
                text + " (and more may be, which is not logged any more)",
                e.getCause());
        case KNOWN -> {}
      }
    }
    return e;
  }

  /** What a message is to the log. */
  private enum News {
    NEW,
    ONE_TOO_MANY,
    KNOWN
  }

  private synchronized News note(FsException e, String text) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    Set<String> same = logged.computeIfAbsent(cause.getClass(), _ -> new HashSet<>());
    if (same.size() > MOST_LOGGED || !same.add(text)) {
      return News.KNOWN;
    }
    return same.size() > MOST_LOGGED ? News.ONE_TOO_MANY : News.NEW;
  }
}
