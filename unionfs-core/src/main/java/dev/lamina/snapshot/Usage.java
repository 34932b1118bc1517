package dev.lamina.snapshot;

/**
 * What a snapshot takes by itself, its parents apart.
 *
 * @param bytes of a volume: blocks on disk of its own data; of a tree: apparent bytes of the files
 *     that its parent does not have
 * @param inodes how many inodes it changed or added
 */
public record Usage(long bytes, long inodes) {}
