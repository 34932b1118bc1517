package dev.lamina.daemon;

import dev.lamina.archive.TarBytes;
import dev.lamina.tree.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** Images of a few layers, made for a test, as {@code docker save} writes them. */
final class SmallImage {
  private SmallImage() {}

  /** Writes an image of these layers and returns its location. */
  static String write(Path file, List<byte[]> layers) throws IOException {
    List<String> diffIds = layers.stream().map(layer -> Digest.sha256(layer).hex()).toList();
    byte[] config =
        utf8(
            "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{},\"rootfs\":"
                + "{\"type\":\"layers\",\"diff_ids\":["
                + list(diffIds, "sha256:", "")
                + "]}}");
    String configName = Digest.sha256(config).hex() + ".json";
    byte[] manifest =
        utf8(
            "[{\"Config\":\""
                + configName
                + "\",\"RepoTags\":[\"small:1\"],\"Layers\":["
                + list(diffIds, "", ".tar")
                + "]}]");
    TarBytes tar = new TarBytes();
    add(tar, "manifest.json", manifest);
    add(tar, configName, config);
    for (int i = 0; i < layers.size(); i++) {
      add(tar, diffIds.get(i) + ".tar", layers.get(i));
    }
    Files.write(file, tar.end());
    return "docker-archive:" + file;
  }

  private static String list(List<String> names, String before, String behind) {
    return names.stream()
        .map(name -> '"' + before + name + behind + '"')
        .collect(Collectors.joining(","));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Adds a file to a tar. */
  static TarBytes add(TarBytes tar, String name, byte[] content) {
    return tar.add(new TarBytes.Header(name, '0'), content);
  }

  /** Returns bytes that follow from a seed and cannot be compressed. */
  static byte[] bytes(long seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
