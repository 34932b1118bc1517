/**
 * Blobs, objects, references, pins, collection, verification. RocksDB is visible only here and in
 * {@code volume}.
 */
@NullMarked
package dev.lamina.store;

import org.jspecify.annotations.NullMarked;
