package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import dev.lamina.tree.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An image's configuration (OCI image spec, "Image Configuration"). Its digest is the image's ID.
 *
 * @param bytes exactly as distributed
 * @param diffIds the layers' diffIDs, the lowest first
 * @param platform what it runs on
 * @param created as it is written (RFC 3339), where it is
 * @param history what made the layers, the oldest first
 */
@SuppressWarnings("ArrayRecordComponent") // a file, never compared
public record ImageConfig(
    byte[] bytes,
    List<Digest> diffIds,
    PlatformChoice platform,
    Optional<String> created,
    List<HistoryEntry> history) {

  /**
   * One step of an image's history.
   *
   * @param created as it is written, where it is
   * @param createdBy the command
   * @param emptyLayer whether it made no layer
   */
  public record HistoryEntry(
      Optional<String> created,
      Optional<String> createdBy,
      Optional<String> comment,
      boolean emptyLayer) {}

  /**
   * Parses a configuration.
   *
   * @param what what messages call it
   * @throws ArchiveException where it is none
   */
  public static ImageConfig parse(String what, byte[] bytes) throws ArchiveException {
    ObjectNode node = Json.object(what, bytes);
    JsonNode rootfs = node.path("rootfs");
    List<Digest> diffIds = new ArrayList<>();
    for (JsonNode diffId : rootfs.path("diff_ids")) {
      diffIds.add(Json.digest(what, diffId));
    }
    List<HistoryEntry> history = new ArrayList<>();
    for (JsonNode entry : node.path("history")) {
      history.add(
          new HistoryEntry(
              Json.text(entry, "created"),
              Json.text(entry, "created_by"),
              Json.text(entry, "comment"),
              entry.path("empty_layer").asBoolean(false)));
    }
    return new ImageConfig(
        bytes,
        diffIds,
        new PlatformChoice(
            Json.text(node, "os").orElse("linux"),
            Json.text(node, "architecture").orElse(""),
            Json.text(node, "variant").orElse("")),
        Json.text(node, "created"),
        history);
  }

  /** Returns the digest of the configuration: the image's ID. */
  public Digest id() {
    return Digest.sha256(bytes);
  }
}
