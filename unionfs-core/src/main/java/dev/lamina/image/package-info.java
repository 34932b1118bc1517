/** Images from and to OCI layouts, docker archives and root file systems. */
@NullMarked
package dev.lamina.image;

import org.jspecify.annotations.NullMarked;
