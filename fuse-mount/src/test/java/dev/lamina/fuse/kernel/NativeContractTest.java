package dev.lamina.fuse.kernel;

import static java.util.Objects.requireNonNull;

import dev.lamina.fs.FileSystem;
import dev.lamina.fuse.Interceptor;
import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountOptions;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.Capability;
import dev.lamina.testing.fs.FileSystemContractTest;
import dev.lamina.testing.fs.KernelFileSystem;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.MemoryFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.IdentityHashMap;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The contract, asked of the model through a mount: what the transport adds must not show. */
@RequiresFuse
@RequiresRoot
@Timeout(60)
final class NativeContractTest extends FileSystemContractTest {
  @TempDir private Path temporary;

  private final IdentityHashMap<FileSystem, MemoryFileSystem> served = new IdentityHashMap<>();

  @Override
  protected FileSystem fileSystem(LowerTree lower) throws IOException {
    return mounted(new MemoryFileSystem(lower, InstantSource.system()));
  }

  @Override
  protected FileSystem remount(FileSystem fileSystem) throws IOException {
    MemoryFileSystem model = requireNonNull(served.get(fileSystem));
    fileSystem.close();
    return mounted(model.remounted());
  }

  private FileSystem mounted(MemoryFileSystem model) throws IOException {
    Path directory = Files.createTempDirectory(temporary, "mount");
    MountOptions options = MountOptions.defaults().forAllUsers();
    Mount mount = new NativeTransport().mount(model, directory, options);
    FileSystem through =
        Interceptor.of(new KernelFileSystem(directory), operation -> {}, mount::close);
    served.put(through, model);
    return through;
  }

  @Override
  public Map<Capability, String> lacking() {
    return KernelLimits.lacking();
  }
}
