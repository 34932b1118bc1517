package dev.lamina.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

@RequiresImage
final class HazardImageTest {
  @Test
  void isThereInThreeForms() throws Exception {
    var image = HazardImage.get();
    assertThat(image.oci().resolve("index.json")).content().contains("debian", "hazards");
    assertThat(image.ociZstd().resolve("index.json")).content().contains("hazards");
    assertThat(image.dockerArchive()).isNotEmptyFile();
  }
}
