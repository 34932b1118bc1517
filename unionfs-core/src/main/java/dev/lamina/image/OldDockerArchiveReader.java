package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.DigestingInput;
import dev.lamina.archive.LayerSource;
import dev.lamina.archive.Limits;
import dev.lamina.tree.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads what {@code docker save} wrote before there was a manifest.json (Docker image specification
 * v1.0): a directory for each layer with its tar and its own configuration, which names its parent,
 * and a file {@code repositories} that names the topmost ones. The image's configuration is made of
 * these as Docker makes it when it loads one. Only the tars themselves tell their diffIDs, so each
 * is read once to know them.
 */
final class OldDockerArchiveReader {
  private static final String REPOSITORIES = "repositories";
  private static final String ID = "[0-9a-f]{64}";
  private static final String CONFIG = "json";
  private static final String LAYER = "layer.tar";

  /** What says something of a layer and nothing of an image. */
  private static final List<String> OF_THE_LAYER =
      List.of("id", "parent", "Size", "parent_id", "layer_id", "throwaway");

  private final TarFiles files;
  private final Limits limits;

  OldDockerArchiveReader(TarFiles files, Limits limits) {
    this.files = files;
    this.limits = limits;
  }

  /** Returns whether an archive is of this form. A root file system has no such directories. */
  static boolean recognises(TarFiles files) {
    for (String directory : files.directoriesWith(CONFIG)) {
      if (directory.matches(ID)
          && (files.size(directory + "/VERSION").isPresent()
              || files.size(directory + "/" + LAYER).isPresent())) {
        return true;
      }
    }
    return false;
  }

  /** One layer's configuration, and where it is. */
  private record Step(String id, ObjectNode json) {}

  /** Reads one image; which one, its name says where there are several. */
  SourceImage read(Optional<String> name, boolean keep) throws IOException {
    Map<String, String> tags = tags();
    String top = choose(tags, name);
    List<Step> chain = chain(top);
    List<SourceImage.SourceLayer> layers = new ArrayList<>();
    ArrayNode diffIds = Json.array();
    ArrayNode history = Json.array();
    for (Step step : chain) {
      String path = step.id() + "/" + LAYER;
      OptionalLong size = files.size(path);
      if (size.isEmpty()) {
        throw new ArchiveException(
            files.name(), "layer " + path + " is not there, or is a link that leads nowhere");
      }
      String called = files.name() + ": layer " + path;
      Digest diffId = diffId(path, called);
      diffIds.add(diffId.toString());
      history.add(history(step.json()));
      layers.add(
          new SourceImage.SourceLayer(
              new LayerSource(
                  called, () -> files.open(path), Optional.empty(), Optional.of(diffId), keep),
              size.getAsLong()));
    }
    Optional<String> tag =
        tags.entrySet().stream()
            .filter(entry -> entry.getValue().equals(top))
            .map(Map.Entry::getKey)
            .findFirst();
    return new SourceImage(
        Optional.empty(),
        config(chain.getLast().json(), diffIds, history),
        Optional.empty(),
        layers,
        name.or(() -> tag));
  }

  /** Returns what the archive calls its images, NAME:TAG, and the topmost layers of these. */
  private Map<String, String> tags() throws IOException {
    Map<String, String> tags = new LinkedHashMap<>();
    if (files.size(REPOSITORIES).isEmpty()) {
      return tags;
    }
    ObjectNode names = Json.object(files.name() + ": " + REPOSITORIES, files.read(REPOSITORIES));
    for (Map.Entry<String, JsonNode> repository : names.properties()) {
      for (Map.Entry<String, JsonNode> tag : repository.getValue().properties()) {
        String called = repository.getKey() + ":" + tag.getKey();
        tags.put(called, id(tag.getValue().asString(""), REPOSITORIES + " for " + called));
      }
    }
    return tags;
  }

  private String id(String text, String where) throws ArchiveException {
    if (!text.matches(ID)) {
      throw new ArchiveException(files.name(), "\"" + text + "\", in " + where + ", is no ID");
    }
    return text;
  }

  private String choose(Map<String, String> tags, Optional<String> name) throws IOException {
    String there = tags.isEmpty() ? "" : "; there are: " + String.join(", ", tags.keySet());
    if (name.isPresent()) {
      String exact = tags.get(name.get());
      Optional<String> found =
          Optional.ofNullable(exact == null ? tags.get(name.get() + ":latest") : exact);
      return found.orElseThrow(
          () ->
              new ArchiveException(
                  files.name(), "has no image named \"" + name.get() + "\"" + there));
    }
    // What was saved by its ID has no name.
    Set<String> tops = tags.isEmpty() ? nobodysParents() : new TreeSet<>(tags.values());
    if (tops.size() > 1) {
      throw new ArchiveException(
          files.name(),
          tags.isEmpty()
              ? "has several images without names: " + String.join(", ", tops)
              : "has several images; name one" + there);
    }
    return tops.stream()
        .findFirst()
        .orElseThrow(
            () ->
                new ArchiveException(files.name(), "each of its layers is the parent of another"));
  }

  private Set<String> nobodysParents() throws IOException {
    Set<String> tops = new TreeSet<>();
    Set<String> parents = new HashSet<>();
    for (String directory : files.directoriesWith(CONFIG)) {
      if (directory.matches(ID)) {
        tops.add(directory);
        parent(step(directory)).ifPresent(parents::add);
      }
    }
    tops.removeAll(parents);
    return tops;
  }

  /** Returns a layer and all that are below it, the lowest first. */
  private List<Step> chain(String top) throws IOException {
    List<Step> chain = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Optional<String> next = Optional.of(top);
    while (next.isPresent()) {
      String id = next.get();
      if (!seen.add(id)) {
        throw new ArchiveException(
            files.name(), "layer " + id + " is, over its parents, its own parent");
      }
      limits.checkLayers(files.name(), seen.size());
      if (files.size(id + "/" + CONFIG).isEmpty()) {
        throw new ArchiveException(
            files.name(),
            "layer "
                + id
                + (chain.isEmpty()
                    ? ", which " + REPOSITORIES + " names,"
                    : ", the parent of " + chain.getLast().id() + ",")
                + " is not there");
      }
      Step step = step(id);
      chain.add(step);
      next = parent(step);
    }
    return chain.reversed();
  }

  private Step step(String id) throws IOException {
    String version = id + "/VERSION";
    if (files.size(version).isPresent()) {
      String text = new String(files.read(version), StandardCharsets.UTF_8).strip();
      if (!text.equals("1.0")) {
        throw new ArchiveException(
            files.name(), "layer " + id + " is of version \"" + text + "\", and 1.0 is known");
      }
    }
    String path = id + "/" + CONFIG;
    ObjectNode json = Json.object(files.name() + ": " + path, files.read(path));
    String own = Json.text(json, "id").orElse(id);
    if (!own.equals(id)) {
      throw new ArchiveException(files.name(), path + " is that of another layer, " + own);
    }
    return new Step(id, json);
  }

  private Optional<String> parent(Step step) throws ArchiveException {
    Optional<String> parent = Json.text(step.json(), "parent");
    return parent.isEmpty()
        ? parent
        : Optional.of(id(parent.get(), step.id() + "/" + CONFIG + " as parent"));
  }

  private Digest diffId(String path, String called) throws IOException {
    try (InputStream tar = limits.inflate(files.open(path), called);
        DigestingInput in = new DigestingInput(tar)) {
      in.transferTo(OutputStream.nullOutputStream());
      return in.digest();
    }
  }

  private static ObjectNode history(ObjectNode step) {
    ObjectNode entry = Json.object();
    Json.text(step, "created").ifPresent(text -> entry.put("created", text));
    Json.text(step, "author").ifPresent(text -> entry.put("author", text));
    List<String> command = new ArrayList<>();
    step.path("container_config").path("Cmd").forEach(word -> command.add(word.asString("")));
    if (!command.isEmpty()) {
      entry.put("created_by", String.join(" ", command));
    }
    Json.text(step, "comment").ifPresent(text -> entry.put("comment", text));
    return entry;
  }

  private ImageConfig config(ObjectNode top, ArrayNode diffIds, ArrayNode history)
      throws ArchiveException {
    ObjectNode config = top.deepCopy();
    config.remove(OF_THE_LAYER);
    if (!config.has("os")) {
      config.put("os", "linux");
    }
    ObjectNode rootfs = config.putObject("rootfs");
    rootfs.put("type", "layers");
    rootfs.set("diff_ids", diffIds);
    config.set("history", history);
    return ImageConfig.parse(files.name() + ": the configuration", Json.bytes(config));
  }
}
