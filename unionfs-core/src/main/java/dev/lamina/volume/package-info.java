/**
 * The union: an immutable base tree and a delta of changes, served as a file system. {@link
 * dev.lamina.volume.Volumes} makes, opens and removes volumes; {@link
 * dev.lamina.volume.VolumeFileSystem} is an open one, or an image as it is. May use {@code fs},
 * {@code tree}, {@code store} and {@code linux}; RocksDB is seen in the delta alone.
 *
 * <h2>Identity</h2>
 *
 * Everything belongs to inodes and nothing to paths. Inodes 1 to N are the positions of the base;
 * what the delta makes is numbered above. A directory's names are its base's, overridden by the
 * delta's rows; an inode is as its row says, or else as the base's entry does.
 *
 * <h2>Locks</h2>
 *
 * In this order, each optional:
 *
 * <ol>
 *   <li>one inode's <em>data lock</em> ({@code NodeData.lock}): opening, closing, copy-up,
 *       truncation and modify time of one regular file. The only lock held over I/O.
 *   <li>the <em>topology lock</em> ({@code Renames}): a directory changes its parent.
 *   <li><em>directory locks</em> ({@code DirectoryNames.lock}), by ascending inode: the names of
 *       directories.
 *   <li><em>record locks</em> ({@code Node.recordLock}), by ascending inode: the records of inodes.
 *   <li>leaves: the monitors of {@code NodeTable}'s stripes, {@code HandleTable}, {@code Numbers},
 *       {@code Syncer} and {@code DirtyFiles}, and the database's own.
 * </ol>
 *
 * Reading takes none of 2 to 4: records are immutable and replaced whole, cached names are in
 * concurrent maps. Who finds an inode that is gone looks the name up again. docs/LOCKING.md says
 * what each lock guards and which races remain.
 */
@NullMarked
package dev.lamina.volume;

import org.jspecify.annotations.NullMarked;
