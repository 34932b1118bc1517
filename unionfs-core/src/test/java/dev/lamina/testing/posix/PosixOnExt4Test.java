package dev.lamina.testing.posix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.LowerTree;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The suite on the disk's own file system: where they disagree, the suite is wrong. */
@RequiresRoot
final class PosixOnExt4Test extends PosixTest {
  @TempDir private static Path temporary;

  @Override
  protected MountPoint mount(LowerTree lower) throws IOException {
    return new PlainDirectory("ext4", temporary, lower);
  }

  @Test
  void the_truth_differs_from_itself_in_nothing() {
    assertThat(Differences.load().of("ext4")).isEmpty();
  }
}
