package dev.lamina.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How images and places are written. */
final class ImageNamesTest {
  @Test
  void names() {
    assertThat(ImageName.parse("debian")).isEqualTo(new ImageName("debian", "latest"));
    assertThat(ImageName.parse("debian:12.5")).isEqualTo(new ImageName("debian", "12.5"));
    assertThat(ImageName.parse("host:5000/a/b_c")).hasToString("host:5000/a/b_c:latest");
    assertThat(ImageName.parse("docker.io/library/debian:12")).hasToString("debian:12");
    for (String bad : new String[] {"", "Debian", "a:", "a:b/c d", "a b", "a:.x", "-a", "a//b"}) {
      assertThatThrownBy(() -> ImageName.parse(bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void locations() {
    assertThat(ImageLocation.parse("oci:d/e:a:b"))
        .isEqualTo(new ImageLocation.OciDirectory(Path.of("d/e"), Optional.of("a:b")));
    assertThat(ImageLocation.parse("oci-archive:f.tar"))
        .isEqualTo(new ImageLocation.OciArchive(Path.of("f.tar"), Optional.empty()));
    assertThat(ImageLocation.parse("docker-archive:f:debian:12"))
        .isEqualTo(new ImageLocation.DockerArchive(Path.of("f"), Optional.of("debian:12")));
    assertThat(ImageLocation.parse("dir:a:b"))
        .isEqualTo(new ImageLocation.PlainDirectory(Path.of("a:b")));
    assertThat(ImageLocation.parse("-")).isEqualTo(new ImageLocation.Stream());
    assertThat(ImageLocation.parse("./a.tar"))
        .isEqualTo(new ImageLocation.Unknown(Path.of("./a.tar")));
    for (String bad : new String[] {"oci:", "docker://debian:12", "tar:", "dir:"}) {
      assertThatThrownBy(() -> ImageLocation.parse(bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void a_name_is_found_for_an_image_without_one() {
    assertThat(SourceNames.of(Optional.of("app:1"), ImageLocation.parse("x.tar")))
        .isEqualTo(new ImageName("app", "1"));
    assertThat(SourceNames.of(Optional.empty(), ImageLocation.parse("tar:/a/My Root.tar.gz")))
        .isEqualTo(new ImageName("my-root", "latest"));
    assertThat(SourceNames.of(Optional.empty(), ImageLocation.parse("oci:/a/Debian_12")))
        .isEqualTo(new ImageName("debian_12", "latest"));
  }

  @Test
  void platforms() {
    assertThat(PlatformChoice.parse("linux/arm64/v8"))
        .isEqualTo(new PlatformChoice("linux", "arm64", "v8"));
    assertThat(PlatformChoice.parse("linux/arm").accepts(PlatformChoice.parse("linux/arm/v7")))
        .isTrue();
    assertThat(PlatformChoice.parse("linux/arm/v6").accepts(PlatformChoice.parse("linux/arm/v7")))
        .isFalse();
    assertThatThrownBy(() -> PlatformChoice.parse("arm64"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
