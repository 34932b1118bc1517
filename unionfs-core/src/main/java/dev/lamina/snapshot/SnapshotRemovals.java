package dev.lamina.snapshot;

import static dev.lamina.snapshot.SnapshotException.failedPrecondition;
import static dev.lamina.snapshot.SnapshotException.notFound;

import dev.lamina.store.SnapshotContent;
import dev.lamina.store.SnapshotKey;
import dev.lamina.store.StateTransaction;
import dev.lamina.store.StateView;
import dev.lamina.store.Store;
import dev.lamina.volume.VolumeException;
import dev.lamina.volume.Volumes;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Removes snapshots that nobody uses and that nothing was made from. A volume's name goes in the
 * write that marks the volume as removed; what is in it goes then. Thread-safe.
 */
final class SnapshotRemovals {
  private final Store store;
  private final Volumes volumes;

  SnapshotRemovals(Store store, Volumes volumes) {
    this.store = store;
    this.volumes = volumes;
  }

  /** Removes one that is a tree. */
  void remove(SnapshotKey key, SnapshotContent.OfTree tree, SnapshotHolders holders) {
    Optional<String> holder =
        holders.remove(
            key, () -> removed(transaction -> removeRecord(transaction, key, tree, Set.of())));
    if (holder.isPresent()) {
      throw failedPrecondition(
          "Snapshot " + key + " cannot be removed: it is in use: " + holder.get());
    }
  }

  /** Removes one that is a volume. */
  void remove(SnapshotKey key, SnapshotContent.OfVolume volume) {
    // Claimed first, so nobody opens the volume between looking and removing.
    try (Volumes.Claim _ = volumes.claim(volume.volume(), "being removed")) {
      removed(transaction -> remove(transaction, key, volume, Set.of()));
      volumes.finishRemoval(volume.volume());
    } catch (VolumeException e) {
      throw failedPrecondition("Snapshot " + key + " cannot be removed: " + e.getMessage(), e);
    }
  }

  /**
   * Removes a volume's name and marks the volume, which the caller has claimed.
   *
   * @param together what else the transaction removes, in the same namespace
   */
  void remove(
      StateTransaction transaction,
      SnapshotKey key,
      SnapshotContent.OfVolume volume,
      Set<SnapshotKey> together) {
    removeRecord(transaction, key, volume, together);
    volumes.markRemoved(transaction, volume.volume());
  }

  private void removed(Consumer<StateTransaction> removal) {
    boolean done =
        store
            .state()
            .transact(
                transaction -> {
                  removal.accept(transaction);
                  return true;
                });
    if (!done) {
      throw new IllegalStateException("a transaction returns what its function returned");
    }
  }

  private static void removeRecord(
      StateTransaction transaction,
      SnapshotKey key,
      SnapshotContent expected,
      Set<SnapshotKey> together) {
    requireContent(transaction, key, expected);
    requireChildless(transaction, key, together);
    transaction.removeSnapshot(key);
  }

  /** Refuses where a snapshot has children, but for those of {@code together}. */
  static void requireChildless(StateView state, SnapshotKey key, Set<SnapshotKey> together) {
    Optional<String> child =
        state.snapshots(key.namespace()).entrySet().stream()
            .filter(other -> !together.contains(other.getKey()))
            .filter(other -> other.getValue().parent().equals(Optional.of(key.name())))
            .map(other -> other.getKey().name())
            .findFirst();
    if (child.isPresent()) {
      throw failedPrecondition(
          "Snapshot " + key + " is the parent of " + child.get() + "; remove that first");
    }
  }

  /** Refuses another snapshot that has the name now. */
  static void requireContent(StateView state, SnapshotKey key, SnapshotContent expected) {
    if (!Snapshots.require(state, key).content().equals(expected)) {
      throw notFound("snapshot " + key + " as it was; another has its name now");
    }
  }
}
