/**
 * What users see in a union file system, line by line of the numbered rules: in a mounted volume,
 * asserted, and beside it in the kernel's overlayfs and in fuse-overlayfs, recorded. {@link
 * dev.lamina.fuse.semantics.SemanticsTest} is what a section's tests extend; {@code
 * docs/SEMANTICS.md} is made from what they saw. Uses the native transport and what tests share.
 */
@NullMarked
package dev.lamina.fuse.semantics;

import org.jspecify.annotations.NullMarked;
