package dev.lamina.testing.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.DirectoryListing;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.linux.Errno;
import dev.lamina.linux.FileOpen;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Directories and their listing: D.5. */
interface ListingContract extends ContractSubject {
  /** How many names the larger directories have. */
  int MANY = 300;

  private static LowerTree manyFiles() {
    LowerTree lower = LowerTree.empty().directory("many");
    for (int i = 0; i < MANY; i++) {
      lower = lower.file("many/lower" + i, "");
    }
    return lower;
  }

  @Test
  default void D5_1_every_visible_name_is_listed_once_with_its_kind() {
    Workspace workspace = workspace();
    workspace.unlink("file");
    workspace.file("new", "");
    workspace.unlink("twin");
    workspace.mkdir("twin");
    workspace.rename("link", "moved");
    workspace.rename("void", "hard1");
    workspace.symlink("void", "again");

    Map<String, FileKind> expected = new HashMap<>();
    for (String directory : new String[] {"dir", "empty", "public", "twin"}) {
      expected.put(directory, FileKind.DIRECTORY);
    }
    for (String file : new String[] {"new", "hard1", "hard2"}) {
      expected.put(file, FileKind.REGULAR);
    }
    expected.put("moved", FileKind.SYMLINK);
    expected.put("void", FileKind.SYMLINK);
    expected.put("fifo", FileKind.FIFO);
    expected.put("socket", FileKind.SOCKET);
    expected.put("null", FileKind.CHARACTER_DEVICE);
    expectListing(workspace, expected);
    expectListing(remount(workspace), expected);
  }

  private static void expectListing(Workspace workspace, Map<String, FileKind> expected) {
    List<Workspace.Listed> listed = workspace.list("");
    assertThat(listed).extracting(Workspace.Listed::name).contains(".", "..");
    List<Workspace.Listed> entries =
        listed.stream().filter(entry -> !entry.name().startsWith(".")).toList();
    assertThat(entries).hasSize(listed.size() - 2);
    assertThat(entries)
        .extracting(Workspace.Listed::name)
        .containsExactlyInAnyOrderElementsOf(expected.keySet());
    for (Workspace.Listed entry : entries) {
      assertThat(entry.kind()).as(entry.name()).isEqualTo(expected.get(entry.name()));
    }
  }

  @Test
  default void D5_2_a_listing_goes_on_behind_any_cookie() {
    requires(Capability.STATELESS_COOKIES);
    Workspace workspace = workspace(manyFiles());
    for (int i = 0; i < MANY; i += 3) {
      workspace.unlink("many/lower" + i);
      workspace.file("many/upper" + i, "");
    }
    workspace.at(
        "many",
        node -> {
          List<Workspace.Listed> all = workspace.listNode(node, 0, Integer.MAX_VALUE);
          assertThat(all).hasSize(MANY + 2);
          assertThat(all).extracting(Workspace.Listed::cookie).doesNotContain(0L);
          for (int i = 0; i < all.size(); i += 7) {
            List<Workspace.Listed> rest =
                workspace.listNode(node, all.get(i).cookie(), Integer.MAX_VALUE);
            assertThat(rest).isEqualTo(all.subList(i + 1, all.size()));
          }
          assertThat(workspace.listNode(node, 0, Integer.MAX_VALUE)).isEqualTo(all);
          return true;
        });
  }

  @Test
  default void D5_2_entries_present_throughout_are_listed_once_under_change() {
    requires(Capability.STATELESS_COOKIES);
    Workspace workspace = workspace(manyFiles().directory("other"));
    IntStream.range(0, MANY).forEach(i -> workspace.file("many/upper" + i, ""));
    Map<String, Integer> seen = new HashMap<>();
    workspace.at(
        "many",
        node -> {
          long cookie = 0;
          for (int round = 0; ; round++) {
            List<Workspace.Listed> part = workspace.listNode(node, cookie, 7);
            if (part.isEmpty()) {
              return true;
            }
            part.forEach(entry -> seen.merge(entry.name(), 1, Integer::sum));
            cookie = part.getLast().cookie();
            disturb(workspace, round);
          }
        });
    for (int i = 0; i < MANY; i++) {
      if (i % 5 != 0) {
        assertThat(seen).containsEntry("lower" + i, 1).containsEntry("upper" + i, 1);
      }
    }
  }

  /** Removes, makes, moves and replaces names whose number is a multiple of five. */
  private static void disturb(Workspace workspace, int round) {
    String lower = "many/lower" + round * 5 % MANY;
    String upper = "many/upper" + (MANY - 5 - round * 5 % MANY);
    String created = "many/created" + round;
    workspace.file(created, "");
    if (workspace.exists(lower)) {
      workspace.unlink(lower);
    } else {
      workspace.file(lower, "again");
    }
    if (workspace.exists(upper)) {
      workspace.rename(upper, "other/moved" + round);
    }
    workspace.rename(created, "many/renamed" + round % 3);
  }

  @Test
  default void D5_2_a_listing_goes_on_where_its_last_entry_was_removed() {
    requires(Capability.STATELESS_COOKIES);
    Workspace workspace = workspace(manyFiles());
    IntStream.range(0, 20).forEach(i -> workspace.file("many/upper" + i, ""));
    List<String> seen = new ArrayList<>();
    workspace.at(
        "many",
        node -> {
          long cookie = 0;
          List<Workspace.Listed> part = workspace.listNode(node, cookie, 1);
          while (!part.isEmpty()) {
            Workspace.Listed entry = part.getFirst();
            cookie = entry.cookie();
            if (!entry.name().startsWith(".")) {
              seen.add(entry.name());
              workspace.unlink("many/" + entry.name());
            }
            part = workspace.listNode(node, cookie, 1);
          }
          return true;
        });
    assertThat(seen).hasSize(MANY + 20).doesNotHaveDuplicates();
    assertThat(workspace.names("many")).isEmpty();
    workspace.rmdir("many");
  }

  @Test
  default void D5_3_a_listing_with_attributes_has_the_same_numbers() {
    Workspace workspace = workspace();
    workspace.file("dir/new", "new");
    workspace.write("dir/one", 0, "one");
    FileSystem fileSystem = workspace.fileSystem();
    Map<String, Entry> entries = new HashMap<>();
    workspace.at(
        "dir",
        node -> {
          fileSystem.readdir(node, 0, new AttributeCollector(entries));
          return true;
        });
    assertThat(entries).containsOnlyKeys("one", "two", "new", "sub", "hard3");
    assertThat(entries.get("one")).extracting(entry -> entry.attributes.size).isEqualTo(3L);
    assertThat(entries.get("hard3")).extracting(entry -> entry.attributes.links).isEqualTo(3);
    for (Workspace.Listed listed : workspace.list("dir")) {
      Entry entry = entries.get(listed.name());
      if (entry != null) {
        assertThat(entry.attributes.inode).isEqualTo(listed.inode());
        fileSystem.forget(entry.node, 1);
      }
    }
  }

  /** Keeps copies of all entries. */
  final class AttributeCollector implements DirectoryListing {
    private final Map<String, Entry> entries;

    AttributeCollector(Map<String, Entry> entries) {
      this.entries = entries;
    }

    @Override
    public boolean withAttributes() {
      return true;
    }

    @Override
    public boolean add(FileName name, long cookie, long inode, FileKind kind) {
      assertThat(name.toString()).isIn(".", "..");
      return true;
    }

    @Override
    public boolean add(FileName name, long cookie, Entry entry) {
      Entry copy = new Entry();
      copy.node = entry.node;
      copy.attributes.copyFrom(entry.attributes);
      assertThat(entries.put(name.toString(), copy)).isNull();
      return true;
    }
  }

  @Test
  default void D5_4_a_lower_directory_has_one_link() {
    requires(Capability.CONSTANT_DIRECTORY_LINKS);
    Workspace workspace = workspace();
    workspace.mkdir("new");
    workspace.mkdir("dir/new");
    workspace.rmdir("dir/new");
    workspace.rename("empty", "dir/moved");
    for (String directory : new String[] {"", "dir", "dir/sub", "dir/moved"}) {
      assertThat(workspace.attributes(directory).links).as(directory).isEqualTo(1);
    }
  }

  @Test
  default void D5_4_a_directory_made_here_counts_the_directories_in_it() {
    Workspace workspace = workspace();
    workspace.mkdir("a");
    workspace.mkdir("a/one");
    workspace.mkdir("a/two");
    workspace.create("a/file", 0644, FileOpen.O_RDWR).close();
    workspace.mkdir("b");
    assertThat(links(workspace, "a", "a/one", "b")).containsExactly(4, 2, 2);
    workspace.rename("a/one", "a/uno");
    assertThat(links(workspace, "a", "a/uno")).containsExactly(4, 2);
    workspace.rename("a/uno", "b/uno");
    assertThat(links(workspace, "a", "b", "b/uno")).containsExactly(3, 3, 2);
    workspace.rename("a/two", "b/uno");
    assertThat(links(workspace, "a", "b", "b/uno")).containsExactly(2, 3, 2);
    workspace.mkdir("b/due");
    workspace.rename("b/due", "b/uno");
    assertThat(links(workspace, "b", "b/uno")).containsExactly(3, 2);
    Workspace again = remount(workspace);
    assertThat(links(again, "a", "b", "b/uno")).containsExactly(2, 3, 2);
    again.rmdir("b/uno");
    assertThat(links(again, "b")).containsExactly(2);
  }

  @Test
  default void D5_4_directories_that_change_places_are_counted_where_they_are() {
    requires(Capability.RENAME_FLAGS);
    Workspace workspace = workspace();
    workspace.mkdir("a");
    workspace.mkdir("a/one");
    workspace.mkdir("b");
    workspace.create("b/file", 0644, FileOpen.O_RDWR).close();
    workspace.mkdir("b/two");
    workspace.rename("a/one", "b/file", FileSystem.RENAME_EXCHANGE);
    assertThat(links(workspace, "a", "b")).containsExactly(2, 4);
    workspace.rename("a/one", "b/two", FileSystem.RENAME_EXCHANGE);
    assertThat(links(workspace, "a", "b")).containsExactly(3, 3);
    workspace.rename("a/one", "b/file", FileSystem.RENAME_EXCHANGE);
    assertThat(links(workspace, "a", "b")).containsExactly(3, 3);
  }

  private static List<Integer> links(Workspace workspace, String... paths) {
    return Stream.of(paths).map(path -> workspace.attributes(path).links).toList();
  }

  @Test
  default void D5_5_a_removed_directory_is_empty_and_takes_no_name() {
    requires(Capability.UNNAMED_ARE_REACHED);
    Workspace workspace = workspace();
    workspace.mkdir("new");
    for (String directory : new String[] {"empty", "new"}) {
      FileName name = FileName.of("x");
      FileSystem fileSystem = workspace.fileSystem();
      workspace.at(
          directory,
          node -> {
            workspace.rmdir(directory);
            assertThat(workspace.listNode(node, 0, Integer.MAX_VALUE))
                .allMatch(listed -> listed.name().equals(".") || listed.name().equals(".."));
            Entry entry = new Entry();
            assertThat(fileSystem.lookup(node, name, entry)).isFalse();
            fails(Errno.ENOENT, () -> fileSystem.mkdir(CALLER, node, name, 0755, entry));
            fails(Errno.ENOENT, () -> fileSystem.mknod(CALLER, node, name, 0100644, 0, entry));
            fails(
                Errno.ENOENT, () -> fileSystem.symlink(CALLER, node, name, new byte[] {1}, entry));
            long moved = workspace.inode("file");
            workspace.at(
                "file",
                file -> {
                  fails(Errno.ENOENT, () -> fileSystem.link(file, node, name, entry));
                  return true;
                });
            fails(Errno.ENOENT, () -> fileSystem.rename(1, FileName.of("file"), node, name, 0));
            fails(Errno.ENOENT, () -> fileSystem.unlink(node, name));
            assertThat(workspace.inode("file")).isEqualTo(moved);
            return true;
          });
      assertThat(workspace.exists(directory)).isFalse();
    }
  }

  @Test
  default void a_directory_replaced_while_it_is_used_is_gone_like_a_removed_one() {
    requires(Capability.UNNAMED_ARE_REACHED);
    Workspace workspace = workspace();
    workspace.mkdir("new");
    workspace.at(
        "empty",
        node -> {
          workspace.rename("new", "empty");
          assertThat(workspace.listNode(node, 0, Integer.MAX_VALUE))
              .allMatch(listed -> listed.name().startsWith("."));
          FileName name = FileName.of("x");
          Entry entry = new Entry();
          fails(Errno.ENOENT, () -> workspace.fileSystem().mkdir(CALLER, node, name, 0755, entry));
          return true;
        });
    workspace.file("empty/x", "");
    assertThat(workspace.names("empty")).containsExactly("x");
  }

  @Test
  default void a_directory_is_synced() {
    Workspace workspace = workspace();
    workspace.create("dir/new", 0644, FileOpen.O_RDWR).close();
    workspace.at(
        "dir",
        node -> {
          workspace.fileSystem().fsyncdir(node, false);
          return true;
        });
    workspace.fileSystem().sync();
    assertThat(remount(workspace).exists("dir/new")).isTrue();
  }
}
