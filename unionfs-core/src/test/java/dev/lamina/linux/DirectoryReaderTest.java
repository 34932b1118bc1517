package dev.lamina.linux;

import static dev.lamina.linux.Bytes.assertFails;
import static dev.lamina.linux.Bytes.directory;
import static dev.lamina.linux.Bytes.text;
import static dev.lamina.linux.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectoryReaderTest {
  private static final int MANY = 10_001;

  @TempDir Path temp;

  @Test
  void a_directory_of_many_names_is_read_to_its_end_and_continued_from_a_position() {
    try (Fd dir = directory(temp)) {
      Set<String> made = new HashSet<>();
      for (int i = 0; i < MANY; i++) {
        String name = "a-name-of-some-length-" + i;
        FileNames.mknodat(dir.value(), utf8(name), FileStatus.S_IFREG | 0600, 0);
        made.add(name);
      }
      List<String> seen = new ArrayList<>();
      long middle = -1;
      DirectoryReader reader = new DirectoryReader(dir.value());
      while (reader.next()) {
        if (!reader.isDot()) {
          assertThat(reader.kind()).isEqualTo(FileStatus.S_IFREG >> 12);
          seen.add(text(reader.name()));
          middle = seen.size() == MANY / 2 ? reader.nextPosition() : middle;
        }
      }
      assertThat(seen).hasSize(MANY);
      assertThat(new HashSet<>(seen)).isEqualTo(made);

      FileIo.lseek(dir.value(), middle, FileIo.SEEK_SET);
      DirectoryReader rest = new DirectoryReader(dir.value());
      List<String> again = new ArrayList<>(seen.subList(0, MANY / 2));
      while (rest.next()) {
        if (!rest.isDot()) {
          again.add(text(rest.name()));
        }
      }
      assertThat(again).isEqualTo(seen);
    }
  }

  @Test
  void entries_have_kind_and_inode_and_dots_are_told_apart() {
    try (Fd dir = directory(temp)) {
      for (String name : new String[] {".hidden", "..x", "plain"}) {
        FileNames.mkdirat(dir.value(), utf8(name), 0700);
      }
      FileStatus status = new FileStatus();
      List<String> names = new ArrayList<>();
      int dots = 0;
      DirectoryReader reader = new DirectoryReader(dir.value());
      while (reader.next()) {
        if (reader.isDot()) {
          dots++;
          continue;
        }
        names.add(text(reader.name()));
        FileAttributes.lstatat(dir.value(), reader.name(), status);
        assertThat(reader.inode()).isEqualTo(status.inode());
        assertThat(reader.kind()).isEqualTo(FileStatus.S_IFDIR >> 12);
      }
      assertThat(dots).isEqualTo(2);
      assertThat(names).containsExactlyInAnyOrder(".hidden", "..x", "plain");
      assertThat(reader.next()).isFalse();
    }
  }

  @Test
  void what_is_no_directory_is_ENOTDIR() {
    try (Fd file = FileOpen.memfd("x")) {
      assertFails(Errno.ENOTDIR, () -> new DirectoryReader(file.value()).next());
    }
  }
}
