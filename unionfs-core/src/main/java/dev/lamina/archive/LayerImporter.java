package dev.lamina.archive;

import dev.lamina.store.BlobWriter;
import dev.lamina.store.FramingWriter;
import dev.lamina.store.LayerKey;
import dev.lamina.store.LayerRecord;
import dev.lamina.store.Store;
import dev.lamina.store.StoreWriter;
import dev.lamina.tree.Digest;
import dev.lamina.tree.LayerException;
import dev.lamina.tree.Tree;
import dev.lamina.tree.TreeEditor;
import dev.lamina.tree.TreeView;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Takes layers into a store, in two steps: {@link #read} stores contents and framing and may run
 * for several layers at once; {@link #apply} makes the tree, the parent's first, and the layer's
 * record. What a failed import left behind nothing names; the next collection removes it.
 *
 * <p>All layers of one importer share a budget of memory: from its reading until it is applied a
 * layer's entries count. One that does not fit beside the others, but may by itself, fails with
 * {@link MemoryShortException} and can be read again.
 */
public final class LayerImporter {
  private final Store store;
  private final StoreWriter writer;
  private final Limits limits;
  private final Consumer<String> warnings;
  private final MetadataBudget budget;

  /**
   * Makes an importer.
   *
   * @param writer the session of this import, which whoever made it closes
   * @param warnings gets what is odd but allowed; called by several threads
   */
  public LayerImporter(Store store, StoreWriter writer, Limits limits, Consumer<String> warnings) {
    this.store = store;
    this.writer = writer;
    this.limits = limits;
    this.warnings = warnings;
    this.budget = new MetadataBudget(limits.metadataBytes());
  }

  /**
   * Reads a layer: its bytes, inflating, both digests and storing each run on a thread of their
   * own.
   *
   * @param progress gets the number of bytes (as they came) each time some were read; called by
   *     another thread
   * @throws MemoryShortException where it may fit once other layers have been applied or dropped
   * @throws ArchiveException where the layer is bad, or another one than its digests say
   * @throws IOException where its bytes cannot be read
   */
  public ReadLayer read(LayerSource source, LongConsumer progress) throws IOException {
    MetadataBudget.Lease memory = budget.lease();
    boolean done = false;
    try {
      ReadLayer layer = readBlamed(source, memory, progress);
      check(source, layer);
      done = true;
      return layer;
    } finally {
      if (!done) {
        memory.close();
      }
    }
  }

  private ReadLayer readBlamed(
      LayerSource source, MetadataBudget.Lease memory, LongConsumer progress) throws IOException {
    try {
      return readAll(source, memory, progress);
    } catch (FramingTooLargeException e) {
      throw blame(source, e.of(source.name()));
    } catch (ArchiveException e) {
      throw blame(source, e);
    }
  }

  private static void check(LayerSource source, ReadLayer layer) throws ArchiveException {
    checkBlob(source, layer.blob());
    if (source.diffId().isPresent() && !source.diffId().get().equals(layer.diffId())) {
      throw new ArchiveException(
          source.name(),
          "its tar is not the one that the image's configuration names: expected diffID "
              + source.diffId().get()
              + ", found "
              + layer.diffId());
    }
  }

  private ReadLayer readAll(LayerSource source, MetadataBudget.Lease memory, LongConsumer progress)
      throws IOException {
    String name = source.name();
    try (KeptInput kept = new KeptInput(source.opener().open(), writer, source.keep(), progress);
        InputStream compressed = new ReadAhead("read", kept);
        InflatedInput inflated = inflate(compressed, name, memory);
        InputStream inflating = new ReadAhead("inflate", inflated);
        DigestingInput digesting = new DigestingInput(inflating);
        InputStream tar = new ReadAhead("digest", digesting);
        FramingWriter framing = writer.framing()) {
      StoredFraming sink = new StoredFraming(framing, memory);
      LayerReader reader =
          new LayerReader(name, tar, this::content, sink, limits, memory, warnings);
      List<LayerChange> changes = LayerReader.all(reader);
      if (!reader.sawEndMarker() && source.blob().isEmpty() && source.diffId().isEmpty()) {
        throw new ArchiveException(name, "cut off: the blocks of zeros that end a tar are missing");
      }
      boolean keep = inflated.compression() != Compression.NONE && kept.keep();
      return new ReadLayer(
          name,
          digesting.digest(),
          kept.digest(),
          kept.count(),
          inflated.compression(),
          keep,
          framing.finish(),
          changes,
          digesting.count(),
          sink.contentBytes(),
          reader.entries(),
          memory::close);
    }
  }

  /**
   * What an xz stream may take counts with the entries, up to a quarter of the budget: so of many
   * layers that ask for large dictionaries only a few are inflated at a time.
   */
  private InflatedInput inflate(InputStream compressed, String name, MetadataBudget.Lease memory)
      throws IOException {
    InflatedInput inflated = InflatedInput.of(compressed, name, limits);
    if (inflated.compression() == Compression.XZ) {
      long most = Math.min(limits.inflaterBytes(), memory.most() / 4);
      if (memory.take(most) != MetadataBudget.Answer.ENOUGH) {
        throw new MemoryShortException(
            name, Optional.empty(), "its xz stream may take " + most + " bytes of memory");
      }
    }
    return inflated;
  }

  /**
   * Takes a layer's bytes as they came into the store, for one whose tree is there already.
   *
   * @return whether there is such a blob: an uncompressed layer needs none, and one whose digest
   *     nobody names has none
   * @throws ArchiveException where the bytes are others than the digest names
   * @throws IOException where they cannot be read
   */
  public boolean keep(LayerSource source, LongConsumer progress) throws IOException {
    if (source.blob().isEmpty()) {
      return false;
    }
    try (BufferedInputStream in = new BufferedInputStream(source.opener().open(), 1 << 16)) {
      if (Compression.detect(in) == Compression.NONE) {
        return false;
      }
      try (KeptInput kept = new KeptInput(in, writer, true, progress)) {
        kept.transferTo(OutputStream.nullOutputStream());
        checkBlob(source, kept.digest());
        return kept.keep();
      }
    }
  }

  private ContentSink.Content content(long sizeHint) {
    BlobWriter blob = writer.blob(sizeHint);
    return new ContentSink.Content() {
      @Override
      public void write(byte[] bytes, int offset, int length) {
        blob.write(bytes, offset, length);
      }

      @Override
      public Optional<Digest> finish() {
        return blob.finish();
      }

      @Override
      public void close() {
        blob.close();
      }
    };
  }

  /**
   * A damaged layer fails in many ways. Where its digest is known, that tells damage on the way
   * from a layer that was made badly.
   */
  private static ArchiveException blame(LayerSource source, ArchiveException failure) {
    if (source.blob().isEmpty() || failure instanceof MemoryShortException) {
      return failure;
    }
    try (DigestingInput in = new DigestingInput(source.opener().open())) {
      in.transferTo(OutputStream.nullOutputStream());
      Digest found = in.digest();
      if (found.equals(source.blob().get())) {
        return failure;
      }
      return new ArchiveException(
          source.name(),
          "its bytes are not those of its digest: expected "
              + source.blob().get()
              + ", found "
              + found
              + " ("
              + failure.getMessage()
              + ")",
          failure);
    } catch (IOException e) {
      // What went wrong first says more than that the bytes cannot be read again.
      failure.addSuppressed(e);
      return failure;
    }
  }

  private static void checkBlob(LayerSource source, Digest blob) throws ArchiveException {
    if (source.blob().isPresent() && !source.blob().get().equals(blob)) {
      throw new ArchiveException(
          source.name(),
          "its bytes are not those of its digest: expected "
              + source.blob().get()
              + ", found "
              + blob);
    }
  }

  /**
   * Applies a layer to the tree of the layers below it and commits its record.
   *
   * @param key the layer's place; its diffID is that of {@code layer}
   * @param parent the record of the layer below; empty for the lowest
   * @throws ArchiveException where the layer does not fit the tree below it, naming the entry
   */
  public LayerRecord apply(ReadLayer layer, LayerKey key, Optional<LayerRecord> parent)
      throws ArchiveException {
    Optional<TreeView> base =
        parent.map(record -> TreeView.open(store.directories(), Tree.load(store, record.tree())));
    TreeEditor editor =
        base.isPresent() ? TreeEditor.on(base.get()) : TreeEditor.create(store.directories());
    EntryPlaces places = new EntryPlaces(layer.name(), base, layer.changes(), editor);
    Tree tree;
    try {
      for (LayerChange change : layer.changes()) {
        if (EntryPlaces.isMarker(change)) {
          Optional<LayerChange> placed = places.marker(change);
          if (placed.isPresent()) {
            edit(editor, placed.get(), layer.name());
          }
        }
      }
      for (LayerChange change : layer.changes()) {
        if (!EntryPlaces.isMarker(change)) {
          edit(editor, places.entry(change), layer.name());
        }
      }
      tree = editor.finish(writer);
    } catch (LayerException e) {
      throw new ArchiveException(layer.name(), Optional.of(e.entry().toString()), e.reason());
    } finally {
      layer.applied().run();
    }
    LayerRecord record =
        new LayerRecord(
            tree.digest(),
            layer.framing(),
            layer.tarBytes(),
            layer.contentBytes(),
            layer.entries(),
            false);
    writer.commitLayer(key, record);
    return record;
  }

  private void edit(TreeEditor editor, LayerChange change, String layer) {
    switch (change) {
      case LayerChange.Put(var path, var entry) -> {
        if (editor.put(path, entry)) {
          warnings.accept(layer + ": entry \"" + path + "\" is there twice; the later one counts");
        }
      }
      case LayerChange.Link(var path, var target) -> {
        if (editor.link(path, target)) {
          warnings.accept(layer + ": entry \"" + path + "\" is there twice; the later one counts");
        }
      }
      case LayerChange.Whiteout(var path) -> editor.whiteout(path);
      case LayerChange.Opaque(var path) -> editor.opaque(path);
    }
  }
}
