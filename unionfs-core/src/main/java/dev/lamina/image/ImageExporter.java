package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.Compression;
import dev.lamina.store.ImageLayer;
import dev.lamina.store.LayerKey;
import dev.lamina.store.LayerRecord;
import dev.lamina.store.Store;
import dev.lamina.store.StoreWriter;
import dev.lamina.tree.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Exports images. The configuration goes out as it came, so the image's ID stays; every layer's tar
 * is the one that came in, byte for byte; the manifest is remade only where a layer is compressed
 * in another way. What is written appears when it is whole.
 */
public final class ImageExporter {
  private final Store store;
  private final ExportOptions options;
  private final BoundedProgress progress;

  /** Makes an exporter. */
  public ImageExporter(Store store, ExportOptions options, Progress progress) {
    this.store = store;
    this.options = options;
    this.progress = new BoundedProgress(progress);
  }

  /**
   * Exports an image.
   *
   * @param name what the target is to call it, where the target's own location does not say
   * @param standardOutput where {@code -} goes, as {@code docker save} has it; stays open
   * @throws ArchiveException where a layer of the image is damaged
   * @throws IOException where the target cannot be written
   */
  public void run(
      ImageContent image, Optional<ImageName> name, ImageLocation to, OutputStream standardOutput)
      throws IOException {
    Path temporaries = store.layout().temporaries();
    // The warnings that were too many are counted at the end.
    try (progress;
        StoreWriter session = store.begin("export to " + to)) {
      List<LayerRecord> layers = hold(image, session);
      progress.begin(layers.stream().map(LayerRecord::tarBytes).toList());
      switch (to) {
        case ImageLocation.OciDirectory(Path directory, Optional<String> tag) -> {
          try (DirectoryTarget target = new DirectoryTarget(directory, PathSync.KERNEL)) {
            oci(image, layers, refName(tag, name), oldIndex(directory), target);
          }
        }
        case ImageLocation.OciArchive(Path file, Optional<String> tag) -> {
          try (TarTarget target = TarTarget.file(file, temporaries, PathSync.KERNEL)) {
            oci(image, layers, refName(tag, name), Optional.empty(), target);
          }
        }
        case ImageLocation.DockerArchive(Path file, Optional<String> own) -> {
          try (TarTarget target = TarTarget.file(file, temporaries, PathSync.KERNEL)) {
            docker(image, layers, own.map(ImageName::parse).or(() -> name), target);
          }
        }
        case ImageLocation.PlainDirectory(Path directory) -> {
          try (DirectoryTarget target = new DirectoryTarget(directory, PathSync.KERNEL)) {
            plain(image, layers, target);
          }
        }
        case ImageLocation.RootTar(Path file) -> rootTar(layers, file);
        case ImageLocation.Stream() -> {
          try (TarTarget target = TarTarget.stream(standardOutput, temporaries)) {
            docker(image, layers, name, target);
          }
        }
        case ImageLocation.Unknown(Path path) ->
            throw new IllegalArgumentException(
                "\""
                    + path
                    + "\": say what to write: oci:DIR[:TAG], oci-archive:FILE[:TAG],"
                    + " docker-archive:FILE[:NAME], dir:DIR, tar:FILE, or -");
      }
    }
  }

  /** Takes the image's layers into a session, so that no collection removes them meanwhile. */
  private static List<LayerRecord> hold(ImageContent image, StoreWriter session)
      throws ArchiveException {
    List<LayerRecord> layers = new ArrayList<>();
    for (LayerKey key : LayerKey.chain(image.record().diffIds())) {
      layers.add(
          session
              .takeLayer(key)
              .orElseThrow(
                  () ->
                      new ArchiveException(
                          "image " + image.record().config(),
                          "its layer "
                              + key.diffId()
                              + " is not in the store or damaged; import the image again")));
    }
    return layers;
  }

  private static String refName(Optional<String> tag, Optional<ImageName> name) {
    return tag.orElseGet(() -> name.map(ImageName::tag).orElse("latest"));
  }

  private static Optional<byte[]> oldIndex(Path directory) throws IOException {
    Path index = directory.resolve("index.json");
    return Files.isRegularFile(index) ? Optional.of(Files.readAllBytes(index)) : Optional.empty();
  }

  private void oci(
      ImageContent image,
      List<LayerRecord> records,
      String tag,
      Optional<byte[]> oldIndex,
      FileTarget target)
      throws IOException {
    target.write("oci-layout", Json.bytes(Json.object().put("imageLayoutVersion", "1.0.0")));
    try (LayerExports exports = exports(target)) {
      List<ExportedLayer> layers = layers(exports, image, records, options.compression());
      for (ExportedLayer layer : layers) {
        layer.put(target, OciLayoutReader.path(layer.descriptor().digest()));
      }
      blob(target, image.config());
      Manifest manifest = manifest(image, layers, true);
      blob(target, manifest.bytes());
      target.write("index.json", OciIndex.with(oldIndex, manifest, tag));
    }
    target.finish();
  }

  private static void blob(FileTarget target, byte[] bytes) throws IOException {
    Digest digest = Digest.sha256(bytes);
    String path = OciLayoutReader.path(digest);
    if (!target.has(path, digest, bytes.length)) {
      target.write(path, bytes);
    }
  }

  private void plain(ImageContent image, List<LayerRecord> records, FileTarget target)
      throws IOException {
    target.write(
        "version", "Directory Transport Version: 1.1\n".getBytes(StandardCharsets.US_ASCII));
    try (LayerExports exports = exports(target)) {
      List<ExportedLayer> layers = layers(exports, image, records, options.compression());
      for (ExportedLayer layer : layers) {
        layer.put(target, layer.descriptor().digest().hex());
      }
      target.write(image.record().config().hex(), image.config());
      target.write("manifest.json", manifest(image, layers, false).bytes());
    }
    target.finish();
  }

  private void docker(
      ImageContent image, List<LayerRecord> records, Optional<ImageName> name, FileTarget target)
      throws IOException {
    if (options.compression().isPresent() && options.compression().get() != Compression.NONE) {
      throw new IllegalArgumentException(
          "a docker archive has plain tars as layers; compress the archive itself");
    }
    ObjectNode entry = Json.object();
    String config = image.record().config().hex() + ".json";
    entry.put("Config", config);
    ArrayNode tags = entry.putArray("RepoTags");
    name.ifPresent(n -> tags.add(n.toString()));
    ArrayNode paths = entry.putArray("Layers");
    try (LayerExports exports = exports(target)) {
      for (ExportedLayer layer : layers(exports, image, records, Optional.of(Compression.NONE))) {
        String path = layer.descriptor().digest().hex() + ".tar";
        layer.put(target, path);
        paths.add(path);
      }
    }
    target.write(config, image.config());
    ArrayNode images = Json.array();
    images.add(entry);
    target.write(DockerArchiveReader.MANIFEST, Json.bytes(images));
    target.finish();
  }

  private void rootTar(List<LayerRecord> layers, Path file) throws IOException {
    new RootTarWriter(store, progress).write(layers, file);
  }

  private LayerExports exports(FileTarget target) {
    return new LayerExports(store, progress, target.scratch(), options);
  }

  private static List<ExportedLayer> layers(
      LayerExports exports,
      ImageContent image,
      List<LayerRecord> records,
      Optional<Compression> compression)
      throws IOException {
    return exports.all(image.record().layers(), image.record().diffIds(), records, compression);
  }

  /**
   * Returns the image's own manifest where it still holds, else one with the layers as they are.
   */
  private static Manifest manifest(ImageContent image, List<ExportedLayer> layers, boolean oci)
      throws ArchiveException {
    List<Descriptor> descriptors = layers.stream().map(ExportedLayer::descriptor).toList();
    Manifest own =
        Manifest.parse("the manifest", image.manifest(), image.record().manifestMediaType());
    boolean holds = !oci || own.mediaType().equals(MediaTypes.OCI_MANIFEST);
    for (int i = 0; i < descriptors.size(); i++) {
      ImageLayer was = image.record().layers().get(i);
      holds &= descriptors.get(i).digest().equals(was.digest());
    }
    if (holds) {
      return own;
    }
    List<Descriptor> ociLayers = new ArrayList<>();
    for (Descriptor layer : descriptors) {
      ociLayers.add(
          new Descriptor(
              MediaTypes.ociLayer(MediaTypes.compression(layer.mediaType())),
              layer.digest(),
              layer.size(),
              layer.annotations(),
              Optional.empty()));
    }
    Descriptor config =
        new Descriptor(
            MediaTypes.OCI_CONFIG,
            image.record().config(),
            image.config().length,
            new TreeMap<>(),
            Optional.empty());
    return Manifest.of(config, ociLayers, Json.object("the manifest", image.manifest()));
  }
}
