/** The union: an immutable base tree and a delta of changes, served as a file system. */
@NullMarked
package dev.lamina.volume;

import org.jspecify.annotations.NullMarked;
