package dev.lamina.image;

import dev.lamina.archive.CompressedBytes;
import dev.lamina.archive.Compression;
import dev.lamina.archive.ImageTarWriter;
import dev.lamina.tree.Digest;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Makes images in the forms that other tools write, from layers' tars. */
final class ImageFixture {
  /** A layer's tar and how it is distributed. */
  @SuppressWarnings("ArrayRecordComponent") // files, never compared
  record Layer(byte[] tar, byte[] blob, String mediaType) {
    static Layer of(byte[] tar, Compression compression) throws IOException {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (OutputStream compressed = CompressedBytes.to(out, compression)) {
        compressed.write(tar);
      }
      return new Layer(tar, out.toByteArray(), MediaTypes.ociLayer(compression));
    }

    Digest diffId() {
      return Digest.sha256(tar);
    }
  }

  final List<Layer> layers;
  final Map<String, byte[]> blobs = new TreeMap<>();
  String architecture = PlatformChoice.host().architecture();

  ImageFixture(Layer... layers) {
    this.layers = new ArrayList<>(List.of(layers));
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  byte[] config() {
    StringBuilder diffIds = new StringBuilder();
    StringBuilder history = new StringBuilder();
    for (Layer layer : layers) {
      diffIds.append(diffIds.isEmpty() ? "" : ",").append('"').append(layer.diffId()).append('"');
      history
          .append(history.isEmpty() ? "" : ",")
          .append("{\"created\":\"2024-01-02T03:04:05Z\",\"created_by\":\"layer ")
          .append(layer.diffId().hex(), 0, 4)
          .append("\"}");
    }
    // The odd spacing must survive: the ID is the digest of these very bytes.
    return utf8(
        "{ \"created\" : \"2024-01-02T03:04:05Z\",\"architecture\":\""
            + architecture
            + "\",\"os\":\"linux\",\"config\":{\"Env\":[\"A=1\"]},\"rootfs\":{\"type\":\"layers\","
            + "\"diff_ids\":["
            + diffIds
            + "]},\"history\":["
            + history
            + "] }\n");
  }

  Digest id() {
    return Digest.sha256(config());
  }

  static String descriptor(String type, byte[] blob, String more) {
    return "{\"mediaType\":\""
        + type
        + "\",\"digest\":\""
        + Digest.sha256(blob)
        + "\",\"size\":"
        + blob.length
        + more
        + "}";
  }

  byte[] manifest() {
    StringBuilder all = new StringBuilder();
    for (Layer layer : layers) {
      all.append(all.isEmpty() ? "" : ",")
          .append(descriptor(layer.mediaType(), layer.blob(), ",\"annotations\":{\"a\":\"b\"}"));
    }
    return utf8(
        "{\"schemaVersion\":2,  \"mediaType\":\""
            + MediaTypes.OCI_MANIFEST
            + "\",\"config\":"
            + descriptor(MediaTypes.OCI_CONFIG, config(), "")
            + ",\"layers\":["
            + all
            + "],\"annotations\":{\"kept\":\"yes\"}}");
  }

  /** Returns all files of an OCI layout but the index. */
  Map<String, byte[]> ociFiles() {
    Map<String, byte[]> files = new TreeMap<>();
    files.put("oci-layout", utf8("{\"imageLayoutVersion\":\"1.0.0\"}"));
    put(files, config());
    put(files, manifest());
    layers.forEach(layer -> put(files, layer.blob()));
    return files;
  }

  static void put(Map<String, byte[]> files, byte[] blob) {
    files.put(OciLayoutReader.path(Digest.sha256(blob)), blob);
  }

  String manifestDescriptor(String tag) {
    return descriptor(
        MediaTypes.OCI_MANIFEST,
        manifest(),
        ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"" + tag + "\"}");
  }

  static byte[] index(String... descriptors) {
    return utf8("{\"schemaVersion\":2,\"manifests\":[" + String.join(",", descriptors) + "]}");
  }

  /** Returns an OCI layout with this one image. */
  Map<String, byte[]> oci(String tag) {
    Map<String, byte[]> files = ociFiles();
    files.put("index.json", index(manifestDescriptor(tag)));
    return files;
  }

  /** Returns a docker archive with this one image. */
  Map<String, byte[]> docker(String name) {
    Map<String, byte[]> files = new TreeMap<>();
    StringBuilder paths = new StringBuilder();
    for (Layer layer : layers) {
      String path = layer.diffId().hex() + "/layer.tar";
      files.put(path, layer.tar());
      paths.append(paths.isEmpty() ? "" : ",").append('"').append(path).append('"');
    }
    files.put(id().hex() + ".json", config());
    files.put(
        "manifest.json",
        utf8(
            "[{\"Config\":\""
                + id().hex()
                + ".json\",\"RepoTags\":[\""
                + name
                + "\"],\"Layers\":["
                + paths
                + "]}]"));
    return files;
  }

  static Path directory(Path at, Map<String, byte[]> files) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = at.resolve(file.getKey());
      Files.createDirectories(path.resolveSibling("x").getParent());
      Files.write(path, file.getValue());
    }
    return at;
  }

  static Path tar(Path at, Map<String, byte[]> files) throws IOException {
    try (ImageTarWriter tar =
        new ImageTarWriter(new BufferedOutputStream(Files.newOutputStream(at)))) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        tar.begin(file.getKey(), file.getValue().length).write(file.getValue());
        tar.end();
      }
      tar.finish();
    }
    return at;
  }
}
