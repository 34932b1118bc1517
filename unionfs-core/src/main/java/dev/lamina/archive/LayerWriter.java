package dev.lamina.archive;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.store.FramingWriter;
import dev.lamina.store.StoreWriter;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * Writes changes as a layer's tar. Reproducible: the same changes, in whatever order they are
 * given, make the same bytes. Parents come before children, whiteouts before their siblings, the
 * first name of an inode before its further ones; directories on the way to a change are there with
 * the attributes they have.
 */
public final class LayerWriter {
  private static final byte[] WHITEOUT = ".wh.".getBytes(StandardCharsets.US_ASCII);
  private static final FileName OPAQUE = FileName.of(".wh..wh..opq");

  private final ContentSource contents;
  private final Function<TreePath, Metadata> directories;
  private final Consumer<String> warnings;

  /**
   * Makes a writer.
   *
   * @param contents gives the contents of files
   * @param directories gives the attributes of a directory that is not among the changes but above
   *     one of them
   * @param warnings gets what is left out: sockets, which no tar carries
   */
  public LayerWriter(
      ContentSource contents, Function<TreePath, Metadata> directories, Consumer<String> warnings) {
    this.contents = contents;
    this.directories = directories;
    this.warnings = warnings;
  }

  /**
   * Computes the layer that these changes make, and keeps its framing in a store, so that it can be
   * exported later. The contents of its files must be blobs of the store already.
   *
   * @throws ArchiveException naming the path that a layer cannot carry: a name that begins with
   *     {@code .wh.}, the character device 0:0, a path that is too long
   * @throws IOException where a content cannot be read
   */
  public WrittenLayer write(Collection<LayerChange> changes, StoreWriter into) throws IOException {
    try (FramingWriter framing = into.framing()) {
      StoredFraming sink = new StoredFraming(framing, new MetadataBudget(Long.MAX_VALUE).lease());
      Written written = write(changes, sink, OutputStream.nullOutputStream());
      return new WrittenLayer(
          written.diffId(),
          framing.finish(),
          written.tarBytes(),
          sink.contentBytes(),
          written.entries());
    } catch (FramingTooLargeException e) {
      throw e.of("the new layer");
    }
  }

  /**
   * Writes these changes as a tar that no store knows of.
   *
   * @return the sha256 of the tar
   * @throws ArchiveException naming the path that a layer cannot carry
   * @throws IOException where a content cannot be read or the tar not be written
   */
  public Digest writeTar(Collection<LayerChange> changes, OutputStream tar) throws IOException {
    return write(changes, new NoFraming(), tar).diffId();
  }

  /** What was written, but for where its framing is kept. */
  record Written(Digest diffId, long tarBytes, long entries) {}

  Written write(Collection<LayerChange> changes, FramingSink framing, OutputStream out)
      throws IOException {
    FramedOutput framed = new FramedOutput(framing, out);
    // Latin-1 has one character for every byte, so that names pass as they are.
    TarArchiveOutputStream tar = new TarArchiveOutputStream(framed, "ISO-8859-1");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_TRUNCATE);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
    TarHeaders headers = new TarHeaders(tar);
    Set<TreePath> present = new HashSet<>();
    long entries = 0;
    for (OrderedChange change : OrderedChange.order(changes)) {
      TreePath path = change.path();
      check(path, change.change());
      if (isSocket(change)) {
        warnings.accept(path + ": a socket, which a layer cannot carry; left out");
        continue;
      }
      entries += parents(path, present, headers);
      entries++;
      switch (change.change()) {
        case LayerChange.Whiteout _ -> headers.marker(path.parent().child(hidden(path)).toBytes());
        case LayerChange.Opaque _ -> headers.marker(path.child(OPAQUE).toBytes());
        case LayerChange.Link(TreePath _, TreePath target) ->
            headers.link(path, target, change.metadata());
        case LayerChange.Put(TreePath _, TreeEntry entry) -> {
          headers.entry(path, entry);
          if (entry instanceof TreeEntry.Directory) {
            present.add(path);
          }
          if (entry instanceof TreeEntry.File file && file.blob().isPresent()) {
            copy(path, file.blob().get(), file.size(), framed, tar);
          }
          headers.close();
        }
      }
    }
    tar.finish();
    tar.flush();
    long size = framed.finish();
    return new Written(framed.diffId(), size, entries);
  }

  private static boolean isSocket(OrderedChange change) {
    return change.kind().equals(Optional.of(FileKind.SOCKET));
  }

  /** Writes the directories above a path that are not there yet, the root excepted. */
  private long parents(TreePath path, Set<TreePath> present, TarHeaders headers)
      throws IOException {
    Deque<TreePath> missing = new ArrayDeque<>();
    TreePath at = path.isRoot() ? path : path.parent();
    while (!at.isRoot() && !present.contains(at)) {
      missing.push(at);
      at = at.parent();
    }
    for (TreePath parent : missing) {
      headers.entry(parent, new TreeEntry.Directory(directories.apply(parent)));
      headers.close();
      present.add(parent);
    }
    return missing.size();
  }

  private void copy(
      TreePath path, Digest blob, long size, FramedOutput framed, TarArchiveOutputStream tar)
      throws IOException {
    framed.content(blob, size);
    long left = size;
    try (InputStream in = contents.open(blob, size)) {
      byte[] buffer = new byte[1 << 16];
      while (left > 0) {
        int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (n < 0) {
          throw new ArchiveException(
              path.toString(), "its content " + blob + " is shorter than its " + size + " bytes");
        }
        tar.write(buffer, 0, n);
        left -= n;
      }
    }
  }

  private static FileName hidden(TreePath path) throws ArchiveException {
    FileName name = path.name();
    byte[] marker = new byte[WHITEOUT.length + name.length()];
    System.arraycopy(WHITEOUT, 0, marker, 0, WHITEOUT.length);
    name.copyTo(marker, WHITEOUT.length);
    if (marker.length > FileName.MAX_LENGTH) {
      throw new ArchiveException(
          path.toString(),
          "was deleted, and its name of "
              + name.length()
              + " bytes is too long for the whiteout that says so in a layer (251 at most)");
    }
    return FileName.of(marker);
  }

  private static void check(TreePath path, LayerChange change) throws ArchiveException {
    for (int i = 0; i < path.size(); i++) {
      if (path.get(i).startsWith(".wh.")) {
        throw refused(path, "a name that begins with \".wh.\" means a deletion there");
      }
    }
    if (path.toBytes().length > EntryName.MOST_BYTES) {
      throw refused(path, "its path has more than " + EntryName.MOST_BYTES + " bytes");
    }
    if (change instanceof LayerChange.Put(TreePath _, TreeEntry entry)) {
      if (entry instanceof TreeEntry.Device device
          && device.kind() == FileKind.CHARACTER_DEVICE
          && device.device() == 0) {
        throw refused(path, "the character device 0:0 means a deletion there");
      }
      for (int i = 0; i < entry.metadata().xattrs().size(); i++) {
        FileName name = entry.metadata().xattrs().name(i);
        for (int k = 0; k < name.length(); k++) {
          if (name.byteAt(k) == '=') {
            throw refused(path, "its extended attribute " + name + " has a \"=\" in its name");
          }
        }
      }
    }
  }

  private static ArchiveException refused(TreePath path, String reason) {
    return new ArchiveException(
        path.toString(), "a layer cannot carry it: " + reason + "; rename or remove it first");
  }
}
