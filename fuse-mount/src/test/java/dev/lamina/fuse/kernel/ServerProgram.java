package dev.lamina.fuse.kernel;

import dev.lamina.fuse.MountOptions;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.MemoryFileSystem;
import java.nio.file.Path;
import java.time.InstantSource;

/** Mounts a small file system on a directory and serves it until it is killed. */
final class ServerProgram {
  private ServerProgram() {}

  public static void main(String[] arguments) throws InterruptedException {
    new NativeTransport()
        .mount(
            new MemoryFileSystem(LowerTree.empty().file("file", "content"), InstantSource.system()),
            Path.of(arguments[0]),
            MountOptions.defaults())
        .await();
  }
}
