package dev.lamina.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lamina.fs.Attributes;
import dev.lamina.fs.Caller;
import dev.lamina.fs.DirectoryListing;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.fs.NodeId;
import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.Handle;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.Workspace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a volume does beyond the contract of file systems: what it keeps, where, and for how long.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class VolumeTest {
  private static final byte[] LARGE = new byte[1 << 20];

  static {
    new Random(1).nextBytes(LARGE);
  }

  private static final LowerTree LOWER =
      LowerTree.empty()
          .directory("dir")
          .file("dir/one", "1")
          .file("dir/two", "22")
          .directory("dir/sub")
          .file("dir/sub/deep", "deep")
          .file("large", LARGE)
          .file("small", "small")
          .file("hard1", "hard")
          .hardLink("hard2", "hard1");

  private TestStore store;
  private Path root;

  @BeforeAll
  void openStore(@TempDir Path directory) {
    root = directory.resolve("store");
    store = new TestStore(root);
  }

  @AfterAll
  void closeStore() {
    store.close();
  }

  private Workspace open(VolumeId id) {
    return new Workspace(store.open(id));
  }

  private List<String> dataFiles(VolumeId id) {
    try (Stream<Path> files = Files.list(store.store().layout().volume(id).resolve("data"))) {
      return files.map(file -> file.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void fails(Errno errno, Runnable action) {
    assertThatExceptionOfType(FsException.class)
        .isThrownBy(action::run)
        .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
  }

  @Test
  void D3_1_attributes_and_names_copy_no_data() {
    VolumeId id = store.volume(LOWER);
    try (Workspace workspace = open(id)) {
      workspace.chmod("large", 0600);
      workspace.chown("large", 5, 6);
      workspace.utimes("large", 1, 2);
      workspace.setxattr("large", "user.a", new byte[1], 0);
      workspace.link("large", "dir/large");
      workspace.rename("large", "moved");
      workspace.open("moved", FileOpen.O_RDONLY).close();
      assertThat(dataFiles(id)).isEmpty();
      assertThat(workspace.read("moved")).isEqualTo(LARGE);
      workspace.open("moved", FileOpen.O_RDWR).close();
      assertThat(dataFiles(id)).hasSize(1);
      assertThat(workspace.attributes("dir/large").modifyTime).isEqualTo(2);
    }
  }

  @Test
  void D5_2_a_name_that_is_renamed_over_while_it_is_listed_is_listed() {
    VolumeId id = store.volume(LOWER);
    try (FileSystem fileSystem = store.open(id)) {
      Workspace workspace = new Workspace(fileSystem);
      workspace.file("new", "new");
      long replacing = workspace.inode("new");
      long directory = workspace.inode("dir");
      List<String> listed = new ArrayList<>();
      fileSystem.readdir(
          directory,
          2,
          new DirectoryListing() {
            @Override
            public boolean withAttributes() {
              return true;
            }

            @Override
            public boolean add(FileName name, long cookie, long inode, FileKind kind) {
              throw new AssertionError("asked for attributes, got none of " + name);
            }

            @Override
            public boolean add(FileName name, long cookie, Entry entry) {
              if (listed.isEmpty()) {
                workspace.rename("new", "dir/two");
              }
              listed.add(name + " " + entry.attributes.inode);
              return true;
            }
          });
      assertThat(listed).hasSize(3).last().isEqualTo("two " + replacing);
    }
  }

  @Test
  void D3_4_truncation_copies_only_what_stays() {
    VolumeId id = store.volume(LOWER);
    try (Workspace workspace = open(id)) {
      workspace.open("large", FileOpen.O_WRONLY | FileOpen.O_TRUNC).close();
      assertThat(workspace.attributes("large").size).isZero();
      workspace.truncate("small", 1L << 40);
      Attributes small = workspace.attributes("small");
      assertThat(small.size).isEqualTo(1L << 40);
      assertThat(small.blocks).isLessThan(100);
    }
    try (Workspace workspace = open(id)) {
      assertThat(workspace.attributes("large").size).isZero();
      assertThat(workspace.attributes("small").size).isEqualTo(1L << 40);
    }
  }

  @Test
  void D3_7_a_failed_copy_up_leaves_the_lower_view_and_no_litter() throws IOException {
    VolumeId id = store.volume(LOWER);
    try (Workspace workspace = open(id)) {
      Path object;
      try (Stream<Path> objects = Files.walk(store.store().layout().objects())) {
        object =
            objects
                .filter(Files::isRegularFile)
                .filter(file -> file.toFile().length() == LARGE.length)
                .findFirst()
                .orElseThrow();
      }
      long inode = workspace.inode("large");
      // Something that cannot be replaced by a file stands where the copy must go.
      Path inTheWay = store.store().layout().volume(id).resolve("data").resolve("" + inode);
      Files.createDirectory(inTheWay);
      assertThatExceptionOfType(FsException.class)
          .isThrownBy(() -> workspace.open("large", FileOpen.O_RDWR));
      Files.delete(inTheWay);
      assertThat(workspace.read("large")).isEqualTo(LARGE);
      assertThat(dataFiles(id)).isEmpty();
      try (Stream<Path> left = Files.list(store.store().layout().volume(id).resolve("tmp"))) {
        assertThat(left).isEmpty();
      }
      workspace.write("large", 0, "x");
      assertThat(workspace.read("large")[0]).isEqualTo((byte) 'x');
      assertThat(Files.readAllBytes(object)).isEqualTo(LARGE);
    }
  }

  @Test
  void D3_10_holes_stay_holes() {
    VolumeId id = store.volume(LOWER);
    try (Workspace workspace = open(id)) {
      try (Handle handle = workspace.create("sparse", 0644, FileOpen.O_RDWR)) {
        handle.write(1 << 30, "end");
      }
      assertThat(workspace.attributes("sparse").blocks).isLessThan(100);
      try (Handle handle = workspace.open("sparse", FileOpen.O_RDONLY)) {
        assertThat(handle.seekData(0)).isGreaterThan(1 << 29);
        assertThat(handle.seekHole(0)).isZero();
      }
    }
  }

  @Test
  void D4_1_numbers_of_removed_files_are_never_used_again() {
    VolumeId id = store.volume(LOWER);
    Set<Long> used = new HashSet<>();
    for (int mount = 0; mount < 3; mount++) {
      try (Workspace workspace = open(id)) {
        for (int i = 0; i < 5; i++) {
          workspace.file("new", "");
          assertThat(used.add(workspace.inode("new"))).isTrue();
          workspace.unlink("new");
        }
      }
    }
  }

  @Test
  void D4_1_every_incarnation_of_a_node_id_names_the_inode() {
    VolumeId id = store.volume(LOWER);
    try (Workspace workspace = open(id)) {
      Attributes attributes = new Attributes();
      workspace.at(
          "small",
          node -> {
            workspace.fileSystem().getattr(NodeId.of(node, 7), FileSystem.NO_HANDLE, attributes);
            return true;
          });
      assertThat(attributes.size).isEqualTo(5);
    }
  }

  @Test
  void D7_5_an_unlinked_file_goes_with_its_last_reference_or_at_the_next_opening() {
    VolumeId id = store.volume(LOWER);
    long left;
    Workspace workspace = open(id);
    Handle handle = workspace.open("small", FileOpen.O_RDWR);
    left = workspace.inode("small");
    workspace.unlink("small");
    handle.write(0, "still");
    assertThat(handle.text()).isEqualTo("still");
    abandon(id, (VolumeFileSystem) workspace.fileSystem());
    try (Workspace again = open(id)) {
      assertThat(dataFiles(id)).isEmpty();
      assertThat(again.names("")).doesNotContain("small");
      fails(Errno.ESTALE, () -> again.fileSystem().lookupNode(left, new Entry()));
    }
  }

  /** The daemon dies: nothing of what it would have done at the end happens. */
  private void abandon(VolumeId id, VolumeFileSystem fileSystem) {
    Crash.of(store.volumes(), id, fileSystem);
  }

  @Test
  void D9_4_what_was_acknowledged_survives_the_daemon() {
    VolumeId id = store.volume(LOWER);
    Workspace workspace = open(id);
    workspace.mkdir("made");
    workspace.file("made/file", "content");
    workspace.rename("dir", "made/dir");
    workspace.chmod("hard1", 0600);
    abandon(id, (VolumeFileSystem) workspace.fileSystem());
    try (Workspace again = open(id)) {
      assertThat(again.text("made/file")).isEqualTo("content");
      assertThat(again.text("made/dir/sub/deep")).isEqualTo("deep");
      assertThat(again.mode("hard2")).isEqualTo(0600);
      assertThat(again.names("")).doesNotContain("dir");
    }
  }

  @Test
  void D9_3_a_record_whose_data_was_lost_reads_as_empty() throws IOException {
    VolumeId id = store.volume(LOWER);
    long inode;
    try (Workspace workspace = open(id)) {
      workspace.write("small", 0, "changed");
      inode = workspace.inode("small");
    }
    Path data = store.store().layout().volume(id).resolve("data");
    Files.delete(data.resolve(Long.toString(inode)));
    Files.writeString(data.resolve("999999"), "nobody's");
    Files.writeString(store.store().layout().volume(id).resolve("tmp").resolve("7"), "half");
    try (Workspace workspace = open(id)) {
      assertThat(workspace.text("small")).isEmpty();
      assertThat(dataFiles(id)).containsExactly(Long.toString(inode));
      assertThat(store.store().layout().volume(id).resolve("tmp")).isEmptyDirectory();
    }
  }

  @Test
  void D5_1_a_directory_too_large_to_be_cached_is_listed_whole_and_in_parts() {
    LowerTree lower = LowerTree.empty().directory("many");
    Set<String> expected = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      lower = lower.file("many/base" + i, "");
      expected.add("base" + i);
    }
    VolumeId id = store.volume(lower);
    try (Workspace workspace = open(id)) {
      for (int i = 0; i < 300; i += 3) {
        workspace.unlink("many/base" + i);
        expected.remove("base" + i);
      }
      workspace.chmod("many/base1", 0600);
      workspace.rename("many/base2", "many/again");
      expected.remove("base2");
      expected.add("again");
      workspace.at(
          "many",
          node -> {
            for (int i = 0; i < DirectoryNames.MOST_CACHED; i++) {
              workspace
                  .fileSystem()
                  .mknod(Caller.ROOT, node, FileName.of("new" + i), 0100644, 0, new Entry());
              expected.add("new" + i);
            }
            return true;
          });
      assertListed(workspace, expected);
      workspace.unlink("many/new77");
      workspace.rename("many/new78", "many/base0");
      expected.removeAll(List.of("new77", "new78"));
      expected.add("base0");
      assertListed(workspace, expected);
      assertThat(workspace.exists("many/base3")).isFalse();
      assertThat(workspace.exists("many/new9999")).isTrue();
      fails(Errno.ENOTEMPTY, () -> workspace.rmdir("many"));
    }
    try (Workspace workspace = open(id)) {
      assertListed(workspace, expected);
    }
  }

  private static void assertListed(Workspace workspace, Set<String> expected) {
    assertThat(workspace.names("many")).hasSameSizeAs(expected).hasSameElementsAs(expected);
    List<String> inParts = new ArrayList<>();
    workspace.at(
        "many",
        node -> {
          List<Workspace.Listed> part = workspace.listNode(node, 0, 777);
          while (!part.isEmpty()) {
            part.forEach(entry -> inParts.add(entry.name()));
            part = workspace.listNode(node, part.getLast().cookie(), 777);
          }
          return true;
        });
    inParts.removeAll(List.of(".", ".."));
    assertThat(inParts).hasSameSizeAs(expected).hasSameElementsAs(expected);
  }

  @Test
  void D8_3_reading_moves_no_access_time_below_and_as_relatime_above() {
    VolumeId id = store.volume(LOWER);
    try (Workspace workspace = open(id)) {
      long below = workspace.attributes("small").accessTime;
      workspace.read("small");
      assertThat(workspace.attributes("small").accessTime).isEqualTo(below);
      workspace.utimes("small", 1, 2);
      workspace.read("small");
      long first = workspace.attributes("small").accessTime;
      assertThat(first).isGreaterThan(2);
      workspace.read("small");
      assertThat(workspace.attributes("small").accessTime).isEqualTo(first);
    }
  }

  @Test
  void an_image_is_read_and_never_written() {
    try (Workspace image = new Workspace(store.image(LOWER))) {
      assertThat(image.read("large")).isEqualTo(LARGE);
      assertThat(image.text("dir/sub/deep")).isEqualTo("deep");
      assertThat(image.names("dir")).containsExactlyInAnyOrder("one", "two", "sub");
      fails(Errno.EROFS, () -> image.mkdir("x"));
      fails(Errno.EROFS, () -> image.unlink("small"));
      fails(Errno.EROFS, () -> image.chmod("small", 0600));
      fails(Errno.EROFS, () -> image.open("small", FileOpen.O_RDWR));
      fails(Errno.EROFS, () -> image.open("small", FileOpen.O_RDONLY | FileOpen.O_TRUNC));
      fails(Errno.EROFS, () -> image.rename("small", "x"));
      fails(Errno.EROFS, () -> image.setxattr("small", "user.a", new byte[1], 0));
      fails(Errno.EROFS, () -> image.create("x", 0644, FileOpen.O_RDWR));
      assertThat(image.fileSystem().statfs().freeBlocks()).isZero();
    }
  }

  @Test
  void a_label_that_cannot_be_is_not_supported_and_one_that_is_there_is_told() {
    VolumeId id = store.volume(LOWER);
    try (Workspace workspace = open(id)) {
      fails(Errno.EOPNOTSUPP, () -> workspace.getxattr("small", "security.selinux"));
      fails(Errno.ENODATA, () -> workspace.getxattr("small", "security.other"));
      workspace.setxattr("small", "security.selinux", new byte[] {1}, 0);
      assertThat(workspace.getxattr("small", "security.selinux")).containsExactly(1);
    }
  }

  @Test
  void a_volume_has_one_user_at_a_time_and_says_who() {
    VolumeId id = store.volume(LOWER);
    try (Workspace workspace = new Workspace(store.volumes().open(id, "mounted on /mnt"))) {
      assertThat(workspace.names("")).contains("small");
      assertThatExceptionOfType(VolumeException.class)
          .isThrownBy(() -> store.open(id))
          .withMessageContaining("mounted on /mnt");
      assertThatExceptionOfType(VolumeException.class)
          .isThrownBy(() -> store.volumes().remove(id))
          .withMessageContaining("mounted on /mnt");
    }
    open(id).close();
  }

  @Test
  void a_removed_volume_leaves_nothing() {
    VolumeId id = store.volume(LOWER);
    try (Workspace workspace = open(id)) {
      workspace.write("large", 5, "x");
      workspace.mkdir("d");
    }
    assertThat(store.volumes().usage(id).bytes()).isGreaterThanOrEqualTo(LARGE.length);
    assertThat(store.volumes().usage(id).inodes()).isEqualTo(3);
    store.volumes().remove(id);
    assertThat(store.volumes().list()).doesNotContainKey(id);
    assertThat(store.store().layout().volume(id)).doesNotExist();
    try (Delta delta = RocksDelta.of(store.store().state().database(), id.number())) {
      delta.inodes((inode, row) -> assertThat(row).as("inode " + inode).isNull());
      delta.allNames((directory, name, row) -> assertThat(row).as(name.toString()).isNull());
    }
    assertThatExceptionOfType(VolumeException.class)
        .isThrownBy(() -> store.open(id))
        .withMessageContaining("no volume " + id);
  }
}
