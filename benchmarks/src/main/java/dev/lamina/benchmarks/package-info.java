/** Measurements with JMH, and side-by-side runs against other file systems. */
@NullMarked
package dev.lamina.benchmarks;

import org.jspecify.annotations.NullMarked;
