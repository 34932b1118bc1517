package dev.lamina.volume;

import dev.lamina.linux.FileStatus;
import dev.lamina.store.MalformedRecordException;
import dev.lamina.store.Store;
import dev.lamina.store.VolumeId;
import java.nio.file.Path;

/**
 * What a volume uses beyond its base.
 *
 * @param bytes space its own data takes on disk, in bytes
 * @param inodes number of inodes it has a record of
 */
public record VolumeUsage(long bytes, long inodes) {

  /** Measures a volume that is there, open or not; of an open one as of now. */
  static VolumeUsage of(Store store, VolumeId id) {
    Path directory = store.layout().volume(id);
    DataFiles.makeDirectories(directory);
    InodeCount inodes = new InodeCount();
    long bytes = 0;
    try (Delta delta = RocksDelta.of(store.state().database(), id.number());
        DataFiles files = new DataFiles(directory)) {
      delta.inodes(inodes);
      FileStatus status = new FileStatus();
      for (long inode : files.all()) {
        if (files.status(inode, status)) {
          bytes += status.blocks() * Base.BLOCK;
        }
      }
    }
    return new VolumeUsage(bytes, inodes.count);
  }

  /** Counts inodes, those that cannot be read among them. */
  private static final class InodeCount implements Delta.InodeVisitor {
    private long count;

    @Override
    public void visit(long inode, InodeRow row) {
      count++;
    }

    @Override
    public void damaged(long inode, MalformedRecordException failure) {
      count++;
    }
  }
}
