/**
 * The command line: parses with picocli, asks the daemon over the control socket, prints.
 *
 * <p>{@link dev.lamina.cli.Lamina} is the entry; one class is one command. May use control, and the
 * daemon only to run it in the foreground.
 */
@NullMarked
package dev.lamina.cli;

import org.jspecify.annotations.NullMarked;
