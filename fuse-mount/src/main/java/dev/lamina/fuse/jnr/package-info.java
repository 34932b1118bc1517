/**
 * The portable transport: path-based libfuse 2 through jnr-fuse, read-only. {@link
 * dev.lamina.fuse.jnr.JnrTransport} is the entry; the only user of jnr. A {@code JnrSession} lets
 * libfuse's own threads call {@code Callbacks}, which turn paths into nodes ({@code PathWalk}),
 * call the file system and answer in libfuse's structures. What it cannot do is listed in
 * docs/TRANSPORTS.md. Uses {@code fs}, {@code linux} and the package above.
 */
@NullMarked
package dev.lamina.fuse.jnr;

import org.jspecify.annotations.NullMarked;
