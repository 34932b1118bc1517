package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import dev.lamina.tree.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads an OCI image layout (OCI image spec, "Image Layout"), in a directory or a tar. */
final class OciLayoutReader {
  static final String REF_NAME = "org.opencontainers.image.ref.name";
  private static final String IMAGE_NAME = "io.containerd.image.name";
  private static final int MOST_NESTED = 4;

  private final ImageFiles files;
  private final ManifestImages images;

  OciLayoutReader(ImageFiles files) {
    this.files = files;
    this.images = new ManifestImages(files, OciLayoutReader::path);
  }

  static String path(Digest digest) {
    return "blobs/sha256/" + digest.hex();
  }

  /** Reads one image; which one, tag and platform say where there are several. */
  SourceImage read(Optional<String> tag, Optional<PlatformChoice> platform, boolean keep)
      throws IOException {
    byte[] index = files.read("index.json");
    List<Descriptor> named = new ArrayList<>();
    for (Descriptor descriptor : descriptors(index)) {
      if (tag.isEmpty() || names(descriptor).contains(tag.get())) {
        named.add(descriptor);
      }
    }
    if (named.isEmpty()) {
      throw new ArchiveException(
          files.name(),
          tag.map(t -> "has no image tagged \"" + t + "\"").orElse("has no image")
              + tags(descriptors(index)));
    }
    Choice choice = choose(named, Optional.empty(), platform, 0);
    byte[] manifest = images.blob(choice.manifest(), "the manifest");
    return images.image(
        manifest,
        choice.manifest().mediaType(),
        choice.index(),
        tag.or(() -> Optional.ofNullable(choice.manifest().annotations().get(REF_NAME))),
        keep);
  }

  /** A manifest, and the bytes of the innermost index below index.json that names it. */
  private record Choice(Descriptor manifest, Optional<byte[]> index) {}

  private Choice choose(
      List<Descriptor> among, Optional<byte[]> index, Optional<PlatformChoice> platform, int depth)
      throws IOException {
    if (depth > MOST_NESTED) {
      throw new ArchiveException(files.name(), "its indexes are nested too deeply");
    }
    List<Descriptor> candidates = new ArrayList<>();
    for (Descriptor descriptor : among) {
      boolean attestation =
          descriptor.platform().isPresent() && descriptor.platform().get().os().equals("unknown");
      if (!attestation) {
        candidates.add(descriptor);
      }
    }
    PlatformChoice wanted = platform.orElseGet(PlatformChoice::host);
    List<Descriptor> fitting = new ArrayList<>();
    for (Descriptor descriptor : candidates) {
      if (descriptor.platform().isEmpty() || wanted.accepts(descriptor.platform().get())) {
        fitting.add(descriptor);
      }
    }
    // An image for one platform alone is what is wanted, unless another one was asked for.
    if (fitting.isEmpty() && candidates.size() == 1 && platform.isEmpty()) {
      fitting = candidates;
    }
    if (fitting.isEmpty()) {
      throw new ArchiveException(
          files.name(), "has no image for " + wanted + "; there are: " + platforms(candidates));
    }
    if (fitting.size() > 1 && depth == 0 && !sameDigest(fitting)) {
      throw new ArchiveException(
          files.name(), "has several images; name one by its tag" + tags(fitting));
    }
    Descriptor chosen = fitting.getFirst();
    if (!MediaTypes.isIndex(chosen.mediaType())) {
      return new Choice(chosen, index);
    }
    byte[] nested = images.blob(chosen, "an index");
    return choose(descriptors(nested), Optional.of(nested), platform, depth + 1);
  }

  private static boolean sameDigest(List<Descriptor> descriptors) {
    return descriptors.stream().map(Descriptor::digest).distinct().count() == 1;
  }

  private List<Descriptor> descriptors(byte[] index) throws ArchiveException {
    ObjectNode node = Json.object(files.name() + ": the index", index);
    List<Descriptor> descriptors = new ArrayList<>();
    for (JsonNode manifest : node.path("manifests")) {
      Descriptor descriptor = Json.descriptor(files.name() + ": the index", manifest);
      if (MediaTypes.isIndex(descriptor.mediaType())
          || MediaTypes.isManifest(descriptor.mediaType())) {
        descriptors.add(descriptor);
      }
    }
    return descriptors;
  }

  private static List<String> names(Descriptor descriptor) {
    List<String> names = new ArrayList<>();
    for (String key : new String[] {REF_NAME, IMAGE_NAME}) {
      String name = descriptor.annotations().get(key);
      if (name != null) {
        names.add(name);
      }
    }
    return names;
  }

  private static String tags(List<Descriptor> descriptors) {
    TreeSet<String> tags = new TreeSet<>();
    descriptors.forEach(descriptor -> tags.addAll(names(descriptor)));
    return tags.isEmpty() ? "" : "; there are: " + String.join(", ", tags);
  }

  private static String platforms(List<Descriptor> descriptors) {
    TreeSet<String> platforms = new TreeSet<>();
    descriptors.forEach(d -> d.platform().ifPresent(p -> platforms.add(p.toString())));
    return String.join(", ", platforms);
  }
}
