package dev.lamina.archive;

import dev.lamina.store.BlobReference;
import dev.lamina.tree.Digest;
import dev.lamina.tree.TreeEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A layer read into memory: its blobs, framing, changes and warnings. */
final class MemoryLayer implements ContentSink, FramingSink, ContentSource {
  private final Map<Digest, byte[]> blobs = new HashMap<>();
  private final List<BlobReference> table = new ArrayList<>();
  private final ByteArrayOutputStream framing = new ByteArrayOutputStream();
  final List<String> warnings = new ArrayList<>();
  List<LayerChange> changes = List.of();
  boolean sawEndMarker;

  static MemoryLayer read(byte[] tar) throws IOException {
    return read(tar, Limits.defaults());
  }

  static MemoryLayer read(byte[] tar, Limits limits) throws IOException {
    return read(new ByteArrayInputStream(tar), limits);
  }

  static MemoryLayer read(InputStream tar, Limits limits) throws IOException {
    MemoryLayer layer = new MemoryLayer();
    LayerReader reader =
        new LayerReader(
            "layer 1",
            tar,
            layer,
            layer,
            limits,
            new MetadataBudget(limits.metadataBytes()).lease(),
            layer.warnings::add);
    layer.changes = LayerReader.all(reader);
    layer.sawEndMarker = reader.sawEndMarker();
    return layer;
  }

  /** Returns the tar that the framing and the blobs make. */
  byte[] tar() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Reassembly.copy(new ByteArrayInputStream(framing.toByteArray()), table, this, out);
    return out.toByteArray();
  }

  InputStream framingStream() {
    return new ByteArrayInputStream(framing.toByteArray());
  }

  List<BlobReference> table() {
    return table;
  }

  Digest store(byte[] content) {
    Digest digest = Digest.sha256(content);
    blobs.put(digest, content);
    return digest;
  }

  TreeEntry entry(String path) {
    TreeEntry found = null;
    for (LayerChange change : changes) {
      if (change instanceof LayerChange.Put put && put.path().toString().equals(path)) {
        found = put.entry();
      }
    }
    return Optional.ofNullable(found).orElseThrow(() -> new AssertionError("no " + path));
  }

  byte[] content(String path) {
    TreeEntry.File file = (TreeEntry.File) entry(path);
    return file.blob().map(digest -> Objects.requireNonNull(blobs.get(digest))).orElse(new byte[0]);
  }

  @Override
  public Content begin(long sizeHint) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    return new Content() {
      @Override
      public void write(byte[] source, int offset, int length) {
        bytes.write(source, offset, length);
      }

      @Override
      public Optional<Digest> finish() {
        return bytes.size() == 0 ? Optional.empty() : Optional.of(store(bytes.toByteArray()));
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public int blob(Digest digest, long size) {
    BlobReference blob = new BlobReference(digest, size);
    int index = table.indexOf(blob);
    if (index < 0) {
      table.add(blob);
      return table.size() - 1;
    }
    return index;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    framing.write(bytes, offset, length);
  }

  @Override
  public InputStream open(Digest digest, long size) throws IOException {
    byte[] content = blobs.get(digest);
    if (content == null) {
      throw new FileNotFoundException(digest.toString());
    }
    return new ByteArrayInputStream(content);
  }
}
