package dev.lamina.image;

import dev.lamina.store.ImageRecord;

/**
 * An image with the exact bytes of its manifest and configuration.
 *
 * @param record what it is
 * @param manifest its manifest
 * @param config its configuration
 */
@SuppressWarnings("ArrayRecordComponent") // a file, never compared
public record ImageContent(ImageRecord record, byte[] manifest, byte[] config) {}
