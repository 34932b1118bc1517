package dev.lamina.archive;

import dev.lamina.tree.Digest;
import java.util.List;

/**
 * A layer that was read: its contents and its framing are in the store, its changes are yet to be
 * applied to a tree.
 *
 * @param name what messages call it
 * @param diffId sha256 of its tar
 * @param blob sha256 of its bytes as they came
 * @param blobBytes how many these are
 * @param compression what they are compressed with
 * @param kept whether they are in the store as a blob
 * @param framing where the framing is
 * @param changes in the order of the tar
 * @param tarBytes size of the tar
 * @param contentBytes how many of them are contents of files
 * @param entries how many entries it has
 * @param applied run when its changes are applied, or are not going to be: their memory is free
 */
public record ReadLayer(
    String name,
    Digest diffId,
    Digest blob,
    long blobBytes,
    Compression compression,
    boolean kept,
    Digest framing,
    List<LayerChange> changes,
    long tarBytes,
    long contentBytes,
    long entries,
    Runnable applied) {}
