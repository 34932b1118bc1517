/** The main class, in the topmost module because it sees every command. */
@NullMarked
package dev.lamina.runtime;

import org.jspecify.annotations.NullMarked;
