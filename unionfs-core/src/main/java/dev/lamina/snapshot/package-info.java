/**
 * Named snapshots in containerd's sense: volumes that are written to (active), trees that others
 * build on (committed) and trees that are only looked at (views), in one namespace for each engine.
 *
 * <p>{@link dev.lamina.snapshot.Snapshots} is the entry. May use volume, store and tree.
 */
@NullMarked
package dev.lamina.snapshot;

import org.jspecify.annotations.NullMarked;
