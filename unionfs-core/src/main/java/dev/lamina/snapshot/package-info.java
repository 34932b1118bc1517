/** Named snapshots: prepare, view, commit, remove, usage. */
@NullMarked
package dev.lamina.snapshot;

import org.jspecify.annotations.NullMarked;
