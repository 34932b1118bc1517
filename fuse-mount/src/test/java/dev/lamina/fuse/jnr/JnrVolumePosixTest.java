package dev.lamina.fuse.jnr;

import dev.lamina.fuse.VolumeMountPoint;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.posix.MountPoint;
import dev.lamina.testing.posix.PosixTest;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** What a process sees of a volume that is mounted by libfuse. */
@RequiresFuse
@RequiresRoot
final class JnrVolumePosixTest extends PosixTest {
  /** Not 100,000: each name takes several requests here. */
  private static final int LARGE_DIRECTORY = 3000;

  @TempDir private static Path temporary;

  @Override
  protected MountPoint mount(LowerTree lower) throws IOException {
    return new VolumeMountPoint("jnr", new JnrTransport(), temporary, lower, LARGE_DIRECTORY);
  }
}
