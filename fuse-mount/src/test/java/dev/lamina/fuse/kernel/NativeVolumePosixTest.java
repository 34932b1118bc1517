package dev.lamina.fuse.kernel;

import dev.lamina.fuse.VolumeMountPoint;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.posix.MountPoint;
import dev.lamina.testing.posix.PosixTest;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** What a process sees of a volume that is mounted by the native transport. */
@RequiresFuse
@RequiresRoot
final class NativeVolumePosixTest extends PosixTest {
  @TempDir private static Path temporary;

  @Override
  protected MountPoint mount(LowerTree lower) throws IOException {
    return new VolumeMountPoint("native", new NativeTransport(), temporary, lower, 100_000);
  }
}
