package dev.lamina.testing.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.Attributes;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileSystem;
import dev.lamina.linux.FileOpen;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What many threads at once must not break. */
interface ConcurrencyContract extends ContractSubject {
  /** How many threads. */
  int THREADS = 6;

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static long count(List<Boolean> results) {
    return results.stream().filter(won -> won).count();
  }

  @Test
  default void D3_5_concurrent_first_writes_to_a_lower_file_all_arrive() {
    int part = 20_000;
    Workspace workspace =
        workspace(LOWER.file("big", filled(THREADS * part, 'x')).hardLink("dir/big", "big"));
    long inode = workspace.inode("big");
    Crowd.of(
        THREADS,
        number -> {
          String name = number % 2 == 0 ? "big" : "dir/big";
          try (Handle handle = workspace.open(name, FileOpen.O_RDWR)) {
            handle.write((long) number * part, filled(part, number));
            assertThat(handle.read((long) number * part, part)).containsOnly(number);
          }
          return number;
        });
    byte[] all = workspace.read("big");
    for (int number = 0; number < THREADS; number++) {
      assertThat(Arrays.copyOfRange(all, number * part, (number + 1) * part)).containsOnly(number);
    }
    if (!lacking().containsKey(Capability.STABLE_INODES)) {
      assertThat(workspace.inode("dir/big")).isEqualTo(inode);
    }
  }

  @Test
  default void D3_5_concurrent_first_changes_of_many_lower_files_all_arrive() {
    LowerTree lower = LowerTree.empty().directory("d");
    for (int i = 0; i < 60; i++) {
      lower = lower.file("d/f" + i, "content of " + i);
    }
    Workspace workspace = workspace(lower);
    Crowd.of(
        THREADS,
        number -> {
          for (int i = 0; i < 60; i++) {
            String name = "d/f" + (i + number * 10) % 60;
            switch (number % 3) {
              case 0 -> workspace.write(name, 0, "CONTENT");
              case 1 -> workspace.chmod(name, 0600);
              default -> workspace.setxattr(name, "user.t" + number, new byte[] {1}, 0);
            }
          }
          return number;
        });
    Workspace again = remount(workspace);
    for (int i = 0; i < 60; i++) {
      assertThat(again.text("d/f" + i)).isEqualTo("CONTENT of " + i);
      assertThat(again.mode("d/f" + i)).isEqualTo(0600);
      assertThat(again.xattrs("d/f" + i)).containsOnlyKeys("user.t2", "user.t5");
    }
  }

  @Test
  default void D7_6_concurrent_appends_are_whole() {
    Workspace workspace = workspace();
    int records = 100;
    Crowd.of(
        THREADS,
        number -> {
          try (Handle handle = workspace.open("file", FileOpen.O_WRONLY | FileOpen.O_APPEND)) {
            for (int i = 0; i < records; i++) {
              handle.write(0, Integer.toString(number).repeat(37));
            }
          }
          return number;
        });
    String text = workspace.text("file").substring("lower content".length());
    assertThat(text).hasSize(THREADS * records * 37);
    Map<String, Integer> seen = new HashMap<>();
    for (int at = 0; at < text.length(); at += 37) {
      seen.merge(text.substring(at, at + 37), 1, Integer::sum);
    }
    assertThat(seen).hasSize(THREADS).containsValue(records);
    assertThat(seen.values()).containsOnly(records);
  }

  @Test
  default void one_of_many_makes_a_name_and_one_removes_it() {
    Workspace workspace = workspace();
    for (int round = 0; round < 20; round++) {
      List<Boolean> made =
          Crowd.of(
              THREADS,
              number ->
                  Crowd.won(
                      () -> {
                        if (number % 2 == 0) {
                          workspace.create("dir/new", 0644, FileOpen.O_RDWR).close();
                        } else {
                          workspace.link("twin", "dir/new");
                        }
                      }));
      assertThat(count(made)).isEqualTo(1);
      assertThat(workspace.names("dir")).filteredOn(name -> name.equals("new")).hasSize(1);
      List<Boolean> removed =
          Crowd.of(THREADS, number -> Crowd.won(() -> workspace.unlink("dir/new")));
      assertThat(count(removed)).isEqualTo(1);
      assertThat(workspace.attributes("twin").links).isEqualTo(1);
    }
  }

  @Test
  default void one_of_many_moves_a_name() {
    Workspace workspace = workspace();
    for (int round = 0; round < 20; round++) {
      String source = round == 0 ? "file" : "moved";
      List<Boolean> moved =
          Crowd.of(
              THREADS, number -> Crowd.won(() -> workspace.rename(source, "dir/moved" + number)));
      assertThat(count(moved)).isEqualTo(1);
      String name = "dir/moved" + moved.indexOf(true);
      assertThat(workspace.text(name)).isEqualTo("lower content");
      workspace.rename(name, "moved");
    }
  }

  @Test
  default void a_directory_is_removed_or_gets_a_name_but_not_both() {
    Workspace workspace = workspace();
    for (int round = 0; round < 40; round++) {
      workspace.mkdir("empty/d");
      List<Boolean> results =
          Crowd.of(
              2,
              number ->
                  Crowd.won(
                      () -> {
                        if (number == 0) {
                          workspace.rmdir("empty/d");
                        } else {
                          workspace.file("empty/d/file", "here");
                        }
                      }));
      assertThat(count(results)).isEqualTo(1);
      assertThat(workspace.exists("empty/d")).isEqualTo(results.get(1));
      workspace.removeAll("empty/d");
    }
  }

  @Test
  default void D6_5_directories_moved_into_each_other_make_no_cycle() {
    Workspace workspace = workspace(LOWER.directory("a").directory("b").directory("c"));
    for (int round = 0; round < 40; round++) {
      String[] names = {"a", "b", "c"};
      List<Boolean> moved =
          Crowd.of(
              3,
              number -> {
                String from = names[number];
                String to = names[(number + 1) % 3] + "/" + from;
                return Crowd.won(() -> workspace.rename(from, to));
              });
      assertThat(count(moved)).isBetween(1L, 2L);
      for (String name : names) {
        String path = find(workspace, "", name);
        if (!path.equals(name)) {
          workspace.rename(path, name);
        }
      }
    }
  }

  private static String find(Workspace workspace, String directory, String name) {
    for (String candidate : workspace.names(directory)) {
      String path = directory.isEmpty() ? candidate : directory + "/" + candidate;
      if (candidate.equals(name)) {
        return path;
      }
      if (candidate.length() == 1) {
        String below = find(workspace, path, name);
        if (!below.isEmpty()) {
          return below;
        }
      }
    }
    return "";
  }

  @Test
  default void D5_2_listings_see_what_stays_once_while_others_change_the_directory() {
    requires(Capability.STATELESS_COOKIES);
    LowerTree lower = LowerTree.empty().directory("many").directory("away");
    for (int i = 0; i < 150; i++) {
      lower = lower.file("many/stays" + i, "").file("many/goes" + i, "");
    }
    Workspace workspace = workspace(lower);
    AtomicBoolean stop = new AtomicBoolean();
    Crowd.of(
        3,
        number -> {
          if (number == 0) {
            try {
              for (int round = 0; round < 25; round++) {
                listInParts(workspace);
              }
            } finally {
              stop.set(true);
            }
          } else {
            Random random = new Random(number);
            while (!stop.get()) {
              String name = "goes" + random.nextInt(200);
              Crowd.won(() -> workspace.rename("many/" + name, "away/" + name));
              Crowd.won(() -> workspace.create("many/" + name, 0644, FileOpen.O_RDWR).close());
              Crowd.won(() -> workspace.rename("away/" + name, "many/" + name));
              Crowd.won(() -> workspace.unlink("many/goes" + random.nextInt(200)));
            }
          }
          return number;
        });
  }

  private static void listInParts(Workspace workspace) {
    Map<String, Integer> seen = new HashMap<>();
    workspace.at(
        "many",
        node -> {
          List<Workspace.Listed> part = workspace.listNode(node, 0, 40);
          while (!part.isEmpty()) {
            part.forEach(entry -> seen.merge(entry.name(), 1, Integer::sum));
            part = workspace.listNode(node, part.getLast().cookie(), 40);
          }
          return true;
        });
    for (int i = 0; i < 150; i++) {
      assertThat(seen).containsEntry("stays" + i, 1);
    }
  }

  @Test
  default void names_and_link_counts_agree_after_a_crowd_has_worked_in_shared_directories() {
    LowerTree lower = LowerTree.empty();
    for (int d = 0; d < 3; d++) {
      lower = lower.directory("d" + d).directory("d" + d + "/sub");
      for (int i = 0; i < 10; i++) {
        lower = lower.file("d" + d + "/n" + i, "lower");
      }
    }
    Workspace workspace = workspace(lower);
    Crowd.of(
        THREADS,
        number -> {
          Random random = new Random(number);
          for (int i = 0; i < 150; i++) {
            Crowd.won(() -> disturb(workspace, random));
          }
          return number;
        });
    expectConsistent(workspace);
    expectConsistent(remount(workspace));
  }

  private static String name(Random random) {
    String directory = "d" + random.nextInt(3);
    return directory + (random.nextInt(4) == 0 ? "/sub/n" : "/n") + random.nextInt(15);
  }

  private static void disturb(Workspace workspace, Random random) {
    String name = name(random);
    String other = name(random);
    switch (random.nextInt(10)) {
      case 0 -> workspace.file(name, "new");
      case 1 -> workspace.unlink(name);
      case 2 -> workspace.link(name, other);
      case 3 -> workspace.rename(name, other);
      case 4 -> workspace.rename(name, other, FileSystem.RENAME_NOREPLACE);
      case 5 -> workspace.rename(name, other, FileSystem.RENAME_EXCHANGE);
      case 6 -> workspace.mkdir(name);
      case 7 -> workspace.rmdir(name);
      case 8 -> workspace.write(name, random.nextInt(10), "written");
      default ->
          workspace.rename(
              "d" + random.nextInt(3) + "/sub",
              "d" + random.nextInt(3) + "/sub",
              FileSystem.RENAME_EXCHANGE);
    }
  }

  private static void expectConsistent(Workspace workspace) {
    Map<Long, Integer> names = new HashMap<>();
    Map<Long, Attributes> attributes = new HashMap<>();
    List<String> directories = new ArrayList<>(List.of(""));
    while (!directories.isEmpty()) {
      String directory = directories.removeLast();
      List<Workspace.Listed> listed = workspace.list(directory);
      assertThat(listed).extracting(Workspace.Listed::name).doesNotHaveDuplicates();
      for (Workspace.Listed entry : listed) {
        if (entry.name().equals(".") || entry.name().equals("..")) {
          continue;
        }
        String path = directory.isEmpty() ? entry.name() : directory + "/" + entry.name();
        Attributes found = workspace.attributes(path);
        assertThat(entry.kind()).as(path).isEqualTo(found.kind());
        assertThat(entry.inode()).as(path).isEqualTo(found.inode);
        names.merge(found.inode, 1, Integer::sum);
        attributes.put(found.inode, found);
        if (found.kind() == FileKind.DIRECTORY) {
          directories.add(path);
        } else {
          assertThat(new String(workspace.read(path), StandardCharsets.ISO_8859_1))
              .as(path)
              .hasSize((int) found.size);
        }
      }
    }
    attributes.forEach(
        (inode, found) -> {
          if (found.kind() == FileKind.DIRECTORY) {
            assertThat(names).containsEntry(inode, 1);
          } else {
            assertThat(found.links).isEqualTo(names.get(inode));
          }
        });
  }
}
