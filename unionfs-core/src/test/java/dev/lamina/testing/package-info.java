/**
 * What the tests of several modules share. A test that needs a mount or root says so with {@link
 * dev.lamina.testing.RequiresFuse} or {@link dev.lamina.testing.RequiresRoot}.
 */
@NullMarked
package dev.lamina.testing;

import org.jspecify.annotations.NullMarked;
