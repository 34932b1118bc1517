package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import dev.lamina.tree.Digest;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The index.json of a layout that is written. */
final class OciIndex {
  private OciIndex() {}

  /** Returns an index with one more image; one of the same tag is replaced, others stay. */
  static byte[] with(Optional<byte[]> old, Manifest manifest, String tag) throws ArchiveException {
    ObjectNode index = old.isPresent() ? Json.object("index.json", old.get()) : Json.object();
    index.put("schemaVersion", 2);
    if (!index.has("mediaType")) {
      index.put("mediaType", MediaTypes.OCI_INDEX);
    }
    ArrayNode kept = Json.array();
    for (JsonNode descriptor : index.path("manifests")) {
      String name = Json.text(descriptor.path("annotations"), OciLayoutReader.REF_NAME).orElse("");
      if (!name.equals(tag)) {
        kept.add(descriptor);
      }
    }
    TreeMap<String, String> annotations = new TreeMap<>();
    annotations.put(OciLayoutReader.REF_NAME, tag);
    kept.add(
        Manifest.json(
            new Descriptor(
                manifest.mediaType(),
                Digest.sha256(manifest.bytes()),
                manifest.bytes().length,
                annotations,
                Optional.empty())));
    index.set("manifests", kept);
    return Json.bytes(index);
  }
}
