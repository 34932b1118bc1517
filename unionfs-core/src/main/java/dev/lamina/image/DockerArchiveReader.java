package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.LayerSource;
import dev.lamina.tree.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Reads what {@code docker save} writes: manifest.json, configurations, layers as tars. */
final class DockerArchiveReader {
  static final String MANIFEST = "manifest.json";

  private final ImageFiles files;

  DockerArchiveReader(ImageFiles files) {
    this.files = files;
  }

  /** Reads one image; which one, its name says where there are several. */
  SourceImage read(Optional<String> name, boolean keep) throws IOException {
    JsonNode images = Json.parse(files.name() + ": " + MANIFEST, files.read(MANIFEST));
    if (!images.isArray() || images.isEmpty()) {
      throw new ArchiveException(files.name(), MANIFEST + " names no image");
    }
    JsonNode image = choose(images, name);
    String configPath = required(image, "Config");
    ImageConfig config =
        ImageConfig.parse(files.name() + ": the configuration", files.read(configPath));
    checkName(configPath, config);
    List<SourceImage.SourceLayer> layers = new ArrayList<>();
    ManifestImages.checkLayers(files.name(), image.path("Layers").size(), config);
    for (int i = 0; i < config.diffIds().size(); i++) {
      String path = image.path("Layers").get(i).asString("");
      OptionalLong size = files.size(path);
      if (size.isEmpty()) {
        throw new ArchiveException(files.name(), "layer " + path + " is not there");
      }
      Digest diffId = config.diffIds().get(i);
      layers.add(
          new SourceImage.SourceLayer(
              new LayerSource(
                  files.name() + ": layer " + path,
                  () -> files.open(path),
                  Optional.empty(),
                  Optional.of(diffId),
                  keep),
              size.getAsLong()));
    }
    List<String> tags = tags(image);
    return new SourceImage(
        Optional.empty(),
        config,
        Optional.empty(),
        layers,
        name.or(() -> tags.isEmpty() ? Optional.empty() : Optional.of(tags.getFirst())));
  }

  private JsonNode choose(JsonNode images, Optional<String> name) throws ArchiveException {
    if (name.isEmpty()) {
      if (images.size() > 1) {
        throw new ArchiveException(files.name(), "has several images; name one" + allTags(images));
      }
      return images.get(0);
    }
    String wanted = name.get();
    for (JsonNode image : images) {
      if (tags(image).contains(wanted) || tags(image).contains(wanted + ":latest")) {
        return image;
      }
    }
    throw new ArchiveException(
        files.name(), "has no image named \"" + wanted + "\"" + allTags(images));
  }

  private static List<String> tags(JsonNode image) {
    List<String> tags = new ArrayList<>();
    image.path("RepoTags").forEach(tag -> tags.add(tag.asString("")));
    return tags;
  }

  private static String allTags(JsonNode images) {
    TreeSet<String> all = new TreeSet<>();
    images.forEach(image -> all.addAll(tags(image)));
    return all.isEmpty() ? "" : "; there are: " + String.join(", ", all);
  }

  private String required(JsonNode image, String field) throws ArchiveException {
    return Json.text(image, field)
        .orElseThrow(() -> new ArchiveException(files.name(), MANIFEST + " lacks " + field));
  }

  /** A configuration is named by its digest, {@code HEX.json} or {@code blobs/sha256/HEX}. */
  private void checkName(String path, ImageConfig config) throws ArchiveException {
    String base = path.substring(path.lastIndexOf('/') + 1).replaceFirst("\\.json$", "");
    if (base.matches("[0-9a-f]{64}") && !base.equals(config.id().hex())) {
      throw new ArchiveException(
          files.name(),
          "the configuration is not the one that its name says: expected sha256:"
              + base
              + ", found "
              + config.id());
    }
  }
}
