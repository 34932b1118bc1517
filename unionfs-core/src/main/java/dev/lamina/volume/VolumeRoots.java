package dev.lamina.volume;

import dev.lamina.store.MalformedRecordException;
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
        delta.inodes(new Rows(volume, sink));
      }
    }
  }

  /** Passes on what the rows of one volume say. */
  private record Rows(VolumeId volume, BlobSink sink) implements Delta.InodeVisitor {
    @Override
    public void visit(long inode, InodeRow row) {
      if (row instanceof InodeRow.Live live
          && live.record().content() instanceof Content.Inherited inherited) {
        sink.blob(volume, inode, inherited.blob(), inherited.size());
      }
    }

    @Override
    public void damaged(long inode, MalformedRecordException failure) {
      sink.damaged(volume, inode, failure);
    }
  }
}
