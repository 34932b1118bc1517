/**
 * The control socket between {@code laminad} and whoever asks it: messages, framing, client.
 *
 * <p>A conversation is one connection: one {@link dev.lamina.control.Request} as JSON, data frames
 * where the request takes a stream, then {@link dev.lamina.control.Reply} frames until one that
 * ends it. Closing the connection cancels what was asked. Messages are records and know neither the
 * daemon nor the command line; uses Jackson and the JDK's Unix sockets.
 */
@NullMarked
package dev.lamina.control;

import org.jspecify.annotations.NullMarked;
