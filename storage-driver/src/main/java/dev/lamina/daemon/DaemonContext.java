package dev.lamina.daemon;

import dev.lamina.snapshot.Snapshots;
import dev.lamina.store.Store;
import dev.lamina.volume.Volumes;
import java.time.Clock;
import java.util.random.RandomGenerator;

/**
 * What the daemon's requests work on.
 *
 * @param store the store
 * @param volumes its volumes
 * @param snapshots its snapshots; a volume's name is a key in namespace {@link #NAMESPACE}
 * @param mounts this daemon's mounts
 * @param clock tells the time
 * @param random makes names up
 */
record DaemonContext(
    Store store,
    Volumes volumes,
    Snapshots snapshots,
    MountRegistry mounts,
    Clock clock,
    RandomGenerator random) {
  /** The command line's namespace of snapshots. */
  static final String NAMESPACE = "cli";
}
