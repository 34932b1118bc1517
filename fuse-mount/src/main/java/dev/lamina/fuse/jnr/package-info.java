/**
 * The portable transport: path-based libfuse 2 through jnr-fuse. {@link
 * dev.lamina.fuse.jnr.JnrTransport} is the entry; the only user of jnr. The {@code Workers} of a
 * {@code JnrSession} hand requests to libfuse, which calls {@code Callbacks}: these turn paths into
 * nodes ({@code Paths}), call the file system and answer in libfuse's structures. What it cannot do
 * is listed in docs/TRANSPORTS.md. Uses {@code fs}, {@code linux} and the package above.
 */
@NullMarked
package dev.lamina.fuse.jnr;

import org.jspecify.annotations.NullMarked;
