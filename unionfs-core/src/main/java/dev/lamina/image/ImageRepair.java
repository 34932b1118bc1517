package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.LayerImporter;
import dev.lamina.archive.LayerSource;
import dev.lamina.archive.ReadLayer;
import dev.lamina.store.ImageLayer;
import dev.lamina.store.LayerKey;
import dev.lamina.store.LayerRecord;
import dev.lamina.store.Needs;
import dev.lamina.store.Store;
import dev.lamina.store.StoreException;
import dev.lamina.store.StoreWriter;
import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes again what a verification has condemned, from an image that has it: layers, the bytes they
 * came as where those are kept, manifests and configurations. Nothing is named anew: what nobody in
 * the store needs is not taken, and images stay as they are recorded.
 */
public final class ImageRepair {
  /**
   * What was taken again.
   *
   * @param layers how many layers
   * @param contents how many manifests, indexes and configurations
   * @param blobs how many layers as they came
   */
  public record Repaired(int layers, int contents, int blobs) {}

  private final Store store;
  private final ImportOptions options;
  private final BoundedProgress progress;

  /** Makes a repairer; a verification has run before. */
  public ImageRepair(Store store, ImportOptions options, Progress progress) {
    this.store = store;
    this.options = options;
    this.progress = new BoundedProgress(progress);
  }

  /**
   * Repairs from one image.
   *
   * @param standardInput what {@code -} reads
   * @throws ArchiveException where the source is bad, or has nothing that anybody needs
   * @throws IOException where it cannot be read
   */
  public Repaired run(ImageLocation from, InputStream standardInput) throws IOException {
    try (progress;
        OpenedSource source =
            OpenedSource.with(options, store.layout().temporaries(), standardInput);
        StoreWriter writer = store.begin("repair from " + from)) {
      LayerImporter importer = new LayerImporter(store, writer, options.limits(), progress::warn);
      Needs needs = store.needs();
      return switch (source.open(from)) {
        case OpenedSource.Content.Image(SourceImage image) ->
            image(from, image, needs, importer, writer);
        case OpenedSource.Content.Tar(LayerSource layer, long size) -> {
          progress.begin(List.of(size));
          try (LayerReads reads = new LayerReads(importer, 1, progress)) {
            yield root(from, reads.read(layer, 0), needs, importer, writer);
          }
        }
        case OpenedSource.Content.Root(var directory) -> {
          progress.begin(List.of(-1L));
          ReadLayer layer = new RootDirectory(store, writer, progress).read(directory);
          yield root(from, layer, needs, importer, writer);
        }
      };
    }
  }

  private static ArchiveException nothing(ImageLocation from) {
    return new ArchiveException(
        from.toString(), "has no layer that anything in the store needs; name what was imported");
  }

  private Repaired image(
      ImageLocation from,
      SourceImage image,
      Needs needs,
      LayerImporter importer,
      StoreWriter writer)
      throws IOException {
    List<LayerKey> keys = new ArrayList<>(LayerKey.chain(image.config().diffIds()));
    options.limits().checkLayers(from.toString(), keys.size());
    // Who needs a layer needs all that are below it.
    keys.removeIf(key -> !needs.layers().contains(key));
    if (keys.isEmpty()) {
      throw nothing(from);
    }
    progress.begin(image.layers().stream().map(SourceImage.SourceLayer::size).toList());
    int blobs = keptBlobs(image, needs, importer, writer);
    List<Optional<LayerRecord>> present = new ArrayList<>();
    keys.forEach(key -> present.add(writer.takeLayer(key)));
    List<ImportedLayer> all = new ArrayList<>();
    int layers = 0;
    try (LayerReads reads = new LayerReads(importer, options.parallel(), progress)) {
      for (int i = 0; i < keys.size(); i++) {
        if (present.get(i).isEmpty()) {
          reads.add(image.layers().get(i).source(), i);
        }
      }
      Optional<LayerRecord> below = Optional.empty();
      for (int i = 0; i < keys.size(); i++) {
        if (present.get(i).isEmpty()) {
          ReadLayer read = reads.await(i);
          progress.state(i, Progress.LayerState.APPLYING);
          below = Optional.of(importer.apply(read, keys.get(i), below));
          progress.state(i, Progress.LayerState.DONE);
          layers++;
        } else {
          below = present.get(i);
          progress.state(i, Progress.LayerState.PRESENT);
        }
        all.add(ImportedLayer.of(below.orElseThrow(), false));
      }
    }
    return new Repaired(layers, contents(image, all, needs, writer), blobs);
  }

  /** Takes again the bytes of layers as they came, where an image has kept them. */
  private int keptBlobs(SourceImage image, Needs needs, LayerImporter importer, StoreWriter writer)
      throws IOException {
    int blobs = 0;
    for (int i = 0; i < image.layers().size(); i++) {
      SourceImage.SourceLayer layer = image.layers().get(i);
      Optional<Digest> digest = layer.source().blob();
      Optional<ImageLayer> kept =
          digest.flatMap(d -> needs.kept().stream().filter(k -> k.digest().equals(d)).findFirst());
      if (kept.isPresent() && !writer.has(kept.get().digest(), kept.get().size())) {
        int index = i;
        blobs += importer.keep(layer.source(), n -> progress.advance(index, n)) ? 1 : 0;
      }
    }
    return blobs;
  }

  /** Puts the manifests and configurations that are needed and are not there as they should be. */
  private int contents(
      SourceImage image, List<ImportedLayer> layers, Needs needs, StoreWriter writer) {
    List<byte[]> candidates = new ArrayList<>(List.of(image.config().bytes()));
    image.manifest().map(Manifest::bytes).ifPresent(candidates::add);
    image.index().ifPresent(candidates::add);
    if (layers.size() == image.config().diffIds().size()) {
      // The one that an import makes of what has none.
      candidates.add(ImageRecords.plainManifest(image.config(), layers).bytes());
    }
    Map<Digest, byte[]> wanted = new LinkedHashMap<>();
    for (byte[] bytes : candidates) {
      Digest digest = Digest.sha256(bytes);
      if (needs.contents().contains(digest) && !isThere(digest)) {
        wanted.put(digest, bytes);
      }
    }
    return put(wanted.values(), writer);
  }

  private boolean isThere(Digest content) {
    try {
      return store.state().content(content).isPresent();
    } catch (DamagedException | StoreException e) {
      return false; // the verification has named it, and the new row is put over it
    }
  }

  private static int put(Collection<byte[]> contents, StoreWriter writer) {
    return writer.commit(
        changes -> {
          contents.forEach(changes::putContent);
          return contents.size();
        });
  }

  private static Repaired root(
      ImageLocation from, ReadLayer read, Needs needs, LayerImporter importer, StoreWriter writer)
      throws ArchiveException {
    LayerKey key = LayerKey.chain(List.of(read.diffId())).getFirst();
    if (!needs.layers().contains(key)) {
      read.applied().run();
      throw nothing(from);
    }
    boolean there = writer.takeLayer(key).isPresent();
    if (there) {
      read.applied().run();
    } else {
      importer.apply(read, key, Optional.empty());
    }
    return new Repaired(there ? 0 : 1, put(List.of(), writer), 0);
  }
}
