package dev.lamina.fuse.jnr;

import dev.lamina.fs.FsException;
import dev.lamina.fuse.DefectLog;
import dev.lamina.fuse.MountStatistics;
import dev.lamina.linux.Errno;
import dev.lamina.linux.LinuxException;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;

/**
 * Answers libfuse, whatever happens: a result, or a negated errno. A request that fails in a way it
 * should not is answered EIO and logged once. Counts. Thread-safe.
 */
final class Answers {
  private final DefectLog log;
  private final Map<Operation, LongAdder> requests = new EnumMap<>(Operation.class);
  private final LongAdder errors = new LongAdder();
  private final LongAdder defects = new LongAdder();
  private final LongAdder bytesRead = new LongAdder();
  private final LongAdder bytesWritten = new LongAdder();
  private final AtomicInteger busy = new AtomicInteger();

  Answers(DefectLog log) {
    this.log = log;
    for (Operation operation : Operation.values()) {
      requests.put(operation, new LongAdder());
    }
  }

  /** Runs one request; {@code action} returns what libfuse gets, 0 or a length. */
  int to(Operation operation, IntSupplier action) {
    count(operation);
    busy.incrementAndGet();
    try {
      return action.getAsInt();
    } catch (FsException e) {
      return failure(e.errno());
    } catch (LinuxException e) {
      return failure(e.errno());
    } catch (RuntimeException | Error e) {
      defect(operation, e);
      return failure(Errno.EIO);
    } finally {
      busy.decrementAndGet();
    }
  }

  private void count(Operation operation) {
    LongAdder counter = requests.get(operation);
    if (counter != null) {
      counter.increment();
    }
  }

  /** Counts a failure that should not have been, and logs the first of its kind. */
  void defect(Operation operation, Throwable failure) {
    defects.increment();
    log.defect(operation.title(), failure);
  }

  private int failure(Errno errno) {
    errors.increment();
    return -errno.number();
  }

  void read(int bytes) {
    bytesRead.add(bytes);
  }

  void wrote(int bytes) {
    bytesWritten.add(bytes);
  }

  DefectLog log() {
    return log;
  }

  MountStatistics statistics() {
    Map<String, Long> counts = new TreeMap<>();
    requests.forEach(
        (operation, count) -> {
          if (count.sum() > 0) {
            counts.put(operation.title(), count.sum());
          }
        });
    return new MountStatistics(
        counts,
        errors.sum(),
        defects.sum(),
        0,
        0,
        bytesRead.sum(),
        bytesWritten.sum(),
        busy.get(),
        0,
        0,
        0);
  }
}
