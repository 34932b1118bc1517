/**
 * Layer tars in and out, compression formats, whiteouts, byte-exact re-export. Commons Compress is
 * visible only here and in {@code image}.
 */
@NullMarked
package dev.lamina.archive;

import org.jspecify.annotations.NullMarked;
