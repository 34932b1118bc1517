/**
 * The contract between file systems and transports: operations on nodes and handles, their
 * arguments and answers. {@link dev.lamina.fs.FileSystem} is the entry; a file system knows no
 * transport and a transport knows no union. Uses {@code linux} for {@code Errno} alone.
 *
 * <p>A <em>node</em> is one inode of a mounted file system; its id is the inode number with the
 * incarnation in the bits above ({@link dev.lamina.fs.NodeId}). A <em>handle</em> is one open file.
 */
@NullMarked
package dev.lamina.fs;

import org.jspecify.annotations.NullMarked;
