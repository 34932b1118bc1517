package dev.lamina.fuse.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountOptions;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Mounts;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.volume.TestStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What containers bind over files of a mount stays there, whatever is done beside, above and
 * beneath it: the kernel silently drops such a bind as soon as it believes that the entry beneath
 * is another.
 */
@RequiresFuse
@RequiresRoot
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class BindsTest {
  private static final String OBJECT = "o".repeat(100_000);

  @TempDir Path directory;

  private final List<Path> bound = new ArrayList<>();
  private TestStore store;
  private Path target;
  private Path outside;
  private Mount mount;

  @BeforeEach
  void bindOverFiles() throws IOException {
    store = new TestStore(directory.resolve("store"));
    target = Files.createDirectory(directory.resolve("mount"));
    outside = Files.writeString(directory.resolve("outside"), "bound");
    VolumeId id =
        store.volume(
            LowerTree.empty()
                .directory("etc")
                .file("etc/hosts", OBJECT)
                .hardLink("etc/hosts.link", "etc/hosts")
                .file("etc/inline", "inline")
                .file("etc/own", "own")
                .file("etc/beside", OBJECT)
                .directory("etc/dir"));
    mount = new NativeTransport().mount(store.open(id), target, MountOptions.defaults());
    Files.writeString(target.resolve("etc/own"), OBJECT);
    bind(outside, "etc/hosts");
    bind(outside, "etc/inline");
    bind(outside, "etc/own");
    bind(Files.createDirectory(directory.resolve("other")), "etc/dir");
    Files.createFile(directory.resolve("other/bound"));
  }

  private void bind(Path source, String over) {
    Path place = target.resolve(over);
    Mounts.mount(bytes(source), bytes(place), "none", Mounts.MS_BIND, new byte[0]);
    bound.add(place);
  }

  @AfterEach
  void close() {
    try {
      bound.reversed().forEach(place -> Mounts.umount(bytes(place), Mounts.MNT_DETACH));
    } finally {
      mount.close();
      store.close();
    }
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(UTF_8);
  }

  private byte[] path(String path) {
    return bytes(target.resolve(path));
  }

  private void expectBound(String after) throws IOException {
    for (String path : List.of("etc/hosts", "etc/inline", "etc/own")) {
      assertThat(Files.readString(target.resolve(path))).as(path + after).isEqualTo("bound");
    }
    assertThat(target.resolve("etc/dir/bound")).as(after).exists();
  }

  private static void expect(Errno errno, Runnable action) {
    try {
      action.run();
      throw new AssertionError("it should have failed with " + errno);
    } catch (LinuxException e) {
      assertThat(e.errno()).isEqualTo(errno);
    }
  }

  private void list() throws IOException {
    for (int i = 0; i < 2; i++) {
      try (Stream<Path> all = Files.walk(target)) {
        for (Path path : all.toList()) {
          assertThat(Files.readAttributes(path, "unix:*", java.nio.file.LinkOption.NOFOLLOW_LINKS))
              .isNotEmpty();
        }
      }
    }
  }

  @Test
  void what_is_done_to_names_keeps_what_is_bound_over_them() throws IOException {
    list();
    expectBound(" listed");
    // Each of these makes the kernel look the name up again.
    for (String name : List.of("etc/hosts", "etc/inline", "etc/own", "etc/dir")) {
      expect(Errno.EEXIST, () -> FileNames.mkdirat(Fd.CWD, path(name), 0755));
      expect(Errno.EEXIST, () -> FileNames.symlinkat(path("x"), Fd.CWD, path(name)));
      expect(Errno.EEXIST, () -> FileNames.mknodat(Fd.CWD, path(name), 0100644, 0));
    }
    expectBound(" made again");
    expect(Errno.EBUSY, () -> FileNames.unlinkat(Fd.CWD, path("etc/hosts"), 0));
    expect(
        Errno.EBUSY,
        () -> FileNames.renameat(Fd.CWD, path("etc/beside"), Fd.CWD, path("etc/hosts")));
    expectBound(" replaced");
    FileNames.renameat(Fd.CWD, path("etc/beside"), Fd.CWD, path("etc/moved"));
    FileNames.renameat(Fd.CWD, path("etc/moved"), Fd.CWD, path("etc/beside"));
    Files.createFile(target.resolve("etc/new"));
    Files.delete(target.resolve("etc/new"));
    FileNames.renameat(Fd.CWD, path("etc"), Fd.CWD, path("renamed"));
    FileNames.renameat(Fd.CWD, path("renamed"), Fd.CWD, path("etc"));
    dropCaches();
    list();
    expectBound(" all of it");
  }

  @Test
  void what_is_done_to_the_file_beneath_keeps_what_is_bound_over_it() throws IOException {
    Path link = target.resolve("etc/hosts.link");
    FileAttributes.fchmodat(Fd.CWD, bytes(link), 0600);
    FileAttributes.utimensat(Fd.CWD, bytes(link), 1, 2, 0);
    expectBound(" attributes");
    // Nobody reads the object, so the file goes on under its node id.
    Files.writeString(link, "new", StandardOpenOption.WRITE);
    try (Fd reader = open("etc/hosts.link", FileOpen.O_RDONLY)) {
      Files.writeString(link, "again", StandardOpenOption.WRITE);
      list();
      expectBound(" written");
      assertThat(reader.isOpen()).isTrue();
    }
    Files.delete(link);
    Files.createFile(link);
    dropCaches();
    list();
    expectBound(" unlinked");
  }

  @Test
  void a_file_beside_that_is_retired_keeps_what_is_bound() throws IOException {
    try (Fd reader = open("etc/beside", FileOpen.O_RDONLY)) {
      Files.writeString(target.resolve("etc/beside"), "new");
      FileAttributes.fchmod(reader.value(), 0600);
      list();
      expectBound(" retired beside");
    }
    list();
    expectBound(" forgotten beside");
  }

  @Test
  void a_listing_does_not_drop_what_is_bound_over_a_retired_node() throws IOException {
    try (Fd reader = open("etc/hosts.link", FileOpen.O_RDONLY)) {
      Files.writeString(target.resolve("etc/hosts.link"), "new");
      list();
      expectBound(" retired");
      assertThat(reader.isOpen()).isTrue();
    }
  }

  /** As the engines do it with a container's /etc/hosts. */
  @Test
  void a_bind_of_a_file_shows_what_is_written_by_its_name_once_its_readers_are_gone()
      throws IOException {
    Path place = Files.createFile(directory.resolve("place"));
    Path beside = target.resolve("etc/beside");
    Mounts.mount(bytes(beside), bytes(place), "none", Mounts.MS_BIND, new byte[0]);
    try {
      try (Fd reader = FileOpen.openat(Fd.CWD, bytes(place), FileOpen.O_RDONLY)) {
        Files.writeString(beside, "new");
        expect(
            Errno.ESTALE, () -> FileOpen.openat(Fd.CWD, bytes(place), FileOpen.O_RDONLY).close());
        assertThat(reader.isOpen()).isTrue();
      }
      assertThat(Files.readString(place)).isEqualTo("new");
      Files.writeString(place, "by the bind", StandardOpenOption.APPEND);
      assertThat(Files.readString(beside)).isEqualTo("newby the bind");
      Files.writeString(beside, "by name");
      assertThat(Files.readString(place)).isEqualTo("by name");
      list();
      expectBound(" beside a bind");
    } finally {
      Mounts.umount(bytes(place), Mounts.MNT_DETACH);
    }
  }

  private Fd open(String name, int flags) {
    return FileOpen.openat(Fd.CWD, path(name), flags);
  }

  private static void dropCaches() throws IOException {
    Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "2");
  }
}
