package dev.lamina.archive;

import dev.lamina.archive.TarHeader.BadHeaderException;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.linux.DeviceNumber;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Reads a layer's uncompressed tar: stores the contents of its files, records its framing, and
 * returns its changes one by one. For one thread.
 */
final class LayerReader {
  private static final String WHITEOUT = ".wh.";
  private static final String PRIVATE = ".wh..wh.";
  private static final String OPAQUE = ".wh..wh..opq";

  private static final byte VOLUME_LABEL = 'V';

  private final String layer;
  private final TarInput in;
  private final TarEntryReader entries;
  private final FileContent contents;
  private final Limits limits;
  private final Consumer<String> warnings;
  private long count;

  /**
   * Begins reading.
   *
   * @param layer what messages call this layer
   * @param memory what its entries are charged to
   * @param warnings gets what is odd but allowed
   */
  LayerReader(
      String layer,
      InputStream tar,
      ContentSink contents,
      FramingSink framing,
      Limits limits,
      MetadataBudget.Lease memory,
      Consumer<String> warnings) {
    this.layer = layer;
    this.in = new TarInput(tar, new FramingEncoder(framing));
    this.entries = new TarEntryReader(layer, in, limits, memory);
    this.contents = new FileContent(in, contents, limits);
    this.limits = limits;
    this.warnings = warnings;
  }

  /** Returns how many entries were read. */
  long entries() {
    return count;
  }

  /** Returns whether the tar had its end marker; asked after the last change. */
  boolean sawEndMarker() {
    return entries.sawEndMarker();
  }

  /**
   * Returns the next change. Empty when the tar has ended: the stream is then read to its end and
   * the framing complete.
   *
   * @throws ArchiveException where the tar is bad, naming the entry
   * @throws IOException where the stream fails
   */
  Optional<LayerChange> next() throws IOException {
    while (true) {
      Optional<TarEntry> entry = entries.next();
      if (entry.isEmpty()) {
        in.drain();
        in.framing().finish();
        return Optional.empty();
      }
      count++;
      if (count > limits.entries()) {
        throw new ArchiveException(
            layer,
            "more than "
                + limits.entries()
                + " entries, which is the limit; raise the limit to import it");
      }
      try {
        Optional<LayerChange> change = change(entry.get());
        if (change.isPresent()) {
          return change;
        }
      } catch (BadHeaderException e) {
        throw new ArchiveException(
            layer, Optional.of(TarEntryReader.print(entry.get().name())), e.reason());
      }
    }
  }

  /** Returns what an entry changes; empty for one that is to be ignored. */
  private Optional<LayerChange> change(TarEntry entry) throws IOException, BadHeaderException {
    byte type = entry.header().type();
    if (type == VOLUME_LABEL) {
      contents.skip(entry);
      return Optional.empty();
    }
    TreePath path = EntryName.ofEntry(SparseEntries.name(entry));
    for (int i = 0; i < path.size(); i++) {
      if (path.get(i).startsWith(WHITEOUT)) {
        contents.skip(entry);
        return marker(path, i, TarEntryReader.print(entry.name()));
      }
    }
    if (type == TarConstants.LF_LINK) {
      if (path.isRoot()) {
        throw new BadHeaderException("the root is a directory and nothing else");
      }
      return Optional.of(new LayerChange.Link(path, EntryName.ofLink(entry.link())));
    }
    TreeEntry node = node(entry, EntryMetadata.of(entry));
    if (path.isRoot() && !(node instanceof TreeEntry.Directory)) {
      throw new BadHeaderException("the root is a directory and nothing else");
    }
    return Optional.of(new LayerChange.Put(path, node));
  }

  /** Reads a path whose component {@code at} begins as a whiteout does (OCI image spec, layer). */
  private Optional<LayerChange> marker(TreePath path, int at, String printed)
      throws BadHeaderException {
    FileName name = path.get(at);
    boolean last = at == path.size() - 1;
    if (name.is(OPAQUE) && last) {
      return Optional.of(new LayerChange.Opaque(path.parent()));
    }
    if (name.startsWith(PRIVATE)) {
      warnings.accept(layer + ": entry \"" + printed + "\": ignored, it is private to AUFS");
      return Optional.empty();
    }
    byte[] bytes = name.toBytes();
    FileName hidden = FileName.of(bytes, WHITEOUT.length(), bytes.length - WHITEOUT.length());
    if (!last || hidden.length() == 0 || hidden.is(".") || hidden.is("..")) {
      throw new BadHeaderException("a whiteout that names nothing");
    }
    return Optional.of(new LayerChange.Whiteout(path.parent().child(hidden)));
  }

  private TreeEntry node(TarEntry entry, Metadata metadata) throws IOException, BadHeaderException {
    TarHeader header = entry.header();
    return switch (header.type()) {
      case TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM, TarConstants.LF_CONTIG -> {
        // Before POSIX a directory was a file whose name ends with a slash.
        byte[] name = entry.name();
        boolean slash = name.length > 0 && name[name.length - 1] == '/';
        if (slash && !SparseEntries.isSparse(entry)) {
          contents.skip(entry);
          yield new TreeEntry.Directory(metadata);
        }
        yield contents.read(entry, metadata);
      }
      case TarConstants.LF_GNUTYPE_SPARSE -> contents.read(entry, metadata);
      case TarConstants.LF_DIR -> new TreeEntry.Directory(metadata);
      case 'D' -> { // GNU's directory with a list of names
        contents.skip(entry);
        yield new TreeEntry.Directory(metadata);
      }
      case TarConstants.LF_SYMLINK ->
          // Whatever the header says: Linux has no other mode of a symlink.
          new TreeEntry.Symlink(metadata.withMode(0777), target(entry.link()));
      case TarConstants.LF_CHR ->
          new TreeEntry.Device(metadata, FileKind.CHARACTER_DEVICE, device(entry));
      case TarConstants.LF_BLK ->
          new TreeEntry.Device(metadata, FileKind.BLOCK_DEVICE, device(entry));
      case TarConstants.LF_FIFO -> new TreeEntry.Special(metadata, FileKind.FIFO);
      default ->
          throw new BadHeaderException(
              "its type '" + TarEntryReader.print(new byte[] {header.type()}) + "' is unknown");
    };
  }

  private static byte[] target(byte[] link) throws BadHeaderException {
    if (link.length == 0 || link.length > EntryName.MOST_BYTES) {
      throw new BadHeaderException(
          "its target has " + link.length + " bytes, and 1 to 4095 are allowed");
    }
    for (byte b : link) {
      if (b == 0) {
        throw new BadHeaderException("its target holds a NUL");
      }
    }
    return link;
  }

  /** Returns the number as makedev(3) makes it, within what the kernel's 32 bits hold. */
  private static long device(TarEntry entry) throws BadHeaderException {
    long major = entry.pax().number("SCHILY.devmajor").orElse(entry.header().major());
    long minor = entry.pax().number("SCHILY.devminor").orElse(entry.header().minor());
    if (major < 0 || major > 0xfff || minor < 0 || minor > 0xfffff) {
      throw new BadHeaderException("device " + major + ":" + minor + " is none that Linux has");
    }
    return DeviceNumber.of((int) major, (int) minor);
  }

  /** Returns a tar's changes as a list; for what needs all of them at once. */
  static List<LayerChange> all(LayerReader reader) throws IOException {
    List<LayerChange> changes = new ArrayList<>();
    for (Optional<LayerChange> c = reader.next(); c.isPresent(); c = reader.next()) {
      changes.add(c.get());
    }
    return changes;
  }
}
