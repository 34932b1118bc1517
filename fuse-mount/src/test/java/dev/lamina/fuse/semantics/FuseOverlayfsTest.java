package dev.lamina.fuse.semantics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.Test;

/** Whether there is a fuse-overlayfs to compare with: else its column is not looked at. */
final class FuseOverlayfsTest {
  @Test
  void fuse_overlayfs_is_here_to_compare_with() {
    FuseOverlayfs program = new FuseOverlayfs();
    if (!"1".equals(System.getenv("LAMINA_REQUIRE_MOUNTS"))) {
      assumeThat(program.missing()).isEmpty();
    }
    assertThat(program.missing()).isEmpty();
  }
}
