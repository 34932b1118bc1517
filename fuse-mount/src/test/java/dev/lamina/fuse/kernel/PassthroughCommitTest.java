package dev.lamina.fuse.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FileSystem;
import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountOptions;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileMapping;
import dev.lamina.linux.FileOpen;
import dev.lamina.store.VerifyOptions;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.Workspace;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Tree;
import dev.lamina.volume.TestStore;
import dev.lamina.volume.VolumeCommit;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commits of a volume that the kernel writes, or may write, by itself: what becomes an object is
 * never written again.
 */
@RequiresFuse
@RequiresRoot
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PassthroughCommitTest {
  private static final String OBJECT = "o".repeat(100_000);
  private static final int LENGTH = OBJECT.length();

  @TempDir Path directory;

  private TestStore store;
  private VolumeId id;
  private Path target;
  private Mount mount;

  @BeforeEach
  void mountVolume() throws IOException {
    store = new TestStore(directory.resolve("store"));
    target = Files.createDirectory(directory.resolve("mount"));
    id = store.volume(LowerTree.empty().file("object", OBJECT));
    mount = new NativeTransport().mount(store.open(id), target, MountOptions.defaults());
  }

  @AfterEach
  void noObjectWasWritten() throws IOException {
    mount.close();
    assertThat(store.store().verify(VerifyOptions.everything()).damages()).isEmpty();
    Path all = store.store().layout().objects();
    try (Stream<Path> objects = Files.walk(all)) {
      for (Path object : objects.filter(Files::isRegularFile).toList()) {
        String name = all.relativize(object).toString().replace("/", "");
        assertThat(Digest.sha256(Files.readAllBytes(object)).hex()).isEqualTo(name);
      }
    }
    store.close();
  }

  private Fd open(int flags) {
    return FileOpen.openat(Fd.CWD, target.resolve("object").toString().getBytes(UTF_8), flags);
  }

  private static void write(Fd file, String text) {
    FileIo.writeFully(file.value(), text.getBytes(UTF_8), 0, text.length(), 0);
  }

  private FileMapping mapping() {
    try (Fd file = open(FileOpen.O_RDWR)) {
      return FileMapping.shared(file.value(), 0, LENGTH, true);
    }
  }

  private static void store(FileMapping map, char first) {
    map.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) first);
  }

  /** Commits the volume so that it goes on on what was committed; the file in the new tree. */
  private String commit() {
    try (VolumeCommit commit = VolumeCommit.begin(store.store(), store.volumes(), id)) {
      Tree tree = commit.tree(commit.changes());
      boolean done =
          commit
              .writer()
              .commit(
                  transaction -> {
                    commit.inherit(transaction);
                    return true;
                  });
      assertThat(done).isTrue();
      commit.settle();
      try (FileSystem image = store.volumes().openTree(tree.digest())) {
        return new Workspace(image).text("object");
      }
    }
  }

  @Test
  void a_file_open_for_writing_is_committed_as_it_is_and_written_on() {
    try (Fd writer = open(FileOpen.O_RDWR);
        FileMapping map = mapping()) {
      write(writer, "first");
      assertThat(commit()).isEqualTo("first" + OBJECT.substring(5));
      write(writer, "later");
      store(map, 'L');
      assertThat(commit()).isEqualTo("Later" + OBJECT.substring(5));
      write(writer, "again");
    }
    assertThat(target.resolve("object")).hasContent("again" + OBJECT.substring(5));
  }

  @Test
  void a_mapping_that_is_still_writable_is_seen_at_a_commit_of_the_mounted_volume() {
    try (FileMapping map = mapping()) {
      store(map, '1');
      assertThat(commit()).startsWith("1ooo");
      store(map, '2');
      assertThat(commit()).startsWith("2ooo");
    }
    assertThat(commit()).startsWith("2ooo");
  }

  @Test
  void a_mapping_that_outlives_its_mount_is_seen_at_a_commit() throws IOException {
    try (FileMapping map = mapping();
        Fd writer = open(FileOpen.O_RDWR)) {
      store(map, '1');
      // The daemon stops: who has something mapped, or open, goes on with it.
      mount.close();
      write(writer, "2");
      assertThat(commit()).startsWith("2ooo");
      store(map, '3');
      write(writer, "45");
      assertThat(dataFiles()).isZero();
    }
    mount = new NativeTransport().mount(store.open(id), target, MountOptions.defaults());
    assertThat(Files.readString(target.resolve("object"))).startsWith("2ooo");
  }

  @Test
  void what_was_committed_by_a_link_is_not_written_through_the_kernel() throws IOException {
    try (Fd writer = open(FileOpen.O_RDWR)) {
      write(writer, "new");
    }
    mount.close();
    // The data file has become an object too, and what would have let go of it never came.
    try (VolumeCommit commit = VolumeCommit.begin(store.store(), store.volumes(), id)) {
      assertThat(commit.changes()).hasSize(1);
      commit.writer().flush();
      Digest digest = Digest.sha256(("new" + OBJECT.substring(3)).getBytes(UTF_8));
      Files.createLink(directory.resolve("kept"), store.store().layout().object(digest));
    }
    assertThat(links("kept")).isGreaterThan(1);
    mount = new NativeTransport().mount(store.open(id), target, MountOptions.defaults());
    try (Fd reader = open(FileOpen.O_RDONLY);
        Fd writer = open(FileOpen.O_RDWR)) {
      write(writer, "own");
      byte[] read = new byte[3];
      assertThat(FileIo.readFully(reader.value(), read, 0, 3, 0)).isEqualTo(3);
      assertThat(read).asString(UTF_8).isEqualTo("own");
    }
    assertThat(Files.readString(directory.resolve("kept"))).startsWith("newooo");
    assertThat(Files.readString(target.resolve("object"))).startsWith("ownooo");
  }

  private int links(String name) throws IOException {
    return (Integer) Files.getAttribute(directory.resolve(name), "unix:nlink");
  }

  private long dataFiles() throws IOException {
    try (Stream<Path> files = Files.list(store.store().layout().volumeData(id))) {
      return files.count();
    }
  }
}
