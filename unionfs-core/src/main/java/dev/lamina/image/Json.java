package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import dev.lamina.tree.Digest;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads the JSON of images, whose author is not to be trusted, and writes it. */
final class Json {
  /** No manifest or configuration is larger. */
  static final int MOST_BYTES = 8 << 20;

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private Json() {}

  static JsonNode parse(String what, byte[] bytes) throws ArchiveException {
    try {
      return MAPPER.readTree(bytes);
    } catch (JacksonException e) {
      throw new ArchiveException(what, "is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Parses text that a user gave. */
  static JsonNode parse(String text) {
    return MAPPER.readTree(text);
  }

  static ObjectNode object(String what, byte[] bytes) throws ArchiveException {
    if (parse(what, bytes) instanceof ObjectNode object) {
      return object;
    }
    throw new ArchiveException(what, "is no JSON object");
  }

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  static byte[] bytes(JsonNode node) {
    return MAPPER.writeValueAsBytes(node);
  }

  static Optional<String> text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isString() && !value.stringValue().isEmpty()
        ? Optional.of(value.stringValue())
        : Optional.empty();
  }

  static Digest digest(String what, JsonNode value) throws ArchiveException {
    if (value.isString()) {
      String text = value.stringValue();
      try {
        if (text.startsWith("sha256:")) {
          return Digest.parse(text);
        }
      } catch (IllegalArgumentException e) {
        throw new ArchiveException(what, "\"" + text + "\" is no sha256 digest", e);
      }
      throw new ArchiveException(
          what, "digest \"" + text + "\" is not sha256, the one that is supported");
    }
    throw new ArchiveException(what, "lacks a digest");
  }

  static SortedMap<String, String> strings(JsonNode node) {
    SortedMap<String, String> map = new TreeMap<>();
    node.properties()
        .forEach(
            property -> {
              if (property.getValue().isString()) {
                map.put(property.getKey(), property.getValue().stringValue());
              }
            });
    return map;
  }

  static Descriptor descriptor(String what, JsonNode node) throws ArchiveException {
    if (!node.isObject()) {
      throw new ArchiveException(what, "a descriptor is no JSON object");
    }
    JsonNode size = node.path("size");
    if (!size.canConvertToLong() || size.longValue() < 0) {
      throw new ArchiveException(what, "a descriptor's size is no number of bytes");
    }
    JsonNode platform = node.path("platform");
    return new Descriptor(
        text(node, "mediaType").orElse(""),
        digest(what, node.path("digest")),
        size.longValue(),
        strings(node.path("annotations")),
        platform.isObject()
            ? Optional.of(
                new PlatformChoice(
                    text(platform, "os").orElse(""),
                    text(platform, "architecture").orElse(""),
                    text(platform, "variant").orElse("")))
            : Optional.empty());
  }
}
