package dev.lamina.fs;

/**
 * What statfs(2) tells.
 *
 * @param blockSize size of a block in bytes
 * @param blocks all blocks
 * @param freeBlocks free blocks
 * @param availableBlocks free blocks that an unprivileged user may take
 * @param files all inodes
 * @param freeFiles free inodes
 * @param maximumNameLength the longest name in bytes
 */
public record FileSystemStatus(
    int blockSize,
    long blocks,
    long freeBlocks,
    long availableBlocks,
    long files,
    long freeFiles,
    int maximumNameLength) {}
