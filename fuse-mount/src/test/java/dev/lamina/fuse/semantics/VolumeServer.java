package dev.lamina.fuse.semantics;

import dev.lamina.fuse.MountOptions;
import dev.lamina.fuse.kernel.NativeTransport;
import dev.lamina.store.VolumeId;
import dev.lamina.volume.TestStore;
import java.nio.file.Path;

/** Serves a volume until it is killed: STORE VOLUME TARGET. */
final class VolumeServer {
  private VolumeServer() {}

  public static void main(String[] arguments) throws InterruptedException {
    TestStore store = new TestStore(Path.of(arguments[0]));
    new NativeTransport()
        .mount(
            store.open(new VolumeId(Long.parseLong(arguments[1]))),
            Path.of(arguments[2]),
            MountOptions.defaults().forAllUsers())
        .await();
  }
}
