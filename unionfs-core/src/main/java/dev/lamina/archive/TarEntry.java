package dev.lamina.archive;

/**
 * A header with the extended headers before it.
 *
 * @param name the entry's name as the archive has it
 * @param link the target of a link
 * @param pax the pax records that hold for it, global ones included
 * @param block the header block itself
 */
@SuppressWarnings("ArrayRecordComponent") // passed on once, never compared
record TarEntry(TarHeader header, byte[] name, byte[] link, PaxRecords pax, byte[] block) {}
