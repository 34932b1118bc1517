/** The portable transport: path-based libfuse 2 through jnr-fuse. The only user of jnr. */
@NullMarked
package dev.lamina.fuse.jnr;

import org.jspecify.annotations.NullMarked;
