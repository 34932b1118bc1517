package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * The gate between whoever makes or relies on roots and the collector, and the trees in use.
 *
 * <p>Many may hold the gate at a time; the collector closes it for the moment in which it takes its
 * roots, and again while it deletes layers and contents. So whoever goes through the gate sees a
 * root either before that moment, and then the collector sees what was made of it, or after, and
 * then the root it was made of has been marked.
 */
final class Roots {
  private static final long PAUSE_NANOS = 200_000;

  private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();
  private final ConcurrentHashMap<Digest, Integer> uses = new ConcurrentHashMap<>();
  private volatile @Nullable Kept running;

  /**
   * What a running collection keeps of layers and contents; those put since its moment are added.
   *
   * @param layers keys of layers
   * @param contents digests of contents
   */
  record Kept(Set<LayerKey> layers, Set<Digest> contents) {
    Kept() {
      this(ConcurrentHashMap.newKeySet(), ConcurrentHashMap.newKeySet());
    }
  }

  /**
   * Holds the gate, shared. A thread may hold it more than once. It passes a collector that waits
   * for others to let go, who may in turn need a lock that the caller has; only a collector that is
   * in keeps it out, briefly, and that one needs nobody's lock.
   */
  Hold hold() {
    while (!gate.readLock().tryLock()) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return gate.readLock()::unlock;
  }

  /** Closes the gate: alone. */
  Hold exclude() {
    gate.writeLock().lock();
    return gate.writeLock()::unlock;
  }

  /** Called alone: from now on what is put is told to the collection. */
  void begin(Kept kept) {
    running = kept;
  }

  void end() {
    running = null;
  }

  /** Whether a layer that is there may be relied on; called with the gate held. */
  boolean mayRelyOn(LayerKey key) {
    Kept kept = running;
    return kept == null || kept.layers().contains(key);
  }

  /** A layer has been put; called with the gate held. */
  void layerPut(LayerKey key) {
    Kept kept = running;
    if (kept != null) {
      kept.layers().add(key);
    }
  }

  /** A content has been put; called with the gate held. */
  void contentPut(Digest digest) {
    Kept kept = running;
    if (kept != null) {
      kept.contents().add(digest);
    }
  }

  /** Registers that a tree is in use; what makes it safe to do so is the caller's root of it. */
  Use use(Digest tree) {
    try (Hold _ = hold()) {
      uses.merge(tree, 1, Integer::sum);
    }
    AtomicBoolean open = new AtomicBoolean(true);
    return () -> {
      if (open.getAndSet(false)) {
        uses.computeIfPresent(tree, (key, count) -> count == 1 ? null : count - 1);
      }
    };
  }

  /** The trees in use. */
  Set<Digest> used() {
    return Set.copyOf(uses.keySet());
  }
}
