package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An image's manifest.
 *
 * @param bytes exactly as distributed
 * @param mediaType OCI's or Docker's
 */
@SuppressWarnings("ArrayRecordComponent") // a file, never compared
record Manifest(byte[] bytes, String mediaType, Descriptor config, List<Descriptor> layers) {
  /** Parses a manifest; {@code declared} is its type where the manifest itself does not say. */
  static Manifest parse(String what, byte[] bytes, String declared) throws ArchiveException {
    ObjectNode node = Json.object(what, bytes);
    if (node.path("schemaVersion").asInt(2) == 1) {
      throw new ArchiveException(
          what, "is of Docker's schema 1, which nobody writes any more; convert it with skopeo");
    }
    String type =
        Json.text(node, "mediaType")
            .orElse(declared.isEmpty() ? MediaTypes.OCI_MANIFEST : declared);
    if (!MediaTypes.isManifest(type)) {
      throw new ArchiveException(what, "is no image manifest but " + type);
    }
    Descriptor config = Json.descriptor(what, node.path("config"));
    if (!MediaTypes.isConfig(config.mediaType())) {
      throw new ArchiveException(
          what, "is no container image: its configuration is " + config.mediaType());
    }
    List<Descriptor> layers = new ArrayList<>();
    for (JsonNode layer : node.path("layers")) {
      Descriptor descriptor = Json.descriptor(what, layer);
      if (!MediaTypes.isLayer(descriptor.mediaType())) {
        throw new ArchiveException(
            what,
            "layer "
                + descriptor.digest()
                + " is no tar of a file system but "
                + descriptor.mediaType());
      }
      layers.add(descriptor);
    }
    return new Manifest(bytes, type, config, layers);
  }

  /** Makes the manifest of an image that came without one, or with other layers. */
  static Manifest of(Descriptor config, List<Descriptor> layers, ObjectNode like) {
    ObjectNode node = Json.object();
    node.put("schemaVersion", 2);
    node.put("mediaType", MediaTypes.OCI_MANIFEST);
    node.set("config", json(config));
    var array = node.putArray("layers");
    layers.forEach(layer -> array.add(json(layer)));
    for (String kept : List.of("subject", "annotations")) {
      if (like.has(kept)) {
        node.set(kept, like.get(kept));
      }
    }
    return new Manifest(Json.bytes(node), MediaTypes.OCI_MANIFEST, config, layers);
  }

  static ObjectNode json(Descriptor descriptor) {
    ObjectNode node = Json.object();
    node.put("mediaType", descriptor.mediaType());
    node.put("digest", descriptor.digest().toString());
    node.put("size", descriptor.size());
    if (!descriptor.annotations().isEmpty()) {
      ObjectNode annotations = node.putObject("annotations");
      descriptor.annotations().forEach(annotations::put);
    }
    return node;
  }
}
