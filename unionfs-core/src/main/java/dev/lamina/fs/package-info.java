/**
 * The contract between file systems and transports: operations on node ids and handles, attributes,
 * errno. Knows nothing of trees, stores or FUSE.
 */
@NullMarked
package dev.lamina.fs;

import org.jspecify.annotations.NullMarked;
