package dev.lamina.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.archive.TarBytes;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import dev.lamina.fuse.Mount;
import dev.lamina.fuse.StaleMounts;
import dev.lamina.store.Store;
import dev.lamina.store.VerifyOptions;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.TreeView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The daemon is killed at random moments, again and again, while it imports and while a client
 * writes through a mount: what was acknowledged is there, and the rest is reclaimed. The property
 * {@code lamina.kill.rounds} says how often, {@code lamina.kill.seed} when.
 */
@RequiresFuse
@RequiresRoot
final class KilledDaemonTest {
  private static final int ROUNDS = Integer.getInteger("lamina.kill.rounds", 5);
  private static final int LONGEST_MS = 1200;
  private static final int LAYERS = 3;

  private final Random random = new Random(Long.getLong("lamina.kill.seed", 7));
  @TempDir private Path directory;
  private Path store;
  private Path mount;

  @BeforeEach
  void prepare() throws IOException {
    store = directory.resolve("store");
    mount = Files.createDirectory(directory.resolve("mnt")).toRealPath();
  }

  @AfterEach
  void clear() {
    StaleMounts.clear(mount);
  }

  private DaemonProcess start() throws IOException {
    return DaemonProcess.start(store, directory.resolve("socket"));
  }

  /** Kills it in a while, on a thread of its own. */
  private Thread killLater(DaemonProcess daemon) {
    int wait = random.nextInt(LONGEST_MS);
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                TimeUnit.MILLISECONDS.sleep(wait);
                daemon.kill();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private static Request.Import importOf(String source, String name) {
    return new Request.Import(
        source, Optional.of(name), Optional.empty(), false, Request.ImportLimits.DEFAULTS);
  }

  private String image(int number) throws IOException {
    List<byte[]> layers = new ArrayList<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      // The lowest is every image's, the others its own.
      long seed = layer == 0 ? 0 : number * 10L + layer;
      TarBytes tar = new TarBytes().directory("layer" + layer);
      for (int i = 0; i < 40; i++) {
        byte[] content = SmallImage.bytes(seed * 100 + i, i % 2 == 0 ? 700 : 9000);
        SmallImage.add(tar, "layer" + layer + "/file" + i, content);
      }
      layers.add(tar.end());
    }
    return SmallImage.write(directory.resolve("image.tar"), layers);
  }

  private static void requireSound(Store opened) throws IOException {
    assertThat(opened.verify(VerifyOptions.everything()).damages()).isEmpty();
    opened.collect();
    assertThat(opened.usage().unreferencedBytes()).isZero();
    assertThat(opened.collect().objects()).isZero();
    assertThat(opened.verify(VerifyOptions.everything()).damages()).isEmpty();
    assertThat(opened.layout().temporaries()).isEmptyDirectory();
    assertThat(opened.state().leases()).isEmpty();
  }

  @Test
  void killed_while_it_imports() throws Exception {
    Set<String> acknowledged = new HashSet<>();
    int number = 0;
    int present = 0;
    for (int round = 0; round < ROUNDS; round++) {
      DaemonProcess daemon = start();
      Thread killer = killLater(daemon);
      try {
        while (true) {
          number++;
          String name = "image:" + number;
          daemon.ask(importOf(image(number), name));
          acknowledged.add(name);
        }
      } catch (IOException | ControlException e) {
        killer.join();
      } finally {
        daemon.kill();
      }
      try (MountedStore opened = new MountedStore(store)) {
        Set<String> names = opened.store().state().images().keySet();
        assertThat(names).containsAll(acknowledged);
        // The daemon may have done what it could no longer say.
        assertThat(names.size() - present).isBetween(0, acknowledged.size() - present + 1);
        acknowledged.addAll(names);
        present = names.size();
        requireSound(opened.store());
        for (String name : names) {
          TreeView tree = TreeView.open(opened.store().directories(), opened.tree(name).digest());
          assertThat(tree.positions()).isEqualTo(1 + LAYERS * 41L);
          assertThat(tree.walk(TreePath.parse("layer2/file39"))).isPositive();
        }
      }
    }
    assertThat(number).isGreaterThan(ROUNDS / 2);
  }

  @Test
  void killed_while_a_client_writes() throws Exception {
    DaemonProcess first = start();
    first.ask(importOf(image(1), "base:1"));
    first.kill();
    WritingClient client = new WritingClient(mount, random.nextLong());
    long done = 0;
    for (int round = 0; round < ROUNDS; round++) {
      DaemonProcess daemon = start();
      try {
        daemon.ask(
            new Request.MountRequest(
                round == 0 ? "base:1" : "work",
                mount.toString(),
                round == 0 ? Optional.of("work") : Optional.empty(),
                List.of(),
                "native",
                false));
        Thread killer = killLater(daemon);
        done += client.writeUntilItFails();
        killer.join();
      } finally {
        daemon.kill();
        assertThat(StaleMounts.clear(mount)).isEqualTo(StaleMounts.Found.CLEARED);
      }
      requireWritten(client);
    }
    assertThat(done).isGreaterThan(10L * ROUNDS);
  }

  private void requireWritten(WritingClient client) throws IOException {
    try (MountedStore opened = new MountedStore(store)) {
      VolumeId id = opened.volumes().list().firstKey();
      long files;
      try (Mount again = opened.mountVolume(id, mount)) {
        assertThat(again.isMounted()).isTrue();
        client.check();
        files = client.files();
      }
      // What the kill left of unfinished files, and of deleted ones, is gone.
      try (Stream<Path> data = Files.list(opened.store().layout().volumeData(id))) {
        assertThat(data.count()).isEqualTo(files);
      }
      requireSound(opened.store());
    }
  }
}
