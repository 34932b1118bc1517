/**
 * Where layers are kept: directory records, blobs and framings by digest, and what is known by
 * name.
 *
 * <p>{@link dev.lamina.store.Store} opens it; {@link dev.lamina.store.StoreWriter} puts things in,
 * {@link dev.lamina.store.State} names them, {@code Store.collect} takes away what nothing names.
 * Two databases: {@code store} without a log, flushed before anything relies on it, and {@code
 * state} with one. Of the project it uses {@code tree} and {@code linux}. RocksDB is visible here
 * and in {@code volume} alone.
 *
 * <p>Locks, outermost first: the collection's own, the gate ({@code Roots}), the transaction lock,
 * a writer's lease, one stripe of {@code Pins}. A stripe is held over a look at a row and a rename
 * or unlink of one object, never over data. The lock of one object ({@code Published}) or of one
 * directory of objects ({@code Blobs}) is held over its sync, so that whoever comes second sees
 * that it failed; of those above, the stripe alone is taken within the latter.
 */
@NullMarked
package dev.lamina.store;

import org.jspecify.annotations.NullMarked;
