/**
 * What tests of file systems share: the contract suite ({@link
 * dev.lamina.testing.fs.FileSystemContractTest} is the entry), the model it is validated with
 * ({@link dev.lamina.testing.fs.MemoryFileSystem}), a directory of any mounted file system behind
 * the same interface ({@link dev.lamina.testing.fs.KernelFileSystem}) and seeded random sequences
 * that compare a file system with the model ({@link dev.lamina.testing.fs.RandomOperations}). Uses
 * {@code fs} and {@code linux} alone.
 */
@NullMarked
package dev.lamina.testing.fs;

import org.jspecify.annotations.NullMarked;
