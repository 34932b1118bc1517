package dev.lamina.testing.fs;

import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/** Threads that do something at the same time, all beginning together. */
final class Crowd {
  /** Answers of operations that lost a race. */
  private static final Set<Errno> RACES =
      EnumSet.of(
          Errno.ENOENT,
          Errno.EEXIST,
          Errno.ENOTEMPTY,
          Errno.EISDIR,
          Errno.ENOTDIR,
          Errno.EINVAL,
          Errno.EPERM,
          Errno.ELOOP);

  private static final int PATIENCE_SECONDS = 120;

  /** What one of them does. */
  interface Member<T> {
    T act(int number) throws Exception;
  }

  private Crowd() {}

  /** Lets {@code size} threads act; their results by number. What one throws is thrown. */
  static <T> List<T> of(int size, Member<T> member) {
    CyclicBarrier start = new CyclicBarrier(size);
    try (ExecutorService threads = Executors.newFixedThreadPool(size)) {
      List<Future<T>> futures =
          IntStream.range(0, size)
              .<Callable<T>>mapToObj(
                  number ->
                      () -> {
                        start.await();
                        return member.act(number);
                      })
              .map(threads::submit)
              .toList();
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
      }
      return results;
    } catch (ExecutionException e) {
      throw new AssertionError("a thread failed: " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("the threads do not end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Does something that may lose a race; whether it did not. */
  static boolean won(Runnable action) {
    try {
      action.run();
      return true;
    } catch (FsException e) {
      if (RACES.contains(e.errno())) {
        return false;
      }
      throw e;
    }
  }
}
