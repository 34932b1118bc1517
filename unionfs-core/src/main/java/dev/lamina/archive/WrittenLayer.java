package dev.lamina.archive;

import dev.lamina.tree.Digest;

/**
 * A layer that was computed from changes.
 *
 * @param diffId sha256 of its tar
 * @param framing where its framing is kept
 * @param tarBytes size of the tar
 * @param contentBytes how many of them are the contents of files
 * @param entries how many entries it has
 */
public record WrittenLayer(
    Digest diffId, Digest framing, long tarBytes, long contentBytes, long entries) {}
