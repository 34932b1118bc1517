package dev.lamina.fuse.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountOptions;
import dev.lamina.linux.Mounts;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.FileTree;
import dev.lamina.testing.fs.KernelFileSystem;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.TreeLoader;
import dev.lamina.testing.fs.Workspace;
import dev.lamina.volume.TestStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The same layers twice: as a volume that is mounted, and merged by the kernel's overlayfs. What a
 * program is told in one it must be told in the other.
 */
final class OverlayTwin implements AutoCloseable {
  private final TestStore store;
  private final VolumeId id;
  private final Path overlay;
  private final Path volume;
  private Mount mount;

  /**
   * Mounts both.
   *
   * @param layers the lowest first; those above it may hold whiteouts and opaque directories in the
   *     form that overlayfs has them
   */
  OverlayTwin(TestStore store, Path directory, List<LowerTree> layers) throws IOException {
    this.store = store;
    this.id = store.volume(layers);
    this.volume = Files.createDirectory(directory.resolve("volume"));
    this.overlay = Files.createDirectory(directory.resolve("overlay"));
    mountOverlay(directory, layers);
    this.mount = mountVolume();
  }

  private void mountOverlay(Path directory, List<LowerTree> layers) throws IOException {
    for (int i = 0; i < layers.size(); i++) {
      Path layer = Files.createDirectory(directory.resolve("layer" + i));
      try (Workspace below = new Workspace(new KernelFileSystem(layer))) {
        TreeLoader.load(layers.get(i), below);
      }
    }
    Path upper = Files.createDirectory(directory.resolve("upper"));
    Path work = Files.createDirectory(directory.resolve("work"));
    // The root shows the attributes of its topmost contributor.
    long time = layers.getLast().node(List.of()).modifyTime();
    try (Workspace above = new Workspace(new KernelFileSystem(upper))) {
      above.utimes("", time, time);
    }
    String lower =
        IntStream.range(0, layers.size())
            .mapToObj(i -> directory.resolve("layer" + (layers.size() - 1 - i)).toString())
            .collect(Collectors.joining(":"));
    String options =
        "lowerdir=" + lower + ",upperdir=" + upper + ",workdir=" + work + ",redirect_dir=on";
    Mounts.mount(bytes("overlay"), bytes(overlay), "overlay", 0, bytes(options + ",index=on"));
  }

  private Mount mountVolume() {
    MountOptions options = MountOptions.defaults().forAllUsers();
    return new NativeTransport().mount(store.open(id), volume, options);
  }

  /** Mounts the volume anew. */
  void remount() {
    mount.close();
    mount = mountVolume();
  }

  /** Where the volume is mounted. */
  Path volume() {
    return volume;
  }

  /** The volume's mount. */
  Mount mount() {
    return mount;
  }

  /**
   * Runs a shell script with the root as its directory, in both.
   *
   * @return what it wrote, which is the same in both
   */
  String run(String script) throws IOException, InterruptedException {
    String expected = run(script, overlay);
    assertThat(run(script, volume)).as("%s", script).isEqualTo(expected);
    return expected;
  }

  /** Checks that both hold the same: names, attributes and content. */
  void expectSameTree() {
    var here = FileTree.describe(volume);
    var there = FileTree.describe(overlay);
    assertThat(FileTree.differences("volume", here, "overlay", there)).isEmpty();
  }

  /** Runs a shell script in a directory. */
  static String run(String script, Path directory) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-c", script)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String written = new String(process.getInputStream().readAllBytes(), UTF_8);
    return written + "exit " + process.waitFor();
  }

  private static byte[] bytes(Object text) {
    return text.toString().getBytes(UTF_8);
  }

  @Override
  public void close() {
    try {
      mount.close();
    } finally {
      Mounts.umount(bytes(overlay), Mounts.UMOUNT_NOFOLLOW);
    }
  }
}
