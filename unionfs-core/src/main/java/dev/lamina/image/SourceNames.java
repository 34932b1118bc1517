package dev.lamina.image;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Finds a name for an image that nobody named. */
final class SourceNames {
  private SourceNames() {}

  /** Returns the source's own name for the image where it is one, else one made of the path. */
  static ImageName of(Optional<String> own, ImageLocation from) {
    String file =
        switch (from) {
          case ImageLocation.OciDirectory(Path path, Optional<String> _) -> last(path);
          case ImageLocation.OciArchive(Path path, Optional<String> _) -> last(path);
          case ImageLocation.DockerArchive(Path path, Optional<String> _) -> last(path);
          case ImageLocation.PlainDirectory(Path path) -> last(path);
          case ImageLocation.RootTar(Path path) -> last(path);
          case ImageLocation.Unknown(Path path) -> last(path);
          case ImageLocation.Stream() -> "stdin";
        };
    if (own.isPresent()) {
      try {
        return ImageName.parse(own.get());
      } catch (IllegalArgumentException e) {
        // A tag alone, such as "12.5": the file gives the repository.
        return named(file, own.get());
      }
    }
    return named(file, "latest");
  }

  private static ImageName named(String file, String tag) {
    String repository =
        file.toLowerCase(Locale.ROOT)
            .replaceFirst("\\.(tar|oci|docker)?(\\.(gz|zst|zstd))?$", "")
            .replaceFirst("\\.(docker|oci)$", "")
            .replaceAll("[^a-z0-9._-]+", "-")
            .replaceAll("[._-]{2,}", "-")
            .replaceAll("^[._-]+|[._-]+$", "");
    String safe = tag.replaceAll("[^A-Za-z0-9_.-]+", "-").replaceAll("^[.-]+", "");
    return new ImageName(
        repository.isEmpty() ? "image" : repository, safe.isEmpty() ? "latest" : safe);
  }

  private static String last(Path path) {
    Path name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? "root" : name.toString();
  }
}
