/**
 * Directory records: codec, lookup, listing; applying a layer to a tree; the difference of two
 * trees.
 */
@NullMarked
package dev.lamina.tree;

import org.jspecify.annotations.NullMarked;
