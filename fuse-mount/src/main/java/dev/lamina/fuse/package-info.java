/**
 * What every FUSE transport shares: {@link dev.lamina.fuse.Transport} serves a {@link
 * dev.lamina.fs.FileSystem} at a directory and answers a {@link dev.lamina.fuse.Mount}. Options
 * ({@link dev.lamina.fuse.MountOptions}), the kernel's list of mounts and the clearing of what a
 * dead server left are here too. Uses {@code fs} and {@code linux}; knows neither protocol nor
 * union. The transports are in the packages below.
 */
@NullMarked
package dev.lamina.fuse;

import org.jspecify.annotations.NullMarked;
