/**
 * {@code laminad}: one process that holds a store and its mounts and answers requests on the
 * control socket.
 *
 * <p>{@link dev.lamina.daemon.Daemon} is the entry. One class answers the requests of one concept
 * ({@code XRequests}); {@code RequestDispatcher} hands them out and turns what the parts below
 * throw into messages. May use everything but the command line. No request touches a path inside a
 * mount of its own: whoever serves the mount would wait for itself.
 */
@NullMarked
package dev.lamina.daemon;

import org.jspecify.annotations.NullMarked;
