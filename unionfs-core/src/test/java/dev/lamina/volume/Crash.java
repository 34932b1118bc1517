package dev.lamina.volume;

import dev.lamina.store.VolumeId;

/** Ends a volume's use as the daemon's death would: without any of what closing does. */
final class Crash {
  private Crash() {}

  static void of(Volumes volumes, VolumeId id, VolumeFileSystem fileSystem) {
    Union union = fileSystem.union();
    union.syncer().close();
    union.files().ifPresent(DataFiles::close);
    union.delta().close();
    volumes.letGo(id);
  }
}
