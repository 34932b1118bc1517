package dev.lamina.snapshot;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.store.SnapshotKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who looks at which snapshot: many may at a time, and as long as anybody does nobody removes it.
 * Thread-safe.
 */
final class SnapshotHolders {
  private final Object lock = new Object();

  /** Those who look, in words for whoever is refused: "mounted on /mnt". */
  @GuardedBy("lock")
  private final Map<SnapshotKey, List<String>> looking = new HashMap<>();

  /** Looks at a snapshot until this is closed, once. */
  @FunctionalInterface
  interface Look extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Begins to look, if there still is something to look at.
   *
   * @param there throws where there is not; nobody removes anything meanwhile
   */
  Look look(SnapshotKey key, String holder, Runnable there) {
    synchronized (lock) {
      there.run();
      looking.computeIfAbsent(key, k -> new ArrayList<>(1)).add(holder);
    }
    return () -> end(key, holder);
  }

  private void end(SnapshotKey key, String holder) {
    synchronized (lock) {
      List<String> left = looking.get(key);
      if (left != null && left.remove(holder) && left.isEmpty()) {
        looking.remove(key);
      }
    }
  }

  /**
   * Removes a snapshot that nobody looks at; nobody begins to meanwhile.
   *
   * @return who looks at it, so that it was not removed
   */
  Optional<String> remove(SnapshotKey key, Runnable removal) {
    synchronized (lock) {
      List<String> holders = looking.get(key);
      if (holders != null) {
        return Optional.of(String.join(", ", holders));
      }
      removal.run();
      return Optional.empty();
    }
  }
}
