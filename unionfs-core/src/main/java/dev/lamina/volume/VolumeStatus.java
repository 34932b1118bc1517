package dev.lamina.volume;

import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystemStatus;
import dev.lamina.linux.FileSystemStats;

/** The sizes that statfs(2) tells of a union. */
final class VolumeStatus {
  private static final int BLOCK_SIZE = 4096;

  private VolumeStatus() {}

  /** Of a volume those of the file system that its data lies on; an image is full. */
  static FileSystemStatus of(Union union) {
    return union
        .files()
        .map(files -> below(FileSystemStats.of(files.descriptor())))
        .orElseGet(() -> ofImage(union.base()));
  }

  private static FileSystemStatus below(FileSystemStats stats) {
    return new FileSystemStatus(
        Math.toIntExact(stats.blockSize()),
        stats.blocks(),
        stats.freeBlocks(),
        stats.availableBlocks(),
        stats.files(),
        stats.freeFiles(),
        FileName.MAX_LENGTH);
  }

  /** As large as its files, and nothing is free. */
  private static FileSystemStatus ofImage(Base base) {
    long blocks = base.tree().tree().bytes() / BLOCK_SIZE + 1;
    return new FileSystemStatus(BLOCK_SIZE, blocks, 0, 0, base.positions(), 0, FileName.MAX_LENGTH);
  }
}
