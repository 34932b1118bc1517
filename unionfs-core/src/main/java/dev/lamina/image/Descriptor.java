package dev.lamina.image;

import dev.lamina.tree.Digest;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What an index or a manifest says of one blob (OCI image spec, "Descriptor").
 *
 * @param size in bytes
 * @param platform of a manifest in an index
 */
record Descriptor(
    String mediaType,
    Digest digest,
    long size,
    SortedMap<String, String> annotations,
    Optional<PlatformChoice> platform) {}
