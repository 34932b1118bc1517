package dev.lamina.volume;

import dev.lamina.store.RootSource;
import dev.lamina.store.StateDatabase;
import dev.lamina.store.StateSnapshot;
import dev.lamina.store.VolumeId;

/** Tells the store's collector which blobs the inodes of volumes name. */
final class VolumeRoots implements RootSource {
  private final StateDatabase database;

  VolumeRoots(StateDatabase database) {
    this.database = database;
  }

  @Override
  public void blobs(StateSnapshot at, BlobSink sink) {
    for (VolumeId volume : at.volumes().keySet()) {
      try (Delta delta = RocksDelta.at(database, volume.number(), at.readOptions())) {
        delta.inodes(
            (inode, row) -> {
              if (row instanceof InodeRow.Live live
                  && live.record().content() instanceof Content.Inherited inherited) {
                sink.blob(volume, inode, inherited.blob(), inherited.size());
              }
            });
      }
    }
  }
}
