package dev.lamina.testing.posix;

import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.LowerTree;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The suite on a directory of any file system: {@code -Dlamina.posix.directory=/mnt/x}. Differences
 * are those of {@code -Dlamina.posix.subject=NAME}, or none.
 */
@RequiresRoot
@EnabledIfSystemProperty(named = "lamina.posix.directory", matches = ".+")
final class PosixOnDirectoryTest extends PosixTest {
  @Override
  protected MountPoint mount(LowerTree lower) throws IOException {
    Path directory = Path.of(System.getProperty("lamina.posix.directory", ""));
    String subject = System.getProperty("lamina.posix.subject", "directory");
    return new PlainDirectory(subject, directory, lower);
  }
}
