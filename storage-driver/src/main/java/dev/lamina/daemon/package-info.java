/** The daemon: holds the store and the mounts, and answers its clients on a Unix socket. */
@NullMarked
package dev.lamina.daemon;

import org.jspecify.annotations.NullMarked;
