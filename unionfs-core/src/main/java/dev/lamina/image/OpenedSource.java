package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.Compression;
import dev.lamina.archive.LayerSource;
import dev.lamina.archive.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/**
 * A source that has been opened: what it is has been found out, nothing of its layers is read.
 * Closing it closes its files and removes what was spooled.
 */
final class OpenedSource implements AutoCloseable {
  /** What a source is. */
  sealed interface Content {
    /** An image with a configuration. */
    record Image(SourceImage image) implements Content {}

    /** A root file system as a tar, compressed or not. */
    record Tar(LayerSource layer, long size) implements Content {}

    /** A root file system as a directory. */
    record Root(Path directory) implements Content {}
  }

  private final ImportOptions options;
  private final Path temporaries;
  private final InputStream standardInput;
  private final List<AutoCloseable> resources = new ArrayList<>();

  private OpenedSource(ImportOptions options, Path temporaries, InputStream standardInput) {
    this.options = options;
    this.temporaries = temporaries;
    this.standardInput = standardInput;
  }

  /** Makes an opener that spools what cannot be read twice into a directory. */
  static OpenedSource with(ImportOptions options, Path temporaries, InputStream standardInput) {
    return new OpenedSource(options, temporaries, standardInput);
  }

  /** Opens a location. Called once. */
  Content open(ImageLocation location) throws IOException {
    return switch (location) {
      case ImageLocation.OciDirectory(Path directory, Optional<String> tag) -> {
        require(directory, "index.json", "OCI image layout");
        yield oci(new DirectoryFiles(directory), tag);
      }
      case ImageLocation.OciArchive(Path file, Optional<String> tag) -> oci(tar(file), tag);
      case ImageLocation.DockerArchive(Path file, Optional<String> name) -> docker(tar(file), name);
      case ImageLocation.PlainDirectory(Path directory) -> {
        require(directory, "manifest.json", "image of skopeo's dir: form");
        yield plain(directory);
      }
      case ImageLocation.RootTar(Path file) -> rootTar(file, file.toString());
      case ImageLocation.Stream() -> stream();
      case ImageLocation.Unknown(Path path) -> recognise(path, path.toString());
    };
  }

  private static void require(Path directory, String file, String what) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new ArchiveException(directory.toString(), "is no directory");
    }
    if (!Files.isRegularFile(directory.resolve(file))) {
      throw new ArchiveException(directory.toString(), "is no " + what + ": it has no " + file);
    }
  }

  private Content recognise(Path path, String name) throws IOException {
    if (Files.isDirectory(path)) {
      ImageFiles files = new DirectoryFiles(path);
      if (isLayout(files)) {
        return oci(files, Optional.empty());
      }
      if (Files.isRegularFile(path.resolve("version"))
          && json(files, "manifest.json").has("layers")) {
        return plain(path);
      }
      return new Content.Root(path);
    }
    if (!Files.exists(path)) {
      // "oci-dir:tag" is easily meant for "oci:oci-dir:tag".
      throw new ArchiveException(
          name,
          "is not there; sources are oci:DIR[:TAG], oci-archive:FILE[:TAG],"
              + " docker-archive:FILE[:NAME], dir:DIR, tar:FILE, a path, or -");
    }
    TarFiles files = tar(path, name);
    if (json(files, DockerArchiveReader.MANIFEST).path(0).has("Config")) {
      return docker(files.requireImage(options.limits()), Optional.empty());
    }
    if (isLayout(files)) {
      return oci(files.requireImage(options.limits()), Optional.empty());
    }
    if (OldDockerArchiveReader.recognises(files)) {
      return docker(files.requireImage(options.limits()), Optional.empty());
    }
    // It is read from start to end; where its files are is no longer of use.
    resources.remove(files);
    files.close();
    return rootTar(path, name);
  }

  private static boolean isLayout(ImageFiles files) throws IOException {
    return json(files, "oci-layout").has("imageLayoutVersion")
        && files.size("index.json").isPresent();
  }

  /**
   * Reads a file that says what a source is. A root file system may have a file of the same name:
   * one that is no JSON, or too long to be that of an image, says nothing.
   */
  private static JsonNode json(ImageFiles files, String path) throws IOException {
    OptionalLong size = files.size(path);
    if (size.isEmpty() || size.getAsLong() > Json.MOST_BYTES) {
      return Json.object();
    }
    byte[] bytes = files.read(path);
    try {
      return Json.parse(path, bytes);
    } catch (ArchiveException e) {
      return Json.object();
    }
  }

  private Content stream() throws IOException {
    Path spooled = temporary();
    long most = options.limits().bytes();
    byte[] buffer = new byte[1 << 16];
    long count = 0;
    try (OutputStream out = Files.newOutputStream(spooled)) {
      for (int n = standardInput.read(buffer); n >= 0; n = standardInput.read(buffer)) {
        count += n;
        if (count > most) {
          throw new ArchiveException(
              "standard input",
              "has more than " + most + " bytes, which is the limit; raise the limit to import it");
        }
        out.write(buffer, 0, n);
      }
    }
    return recognise(spooled, "standard input");
  }

  private Content oci(ImageFiles files, Optional<String> tag) throws IOException {
    return new Content.Image(
        new OciLayoutReader(files).read(tag, options.platform(), options.keepCompressed()));
  }

  private Content docker(TarFiles files, Optional<String> name) throws IOException {
    boolean old =
        files.size(DockerArchiveReader.MANIFEST).isEmpty()
            && OldDockerArchiveReader.recognises(files);
    SourceImage image =
        old
            ? new OldDockerArchiveReader(files, options.limits())
                .read(name, options.keepCompressed())
            : new DockerArchiveReader(files).read(name, options.keepCompressed());
    PlatformChoice platform = image.config().platform();
    if (options.platform().isPresent() && !options.platform().get().accepts(platform)) {
      throw new ArchiveException(
          files.name(), "its image is for " + platform + ", not " + options.platform().get());
    }
    return new Content.Image(image);
  }

  private Content plain(Path directory) throws IOException {
    ImageFiles files = new DirectoryFiles(directory);
    byte[] manifest = files.read("manifest.json");
    ManifestImages images = new ManifestImages(files, digest -> digest.hex());
    return new Content.Image(
        images.image(manifest, "", Optional.empty(), Optional.empty(), options.keepCompressed()));
  }

  private static Content rootTar(Path file, String name) throws IOException {
    requireFile(file, name);
    LayerSource layer =
        new LayerSource(
            name, () -> Files.newInputStream(file), Optional.empty(), Optional.empty(), false);
    return new Content.Tar(layer, Files.size(file));
  }

  /** A FIFO is not even opened: that would wait for who writes it, and it cannot be read twice. */
  private static void requireFile(Path file, String name) throws IOException {
    if (!Files.exists(file)) {
      throw new ArchiveException(name, "is not there");
    }
    if (!Files.isRegularFile(file)) {
      throw new ArchiveException(
          name,
          "is no regular file; what a FIFO or a device gives is imported with \"lamina import - < "
              + name
              + "\"");
    }
  }

  private TarFiles tar(Path file) throws IOException {
    return tar(file, file.toString()).requireImage(options.limits());
  }

  /** Opens a tar for reading in any order: a compressed one is inflated into a temporary file. */
  private TarFiles tar(Path file, String name) throws IOException {
    requireFile(file, name);
    Path plain = file;
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(Compression.MAGIC_LENGTH);
    }
    if (Compression.detect(start) != Compression.NONE) {
      plain = temporary();
      try (InputStream in = options.limits().inflate(Files.newInputStream(file), name);
          OutputStream out = Files.newOutputStream(plain)) {
        in.transferTo(out);
      }
    }
    TarFiles files = TarFiles.open(name, plain, options.limits());
    resources.add(files);
    return files;
  }

  private Path temporary() throws IOException {
    Path file = Files.createTempFile(temporaries, "import", null);
    resources.add(() -> Files.deleteIfExists(file));
    return file;
  }

  @Override
  public void close() throws IOException {
    Collections.reverse(resources);
    IOException failure = null;
    for (AutoCloseable resource : resources) {
      try {
        resource.close();
      } catch (Exception e) {
        IOException wrapped = e instanceof IOException io ? io : new IOException(e);
        if (failure == null) {
          failure = wrapped;
        } else {
          failure.addSuppressed(wrapped);
        }
      }
    }
    resources.clear();
    if (failure != null) {
      throw failure;
    }
  }

  /** Returns what limits hold for archives. */
  Limits limits() {
    return options.limits();
  }
}
