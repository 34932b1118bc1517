package dev.lamina.volume;

/**
 * What a volume uses beyond its base.
 *
 * @param bytes space its own data takes on disk, in bytes
 * @param inodes number of inodes it has a record of
 */
public record VolumeUsage(long bytes, long inodes) {}
