/** The native transport: the kernel's FUSE protocol, spoken on /dev/fuse. */
@NullMarked
package dev.lamina.fuse;

import org.jspecify.annotations.NullMarked;
