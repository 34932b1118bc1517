/** The commands of {@code lamina}. Entry class: {@link dev.lamina.cli.Lamina}. */
@NullMarked
package dev.lamina.cli;

import org.jspecify.annotations.NullMarked;
