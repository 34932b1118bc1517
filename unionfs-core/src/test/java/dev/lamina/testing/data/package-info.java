/**
 * Exercises the data of files on any mount, as fsx does: random operations against an array of
 * bytes. Entry: {@link dev.lamina.testing.data.FileExercise}, a program of its own. Uses {@code
 * linux} alone.
 */
@NullMarked
package dev.lamina.testing.data;

import org.jspecify.annotations.NullMarked;
