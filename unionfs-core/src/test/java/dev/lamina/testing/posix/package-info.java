/**
 * What a process sees of a mounted file system: a suite of system calls that takes a mount point.
 * {@link dev.lamina.testing.posix.PosixTest} is the entry; each {@code XxxPosix} is an area. The
 * disk's own file system is the truth: what another does otherwise is in {@code
 * posix-differences.txt}, with the reason. Uses {@code linux} and {@code testing} alone.
 */
@NullMarked
package dev.lamina.testing.posix;

import org.jspecify.annotations.NullMarked;
