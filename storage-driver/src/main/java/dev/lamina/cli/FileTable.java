package dev.lamina.cli;

import dev.lamina.control.Answer;
import java.io.PrintWriter;
import java.util.List;

/** Prints files as ls(1) and stat(1) do. */
final class FileTable {
  private FileTable() {}

  /** Prints a line a file: type and mode, links, owner, size or device, time, name. */
  static void print(List<Answer.FileDetail> files, PrintWriter out) {
    Table table = new Table("MODE", "LINKS", "UID", "GID", "SIZE", "MODIFIED", "NAME");
    for (Answer.FileDetail file : files) {
      table.row(
          letter(file.type()) + permissions(file.mode()),
          String.valueOf(file.links()),
          String.valueOf(file.uid()),
          String.valueOf(file.gid()),
          file.device().orElse(String.valueOf(file.size())),
          file.modified().toString(),
          file.name() + file.target().map(target -> " -> " + target).orElse(""));
    }
    table.print(out);
  }

  /** Prints all that is known of one file, a line each. */
  static void describe(Answer.FileDetail file, PrintWriter out) {
    out.println("name      " + file.name());
    out.println("type      " + file.type());
    file.target().ifPresent(target -> out.println("target    " + target));
    file.device().ifPresent(device -> out.println("device    " + device));
    out.println("mode      " + file.mode());
    out.println("owner     " + file.uid() + ":" + file.gid());
    out.println("size      " + file.size());
    out.println("links     " + file.links());
    out.println("inode     " + file.inode());
    out.println("modified  " + file.modified());
    file.digest().ifPresent(digest -> out.println("digest    " + digest));
    file.xattrs().forEach((name, value) -> out.println("xattr     " + name + "=" + value));
    out.flush();
  }

  private static String letter(String type) {
    return switch (type) {
      case "directory" -> "d";
      case "symlink" -> "l";
      case "character device" -> "c";
      case "block device" -> "b";
      case "fifo" -> "p";
      case "socket" -> "s";
      default -> "-";
    };
  }

  /** Returns nine letters of permissions from octal digits, with s and t where they belong. */
  private static String permissions(String octal) {
    int mode = Integer.parseInt(octal, 8);
    char[] letters = "rwxrwxrwx".toCharArray();
    for (int i = 0; i < letters.length; i++) {
      if ((mode >> (letters.length - 1 - i) & 1) == 0) {
        letters[i] = '-';
      }
    }
    special(letters, 2, mode & 04000, 's');
    special(letters, 5, mode & 02000, 's');
    special(letters, 8, mode & 01000, 't');
    return new String(letters);
  }

  private static void special(char[] letters, int at, int bit, char letter) {
    if (bit != 0) {
      letters[at] = letters[at] == 'x' ? letter : Character.toUpperCase(letter);
    }
  }
}
