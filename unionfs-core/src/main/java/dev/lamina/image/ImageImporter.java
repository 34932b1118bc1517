package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.DigestingInput;
import dev.lamina.archive.LayerImporter;
import dev.lamina.archive.LayerSource;
import dev.lamina.archive.ReadLayer;
import dev.lamina.store.ImageRecord;
import dev.lamina.store.LayerKey;
import dev.lamina.store.LayerRecord;
import dev.lamina.store.Store;
import dev.lamina.store.StoreWriter;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Tree;
import dev.lamina.tree.TreeView;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Imports images. Layers are read several at a time and applied in order; a layer that the store
 * has is not read. The image's name is written last, in one batch: until then, and after any
 * failure, nothing of the import is visible.
 */
public final class ImageImporter {
  private final Store store;
  private final ImportOptions options;
  private final BoundedProgress progress;
  private final Clock clock;

  /**
   * Makes an importer.
   *
   * @param clock tells what modify times of a bare root file system lie in the future
   */
  public ImageImporter(Store store, ImportOptions options, Progress progress, Clock clock) {
    this.store = store;
    this.options = options;
    this.progress = new BoundedProgress(progress);
    this.clock = clock;
  }

  /**
   * Imports an image.
   *
   * @param name what it is to be called; where none is given the source's own name, else the last
   *     part of its path
   * @param standardInput what {@code -} reads
   * @throws ArchiveException where the source is bad, naming what and why
   * @throws IOException where it cannot be read
   */
  public ImportedImage run(ImageLocation from, Optional<ImageName> name, InputStream standardInput)
      throws IOException {
    // The warnings that were too many are counted at the end, also of an import that fails.
    try (progress;
        OpenedSource source =
            OpenedSource.with(options, store.layout().temporaries(), standardInput);
        StoreWriter writer = store.begin("import " + from)) {
      return switch (source.open(from)) {
        case OpenedSource.Content.Image(SourceImage image) ->
            importImage(image, name.orElseGet(() -> SourceNames.of(image.name(), from)), writer);
        case OpenedSource.Content.Tar(LayerSource layer, long size) -> {
          progress.begin(List.of(size));
          LayerImporter layers = importer(writer);
          ImageName called = name.orElseGet(() -> SourceNames.of(Optional.empty(), from));
          Optional<ImportedImage> present = presentRoot(layer, size, called, writer);
          if (present.isPresent()) {
            yield present.get();
          }
          try (LayerReads reads = new LayerReads(layers, 1, progress)) {
            yield importRoot(layers, reads.read(layer, 0), called, writer);
          }
        }
        case OpenedSource.Content.Root(var directory) -> {
          progress.begin(List.of(-1L));
          ReadLayer layer = new RootDirectory(store, writer, progress).read(directory);
          yield importRoot(
              importer(writer),
              layer,
              name.orElseGet(() -> SourceNames.of(Optional.empty(), from)),
              writer);
        }
      };
    }
  }

  private LayerImporter importer(StoreWriter writer) {
    return new LayerImporter(store, writer, options.limits(), progress::warn);
  }

  private ImportedImage importImage(SourceImage image, ImageName name, StoreWriter writer)
      throws IOException {
    Optional<PlatformChoice> wanted = options.platform();
    if (wanted.isPresent() && image.config().platform().contradicts(wanted.get())) {
      throw new ArchiveException(
          "image " + name, "is for " + image.config().platform() + ", not for " + wanted.get());
    }
    options.limits().checkLayers("image " + name, image.config().diffIds().size());
    List<LayerKey> keys = LayerKey.chain(image.config().diffIds());
    List<Optional<LayerRecord>> present = new ArrayList<>();
    List<Long> sizes = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      present.add(writer.takeLayer(keys.get(i)));
      sizes.add(image.layers().get(i).size());
    }
    progress.begin(sizes);
    LayerImporter layers = importer(writer);
    List<ImportedLayer> imported = new ArrayList<>();
    int fresh = 0;
    try (LayerReads reads = new LayerReads(layers, options.parallel(), progress)) {
      for (int i = 0; i < keys.size(); i++) {
        if (present.get(i).isEmpty()) {
          reads.add(image.layers().get(i).source(), i);
        }
      }
      Optional<LayerRecord> below = Optional.empty();
      for (int i = 0; i < keys.size(); i++) {
        ImportedLayer layer;
        if (present.get(i).isPresent()) {
          layer = present(layers, present.get(i).get(), image.layers().get(i), i, writer);
        } else {
          ReadLayer read = reads.await(i);
          progress.state(i, Progress.LayerState.APPLYING);
          layer = ImportedLayer.of(layers.apply(read, keys.get(i), below), read.kept());
          progress.state(i, Progress.LayerState.DONE);
          fresh++;
        }
        imported.add(layer);
        below = Optional.of(layer.record());
      }
    }
    Manifest manifest =
        image.manifest().orElseGet(() -> ImageRecords.plainManifest(image.config(), imported));
    ImageRecord record =
        ImageRecords.of(
            manifest, image.config(), image.index().map(Digest::sha256), kept(imported));
    put(writer, name, record, manifest, image.config(), image.index());
    return new ImportedImage(name, record, fresh, writer.bytesAdded());
  }

  /** A layer that is there needs no reading, but for its bytes where they are to be kept. */
  private ImportedLayer present(
      LayerImporter layers,
      LayerRecord record,
      SourceImage.SourceLayer layer,
      int index,
      StoreWriter writer)
      throws IOException {
    ImportedLayer there = ImportedLayer.present(record, layer, writer);
    if (!there.kept() && layer.source().keep()) {
      progress.state(index, Progress.LayerState.COPYING);
      boolean kept = layers.keep(layer.source(), bytes -> progress.advance(index, bytes));
      there = ImportedLayer.of(record, kept);
    }
    progress.state(index, Progress.LayerState.PRESENT);
    return there;
  }

  private static List<Boolean> kept(List<ImportedLayer> layers) {
    return layers.stream().map(ImportedLayer::kept).toList();
  }

  private ImportedImage importRoot(
      LayerImporter layers, ReadLayer read, ImageName name, StoreWriter writer)
      throws ArchiveException {
    List<LayerKey> keys = LayerKey.chain(List.of(read.diffId()));
    Optional<LayerRecord> present = writer.takeLayer(keys.getFirst());
    progress.state(0, Progress.LayerState.APPLYING);
    LayerRecord layer =
        present.isPresent() ? present.get() : layers.apply(read, keys.getFirst(), Optional.empty());
    progress.state(0, Progress.LayerState.DONE);
    return putRoot(read.diffId(), layer, present.isPresent(), name, writer);
  }

  /**
   * Makes an image of a root file system whose tar the store has as a layer, without reading it as
   * one: it is digested where it has just the size of such a layer. A compressed one is read
   * anyway: its digest is known no sooner than all of it has been inflated.
   */
  private Optional<ImportedImage> presentRoot(
      LayerSource source, long size, ImageName name, StoreWriter writer) throws IOException {
    boolean likely =
        store.state().layers().entrySet().stream()
            .anyMatch(
                layer -> layer.getKey().parent().isEmpty() && layer.getValue().tarBytes() == size);
    if (!likely) {
      return Optional.empty();
    }
    Digest diffId;
    try (DigestingInput in = new DigestingInput(source.opener().open())) {
      in.transferTo(OutputStream.nullOutputStream());
      diffId = in.digest();
    }
    Optional<LayerRecord> layer = writer.takeLayer(LayerKey.chain(List.of(diffId)).getFirst());
    if (layer.isEmpty()) {
      return Optional.empty();
    }
    progress.state(0, Progress.LayerState.PRESENT);
    return Optional.of(putRoot(diffId, layer.get(), true, name, writer));
  }

  /**
   * When a root file system was made: the modify time of what changed last in its root directory,
   * and of that directory. Not the time of the import, so that one root file system always becomes
   * the same image, with the same ID; for the same reason its history does not say where it came
   * from. What claims to come from the future was made now.
   */
  private Instant created(LayerRecord layer) {
    TreeView tree = TreeView.open(store.directories(), Tree.load(store, layer.tree()));
    long newest = tree.tree().root().mtime();
    for (int i = 0; i < tree.root().size(); i++) {
      newest = Math.max(newest, tree.root().metadata(i).mtime());
    }
    Instant instant = Instant.EPOCH.plusNanos(Math.max(newest, 0));
    Instant now = clock.instant();
    return instant.isAfter(now) ? now : instant;
  }

  private ImportedImage putRoot(
      Digest diffId, LayerRecord layer, boolean present, ImageName name, StoreWriter writer)
      throws ArchiveException {
    Instant created = created(layer);
    ImageConfig config =
        ConfigEditor.create(options.platform().orElseGet(PlatformChoice::host), created)
            .layer(diffId, "lamina import", Optional.empty(), created)
            .build();
    List<ImportedLayer> imported = List.of(ImportedLayer.of(layer, false));
    Manifest manifest = ImageRecords.plainManifest(config, imported);
    ImageRecord record = ImageRecords.of(manifest, config, Optional.empty(), kept(imported));
    put(writer, name, record, manifest, config, Optional.empty());
    return new ImportedImage(name, record, present ? 0 : 1, writer.bytesAdded());
  }

  private static void put(
      StoreWriter writer,
      ImageName name,
      ImageRecord record,
      Manifest manifest,
      ImageConfig config,
      Optional<byte[]> index) {
    boolean done =
        writer.commit(
            transaction -> {
              transaction.putContent(config.bytes());
              transaction.putContent(manifest.bytes());
              index.ifPresent(transaction::putContent);
              transaction.putImage(name.toString(), record);
              return true;
            });
    if (!done) {
      throw new IllegalStateException("a commit returns what its function returned");
    }
  }
}
