/**
 * Immutable Merkle directory trees: directory records and their codec, lookup and listing, applying
 * a layer to a tree, the difference of two trees. {@link dev.lamina.tree.TreeView} reads a tree,
 * {@link dev.lamina.tree.TreeEditor} makes one from another, {@link dev.lamina.tree.TreeDifference}
 * compares two. Where records are kept is another package's business: it implements {@link
 * dev.lamina.tree.RecordSource} and {@link dev.lamina.tree.RecordSink}. Uses {@code fs} for names
 * and file kinds alone. The encodings are described byte by byte in docs/FORMAT.md.
 */
@NullMarked
package dev.lamina.tree;

import org.jspecify.annotations.NullMarked;
