package dev.lamina.snapshot;

import static dev.lamina.snapshot.SnapshotException.failedPrecondition;

import dev.lamina.fs.FsException;
import dev.lamina.linux.LinuxException;
import dev.lamina.store.SnapshotContent;
import dev.lamina.store.SnapshotKey;
import dev.lamina.store.SnapshotKind;
import dev.lamina.store.SnapshotRecord;
import dev.lamina.store.StateTransaction;
import dev.lamina.store.StateView;
import dev.lamina.store.StoreException;
import dev.lamina.store.VolumeId;
import dev.lamina.volume.VolumeException;
import dev.lamina.volume.Volumes;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Volumes as they were: forks, which go on by themselves, and saved states, to which a volume is
 * rolled back. Both are volumes of their own, so each costs what the volume has changed. A saved
 * state is a {@link SnapshotKind#VIEW} whose parent is the volume that it was saved of, which can't
 * be removed before it.
 *
 * <p>Each operation is one synced batch: after a crash it has happened or it has not. Thread-safe.
 */
public final class VolumeSnapshots {
  private static final System.Logger LOG = System.getLogger(VolumeSnapshots.class.getName());

  private final Snapshots snapshots;
  private final Volumes volumes;

  /** Works on the snapshots of a store and its volumes. */
  public VolumeSnapshots(Snapshots snapshots, Volumes volumes) {
    this.snapshots = snapshots;
    this.volumes = volumes;
  }

  /**
   * Makes a volume that has what another one, or a saved state, has at this moment.
   *
   * @param source of an active snapshot, be it open or not, or of a saved state
   * @param name the new one's
   * @throws SnapshotException where {@code source} is no volume or is in use otherwise than
   *     mounted, or {@code name} is taken
   */
  public VolumeId fork(SnapshotKey source, SnapshotKey name) {
    return copy(source, name, SnapshotKind.ACTIVE, Optional.empty());
  }

  /**
   * Saves what a volume has at this moment.
   *
   * @param volume of an active snapshot, be it open or not
   * @param name the saved state's, in the same namespace
   * @throws SnapshotException as {@link #fork}; or where {@code volume} is itself a saved state
   */
  public VolumeId save(SnapshotKey volume, SnapshotKey name) {
    requireActive(snapshots.stat(volume), volume);
    return copy(volume, name, SnapshotKind.VIEW, Optional.of(volume.name()));
  }

  private VolumeId copy(
      SnapshotKey source, SnapshotKey name, SnapshotKind kind, Optional<String> parent) {
    snapshots.requireFree(name);
    VolumeId original = volume(snapshots.stat(source), source);
    return fork(
        source,
        original,
        original,
        (transaction, copy) -> {
          Snapshots.requireFree(transaction, name);
          parent.ifPresent(_ -> requireStill(transaction, source, original));
          snapshots.put(
              transaction, name, kind, parent, new SnapshotContent.OfVolume(copy), new TreeMap<>());
        });
  }

  /**
   * Gives a volume back what it had when it was saved. What it has now is lost; the saved state
   * stays.
   *
   * @param volume of an active snapshot that nobody uses
   * @param saved one of its saved states
   * @throws SnapshotException where either is not there, they do not belong together, or somebody
   *     uses one
   */
  public void rollBack(SnapshotKey volume, SnapshotKey saved) {
    SnapshotRecord record = snapshots.stat(volume);
    requireActive(record, volume);
    VolumeId old = volume(record, volume);
    VolumeId state = volume(snapshots.stat(saved), saved);
    // Claimed first, so nobody opens the volume meanwhile.
    try (Volumes.Claim _ = volumes.claim(old, "being rolled back")) {
      VolumeId _ =
          fork(
              saved,
              state,
              old,
              (transaction, copy) -> {
                requireStill(transaction, volume, old);
                requireSavedOf(transaction, volume, saved);
                snapshots.replace(transaction, volume, new SnapshotContent.OfVolume(copy));
                volumes.markRemoved(transaction, old);
              });
      finishRemoval(old);
    } catch (VolumeException e) {
      throw failedPrecondition(
          "Snapshot " + volume + " cannot be rolled back: " + e.getMessage(), e);
    }
  }

  /** The volume is rolled back, whatever becomes of what it had. */
  private void finishRemoval(VolumeId old) {
    try {
      volumes.finishRemoval(old);
    } catch (StoreException | FsException | LinuxException e) {
      LOG.log(System.Logger.Level.WARNING, "volume " + old + " stays until the next start", e);
    }
  }

  private VolumeId fork(
      SnapshotKey key, VolumeId source, VolumeId successorOf, Volumes.Naming naming) {
    try {
      return volumes.fork(source, successorOf, naming);
    } catch (VolumeException e) {
      throw failedPrecondition("Snapshot " + key + " cannot be copied: " + e.getMessage(), e);
    }
  }

  private static void requireSavedOf(StateView state, SnapshotKey volume, SnapshotKey saved) {
    SnapshotRecord record = Snapshots.require(state, saved);
    if (record.kind() != SnapshotKind.VIEW || !record.parent().equals(Optional.of(volume.name()))) {
      throw failedPrecondition("Snapshot " + saved + " is no saved state of " + volume);
    }
  }

  private static void requireStill(StateTransaction transaction, SnapshotKey key, VolumeId id) {
    SnapshotRemovals.requireContent(transaction, key, new SnapshotContent.OfVolume(id));
  }

  private static void requireActive(SnapshotRecord record, SnapshotKey key) {
    if (record.kind() != SnapshotKind.ACTIVE) {
      throw failedPrecondition("Snapshot " + key + " is a saved state or an image's, not a volume");
    }
  }

  private static VolumeId volume(SnapshotRecord record, SnapshotKey key) {
    if (record.content() instanceof SnapshotContent.OfVolume(VolumeId id)) {
      return id;
    }
    throw failedPrecondition("Snapshot " + key + " is a tree, not a volume");
  }
}
