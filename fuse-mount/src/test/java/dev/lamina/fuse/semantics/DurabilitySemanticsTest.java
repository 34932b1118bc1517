package dev.lamina.fuse.semantics;

import dev.lamina.fuse.MountOptions;
import dev.lamina.linux.Mounts;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.volume.TestStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** D.9: what lasts. */
final class DurabilitySemanticsTest extends SemanticsTest {
  private static final String OBJECT = "o".repeat(100_000);

  private static LowerTree lower() {
    return LowerTree.empty()
        .file("file", OBJECT)
        .file("doomed", "doomed")
        .directory("dir")
        .file("dir/deep", "deep");
  }

  @Test
  void D9_1_what_is_synced_is_on_disk_with_its_name() throws Exception {
    line("fsync and fdatasync bring a file's data to disk and then all records up to then, so also"
            + " the names; so does fsync of a directory. (The kernel passes sync(2) and syncfs(2)"
            + " on to no FUSE file system; what is dirty is synced within seconds, at a commit and"
            + " at an unmount.)")
        .over(lower())
        .same(
            "fsync and fdatasync of a new file, of one of a layer, of a directory",
            "done done done",
            u ->
                u.python(
                    """
                    put('new', 'x')
                    print(tried(os.fsync, os.open('new', os.O_RDWR)), tried(os.fdatasync, os.open('file', os.O_RDONLY)),
                          tried(os.fsync, os.open('dir', os.O_RDONLY)))
                    """))
        .alone(
            "what is done with the disk at fsync of a directory after a rename in it",
            "log synced",
            steps("os.rename('dir/deep', 'dir/x'); os.fsync(os.open('dir', os.O_RDONLY))"),
            "not watched")
        .alone(
            "at fsync of a new file",
            "log synced",
            steps("put('new', 'x'); os.fsync(os.open('new', os.O_RDWR))"),
            "not watched")
        .alone(
            "at unmount of a volume with a new file",
            "data synced, log synced",
            unmounted(),
            "not watched")
        .end();
  }

  private String steps(String program) throws Exception {
    return inVolume(
        store().volume(lower()),
        u -> {
          u.stat("dir");
          takenSteps().clear();
          u.python(program);
          return synced();
        });
  }

  private String unmounted() throws Exception {
    inVolume(
        store().volume(lower()),
        u -> {
          u.put("new", OBJECT);
          takenSteps().clear();
          return "";
        });
    return synced();
  }

  private String synced() {
    List<String> syncs = takenSteps().stream().filter(step -> step.endsWith(" synced")).toList();
    return syncs.isEmpty() ? "nothing" : String.join(", ", syncs);
  }

  @Test
  void D9_4_nothing_that_was_acknowledged_is_lost_with_the_server() throws Exception {
    line("The death of the process that serves a mount is no power cut: all that was answered is"
            + " there when it is mounted again. (That mounts outlive their daemon comes later.)")
        .alone(
            "the server of a volume is killed behind a write, a rename, a removal, chmod and a new"
                + " name",
            "all there",
            killed(),
            "not killed")
        .end();
  }

  private String killed() throws Exception {
    Path place = Files.createTempDirectory(directory(), "killed");
    Path target = Files.createDirectory(place.resolve("merged"));
    VolumeId id;
    try (TestStore own = new TestStore(place.resolve("store"))) {
      id = own.volume(lower());
    }
    Process server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-Djava.library.path=" + System.getProperty("java.library.path"),
                "-cp",
                System.getProperty("java.class.path"),
                VolumeServer.class.getName(),
                place.resolve("store").toString(),
                Long.toString(id.number()),
                target.toString())
            .redirectErrorStream(true)
            .start();
    try {
      awaitMount(target, server);
      changeAll(new User(new Served(target)));
    } finally {
      server.destroyForcibly();
      server.waitFor();
      Mounts.umount(target.toString().getBytes(StandardCharsets.UTF_8), Mounts.MNT_DETACH);
    }
    try (TestStore own = new TestStore(place.resolve("store"));
        Union union =
            new Lamina(own)
                .mount(
                    Files.createDirectory(place.resolve("again")), id, MountOptions.defaults())) {
      return changes(new User(union));
    }
  }

  private static void awaitMount(Path target, Process server) throws Exception {
    while (true) {
      try (Stream<Path> entries = Files.list(target)) {
        if (entries.findAny().isPresent()) {
          return;
        }
      }
      if (!server.isAlive()) {
        throw new IOException(
            new String(server.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      }
      Thread.sleep(50);
    }
  }

  private static void changeAll(User user) {
    user.append("file", "more");
    user.put("new", "new");
    user.rename("dir", "moved");
    user.unlink("doomed");
    user.chmod("moved/deep", 0600);
    user.link("new", "moved/link");
  }

  private static String changes(User user) {
    var seen = new TreeMap<String, Boolean>();
    seen.put("write", user.text("file").equals(OBJECT + "more"));
    seen.put("new file", user.text("new").equals("new"));
    seen.put("rename", !user.isThere("dir") && user.text("moved/deep").equals("deep"));
    seen.put("removal", !user.isThere("doomed"));
    seen.put("chmod", user.stat("moved/deep").permissions() == 0600);
    seen.put("link", user.stat("moved/link").links() == 2);
    seen.values().removeIf(there -> there);
    return seen.isEmpty() ? "all there" : "lost: " + seen.keySet();
  }

  /** A union that another process serves. */
  private record Served(Path path) implements Union {
    @Override
    public void remount() throws IOException {
      throw new IOException("another process has it");
    }

    @Override
    public int ownFiles() throws IOException {
      throw new IOException("another process has it");
    }

    @Override
    public boolean areLayersIntact() throws IOException {
      throw new IOException("another process has it");
    }

    @Override
    public void close() {}
  }
}
