/**
 * Named snapshots in containerd's sense: volumes that are written to (active), trees that others
 * build on (committed) and trees that are only looked at (views), in one namespace for each engine;
 * and images made of volumes.
 *
 * <p>{@link dev.lamina.snapshot.Snapshots} and {@link dev.lamina.snapshot.VolumeImages} are the
 * entries. May use volume, image, archive, store and tree.
 */
@NullMarked
package dev.lamina.snapshot;

import org.jspecify.annotations.NullMarked;
