package dev.lamina.image;

import java.nio.file.Path;
import java.util.Optional;

/** Where an image is read from or written to, as skopeo writes it. */
public sealed interface ImageLocation {
  /** An OCI image layout in a directory; its tag where there are several images. */
  record OciDirectory(Path directory, Optional<String> tag) implements ImageLocation {
    @Override
    public String toString() {
      return "oci:" + directory + tag.map(t -> ":" + t).orElse("");
    }
  }

  /** An OCI image layout in a tar. */
  record OciArchive(Path file, Optional<String> tag) implements ImageLocation {
    @Override
    public String toString() {
      return "oci-archive:" + file + tag.map(t -> ":" + t).orElse("");
    }
  }

  /** What {@code docker save} writes; the name of one of its images. */
  record DockerArchive(Path file, Optional<String> name) implements ImageLocation {
    @Override
    public String toString() {
      return "docker-archive:" + file + name.map(n -> ":" + n).orElse("");
    }
  }

  /** A manifest and blobs in one directory: skopeo's own form. */
  record PlainDirectory(Path directory) implements ImageLocation {
    @Override
    public String toString() {
      return "dir:" + directory;
    }
  }

  /** A root file system as a tar. */
  record RootTar(Path file) implements ImageLocation {
    @Override
    public String toString() {
      return "tar:" + file;
    }
  }

  /** Standard input or output. */
  record Stream() implements ImageLocation {
    @Override
    public String toString() {
      return "-";
    }
  }

  /** A path without a word in front: what it is, is seen from what is there. */
  record Unknown(Path path) implements ImageLocation {
    @Override
    public String toString() {
      return path.toString();
    }
  }

  /** Returns the file or directory; of a stream there is none. */
  default Optional<Path> place() {
    return switch (this) {
      case OciDirectory(Path directory, Optional<String> _) -> Optional.of(directory);
      case OciArchive(Path file, Optional<String> _) -> Optional.of(file);
      case DockerArchive(Path file, Optional<String> _) -> Optional.of(file);
      case PlainDirectory(Path directory) -> Optional.of(directory);
      case RootTar(Path file) -> Optional.of(file);
      case Stream() -> Optional.empty();
      case Unknown(Path path) -> Optional.of(path);
    };
  }

  /**
   * Parses a location.
   *
   * @throws IllegalArgumentException where it names a transport that is none, or no path
   */
  static ImageLocation parse(String text) {
    if (text.equals("-")) {
      return new Stream();
    }
    int colon = text.indexOf(':');
    String word = colon < 0 ? "" : text.substring(0, colon);
    String rest = text.substring(colon + 1);
    return switch (word) {
      case "oci" -> new OciDirectory(path(rest, text), suffix(rest));
      case "oci-archive" -> new OciArchive(path(rest, text), suffix(rest));
      case "docker-archive" -> new DockerArchive(path(rest, text), suffix(rest));
      case "dir" -> new PlainDirectory(whole(rest, text));
      case "tar" -> new RootTar(whole(rest, text));
      case "docker", "docker-daemon", "containers-storage", "ostree", "sif" ->
          throw new IllegalArgumentException(
              word
                  + ": is not supported yet; copy the image with \"skopeo copy "
                  + text
                  + " oci:DIR:TAG\" and use oci:DIR:TAG");
      default -> new Unknown(whole(text, text));
    };
  }

  private static Path whole(String path, String text) {
    if (path.isEmpty()) {
      throw new IllegalArgumentException("\"" + text + "\" names no file or directory");
    }
    return Path.of(path);
  }

  /** The path ends at the first colon: what follows may have colons, a name with its tag. */
  private static Path path(String rest, String text) {
    int colon = rest.indexOf(':');
    return whole(colon < 0 ? rest : rest.substring(0, colon), text);
  }

  private static Optional<String> suffix(String rest) {
    int colon = rest.indexOf(':');
    return colon < 0 || colon == rest.length() - 1
        ? Optional.empty()
        : Optional.of(rest.substring(colon + 1));
  }
}
