package dev.lamina.testing;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A small real Debian image with what union file systems get wrong, made by {@code
 * testing/build-image.sh} and kept below {@code target} until that script changes. The first test
 * that asks for it waits about a minute.
 *
 * @param directory where the forms of the image are
 */
public record HazardImage(Path directory) {
  /** The image; made now where it is not there. Needs {@link RequiresImage}. */
  public static HazardImage get() throws IOException, InterruptedException {
    var root = Path.of(Optional.ofNullable(System.getProperty("lamina.root")).orElse(".."));
    var image = root.resolve("target/image").toAbsolutePath().normalize();
    var script = root.resolve("testing/build-image.sh").toString();
    var maker =
        new ProcessBuilder(script, image.toString())
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .start();
    var said = new String(maker.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (maker.waitFor() != 0) {
      throw new IOException(script + " failed:\n" + said);
    }
    return new HazardImage(image);
  }

  /** An OCI layout with gzip layers. Tags: {@code debian} (two layers), {@code hazards} (six). */
  public Path oci() {
    return directory.resolve("oci");
  }

  /** An OCI layout with zstd layers. Tag: {@code hazards}. */
  public Path ociZstd() {
    return directory.resolve("oci-zstd");
  }

  /** The tag {@code hazards} as {@code docker save} writes it. */
  public Path dockerArchive() {
    return directory.resolve("hazards.docker.tar");
  }
}
