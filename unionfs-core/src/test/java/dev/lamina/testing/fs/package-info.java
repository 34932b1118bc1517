/**
 * What tests of file systems share: the model that others are compared with and that stands in
 * where no volume is at hand ({@link dev.lamina.testing.fs.MemoryFileSystem} is the entry), and
 * what a file system holds before a test ({@link dev.lamina.testing.fs.LowerTree}). Uses {@code fs}
 * and {@code linux} alone.
 */
@NullMarked
package dev.lamina.testing.fs;

import org.jspecify.annotations.NullMarked;
