package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import dev.lamina.tree.Digest;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes configurations: a new one, or one that adds a layer to another. */
final class ConfigEditor {
  private final ObjectNode node;

  private ConfigEditor(ObjectNode node) {
    this.node = node;
  }

  /** Begins the configuration of an image without layers. */
  static ConfigEditor create(PlatformChoice platform, Instant created) {
    ObjectNode node = Json.object();
    node.put("created", time(created));
    node.put("architecture", platform.architecture());
    if (!platform.variant().isEmpty()) {
      node.put("variant", platform.variant());
    }
    node.put("os", platform.os());
    node.putObject("config");
    return new ConfigEditor(node);
  }

  /** Begins with a copy of another configuration. */
  static ConfigEditor of(ImageConfig base) throws ArchiveException {
    return new ConfigEditor(Json.object("the image's configuration", base.bytes()));
  }

  /** Adds a layer and a line of history for it. */
  ConfigEditor layer(Digest diffId, String createdBy, Optional<String> comment, Instant created) {
    ObjectNode rootfs = object(node, "rootfs");
    rootfs.put("type", "layers");
    array(rootfs, "diff_ids").add(diffId.toString());
    ObjectNode entry = array(node, "history").addObject();
    entry.put("created", time(created));
    entry.put("created_by", createdBy);
    comment.ifPresent(text -> entry.put("comment", text));
    node.put("created", time(created));
    return this;
  }

  /** Returns the part that says how a container runs. */
  ObjectNode runtime() {
    return object(node, "config");
  }

  ConfigEditor author(String author) {
    node.put("author", author);
    return this;
  }

  ImageConfig build() throws ArchiveException {
    return ImageConfig.parse("the image's configuration", Json.bytes(node));
  }

  static ObjectNode object(ObjectNode parent, String field) {
    return parent.path(field) instanceof ObjectNode object ? object : parent.putObject(field);
  }

  static ArrayNode array(ObjectNode parent, String field) {
    JsonNode value = parent.path(field);
    return value instanceof ArrayNode array ? array : parent.putArray(field);
  }

  private static String time(Instant instant) {
    return DateTimeFormatter.ISO_INSTANT.format(instant.truncatedTo(ChronoUnit.MICROS));
  }
}
