package dev.lamina.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ReaderPoolTest {
  private final LinkedBlockingQueue<Runnable> requests = new LinkedBlockingQueue<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicInteger most = new AtomicInteger();

  private volatile boolean canStart = true;

  private ReaderPool pool(int kept, int limit) {
    ReaderPool[] pool = new ReaderPool[1];
    pool[0] =
        new ReaderPool(
            kept,
            limit,
            () -> {
              if (!canStart) {
                return false;
              }
              Thread.ofPlatform().daemon().start(() -> serve(pool[0]));
              return true;
            });
    pool[0].start();
    return pool[0];
  }

  private void serve(ReaderPool pool) {
    most.accumulateAndGet(pool.threads(), Math::max);
    try {
      do {
        Runnable request = requests.take();
        pool.taken();
        request.run();
      } while (pool.again());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (pool.left() == 0) {
      ended.countDown();
    }
  }

  private static Runnable waiting(CountDownLatch arrived, CountDownLatch release) {
    return () -> {
      arrived.countDown();
      try {
        release.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  @Test
  void withoutOneMoreThreadTheOthersServeOnAndThePoolEnds() throws InterruptedException {
    ReaderPool pool = pool(1, 10);
    canStart = false;
    for (int i = 0; i < 3; i++) {
      CountDownLatch done = new CountDownLatch(1);
      requests.add(done::countDown);
      assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(pool.threads()).isEqualTo(1);
    pool.end();
    requests.add(() -> {});
    assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void requestsThatBlockDoNotStopTheOthers() throws InterruptedException {
    ReaderPool pool = pool(2, 10);
    CountDownLatch blocked = new CountDownLatch(9);
    CountDownLatch release = new CountDownLatch(1);
    for (int i = 0; i < 9; i++) {
      requests.add(waiting(blocked, release));
    }
    assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
    CountDownLatch quick = new CountDownLatch(1);
    requests.add(quick::countDown);
    assertThat(quick.await(10, TimeUnit.SECONDS)).isTrue();
    release.countDown();
    end(pool);
  }

  @Test
  void thereAreNeverMoreThreadsThanAllowed() throws InterruptedException {
    ReaderPool pool = pool(2, 4);
    CountDownLatch blocked = new CountDownLatch(4);
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch all = new CountDownLatch(100);
    for (int i = 0; i < 4; i++) {
      requests.add(waiting(blocked, release));
    }
    assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < 100; i++) {
      requests.add(all::countDown);
    }
    assertThat(all.getCount()).isEqualTo(100);
    release.countDown();
    assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(most.get()).isLessThanOrEqualTo(4);
    end(pool);
  }

  @Test
  void manyShortRequestsLoseNone() throws InterruptedException {
    ReaderPool pool = pool(1, 8);
    CountDownLatch all = new CountDownLatch(20_000);
    for (int i = 0; i < 20_000; i++) {
      requests.add(all::countDown);
    }
    assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
    end(pool);
  }

  private void end(ReaderPool pool) throws InterruptedException {
    pool.end();
    while (!ended.await(1, TimeUnit.MILLISECONDS)) {
      // The readers of this test wake by a request, as those of a device by its end.
      requests.add(() -> {});
    }
    assertThat(pool.threads()).isZero();
  }
}
