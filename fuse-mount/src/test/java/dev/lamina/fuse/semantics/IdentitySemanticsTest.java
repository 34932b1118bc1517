package dev.lamina.fuse.semantics;

import static dev.lamina.fuse.semantics.User.either;

import dev.lamina.linux.DirectoryReader;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileHandle;
import dev.lamina.linux.FileOpen;
import dev.lamina.testing.fs.LowerTree;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** D.4: what says that two files are the same. */
final class IdentitySemanticsTest extends SemanticsTest {
  private static final String OBJECT = "o".repeat(100_000);

  private static LowerTree lower() {
    return LowerTree.empty()
        .directory("dir")
        .file("dir/file", OBJECT)
        .directory("dir/sub")
        .file("dir/sub/deep", "deep")
        .file("names", OBJECT)
        .hardLink("dir/alias", "names")
        .hardLink("dir/sub/third", "names")
        .symlink("symlink", "dir");
  }

  /** Whether a number outlasts what is done. */
  private static Look number(String before, String after, Step step) {
    return u -> {
      long number = u.stat(before).inode();
      step.by(u);
      return either(u.stat(after).inode() == number, "kept", "changed");
    };
  }

  @FunctionalInterface
  private interface Step {
    void by(User user) throws Exception;
  }

  @Test
  void D4_1_a_mount_has_one_device_and_a_file_one_inode_number_for_ever() throws Exception {
    line("Everything in a mount has one st_dev, and each file an st_ino of its own that never"
            + " changes: not by copy-up, rename, another name, or a remount. (A commit makes a new"
            + " tree, which may count anew.)")
        .over(lower())
        .same(
            "devices of all files, of changed and new ones too",
            "one",
            u -> {
              u.append("dir/file", "more");
              u.put("new", "new");
              u.mkdir("newdir");
              Set<Long> devices = new HashSet<>();
              for (String path :
                  List.of(
                      "", "dir", "dir/file", "dir/sub/deep", "names", "symlink", "new", "newdir")) {
                devices.add(u.stat(path).device());
              }
              return devices.size() == 1 ? "one" : devices.size() + " devices";
            })
        .same(
            "three hundred new files beside the old ones have",
            "numbers of their own",
            u ->
                u.python(
                    """
                    for i in range(300): put(f'new{i}', '')
                    seen = [os.lstat(os.path.join(d, n)).st_ino
                            for d, ds, fs in os.walk('.') for n in ds + fs if n not in ('alias', 'third')]
                    print('numbers of their own' if len(set(seen)) == len(seen) else 'numbers twice')
                    """))
        .same("copy-up", "kept", number("dir/file", "dir/file", u -> u.append("dir/file", "x")))
        .same("chmod", "kept", number("dir/file", "dir/file", u -> u.chmod("dir/file", 0600)))
        .same("rename", "kept", number("dir/file", "moved", u -> u.rename("dir/file", "moved")))
        .same(
            "rename of a file that was copied up, and a remount",
            "kept",
            number(
                "dir/file",
                "moved",
                u -> {
                  u.append("dir/file", "x");
                  u.rename("dir/file", "moved");
                  u.remount();
                }))
        .same("another name", "kept", number("dir/file", "again", u -> u.link("dir/file", "again")))
        .same("a remount", "kept", number("dir/sub/deep", "dir/sub/deep", User::remount))
        .shows(
            "a remount, of a new file",
            "kept",
            u -> {
              u.put("new", "new");
              return number("new", "new", User::remount).at(u);
            })
        .shows(
            "rename of a directory, of a file in it",
            "kept",
            number("dir/sub/deep", "moved/deep", u -> u.rename("dir/sub", "moved")))
        .shows(
            "copy-up of a file with several names",
            "kept",
            number("names", "names", u -> u.append("names", "x")))
        .end();
  }

  @Test
  void D4_2_listings_have_the_numbers_that_stat_has() throws Exception {
    line("For all entries, . and .. too; the .. of a mount's root is the root itself.")
        .over(lower())
        .same("the entries of each directory", "agree", IdentitySemanticsTest::numbersAgree)
        .same(
            "after a copy-up, a rename, a new file and a new directory",
            "agree",
            u -> {
              u.append("dir/file", "more");
              u.rename("dir/file", "moved");
              u.put("dir/new", "new");
              u.mkdir("dir/newdir");
              return numbersAgree(u);
            })
        .same(
            "and a remount",
            "agree",
            u -> {
              u.append("dir/file", "more");
              u.rename("dir/file", "dir/sub/moved");
              u.put("dir/new", "new");
              u.remount();
              return numbersAgree(u);
            })
        .shows(
            "the .. in a listing of the root",
            "the root",
            u -> either(u.listedInode("", "..") == u.stat("").inode(), "the root", "another"))
        .end();
  }

  private static String numbersAgree(User user) {
    StringBuilder others = new StringBuilder();
    for (String path : List.of("", "dir", "dir/sub")) {
      try (Fd directory = user.open(path, User.READ | FileOpen.O_DIRECTORY)) {
        DirectoryReader reader = new DirectoryReader(directory.value());
        while (reader.next()) {
          String name = new String(reader.name(), StandardCharsets.UTF_8);
          if (path.isEmpty() && name.equals("..")) {
            continue;
          }
          String entry = path.isEmpty() ? name : path + "/" + name;
          if (user.stat(entry).inode() != reader.inode()) {
            others.append(others.isEmpty() ? "" : " ").append(entry);
          }
        }
      }
    }
    return others.isEmpty() ? "agree" : "differ: " + others;
  }

  @Test
  void D4_3_all_names_of_a_file_stay_names_of_one_file() throws Exception {
    line("Whatever is written through one name is read by all. The count of links is that of the"
            + " names that are seen. (overlayfs keeps names together with the option index=on,"
            + " which engines turn off.)")
        .over(lower())
        .same(
            "numbers and count of links of a file with three names",
            "one file, 3 links",
            u ->
                either(
                        u.stat("names").inode() == u.stat("dir/alias").inode(),
                        "one file",
                        "two files")
                    + ", "
                    + u.stat("names").links()
                    + " links")
        .shows(
            "what is appended by one name is read by another",
            "yes",
            u -> {
              u.append("dir/alias", "more");
              return either(u.text("names").endsWith("more"), "yes", "no");
            })
        .shows(
            "after a remount and an append by the third",
            "yes; 3 links",
            u -> {
              u.append("dir/alias", "more");
              u.remount();
              u.append("dir/sub/third", "most");
              return either(u.text("names").endsWith("moremost"), "yes", "no")
                  + "; "
                  + u.stat("names").links()
                  + " links";
            })
        .shows(
            "chmod by one name, seen by another",
            "600",
            u -> {
              u.chmod("dir/alias", 0600);
              return Integer.toOctalString(u.stat("names").permissions());
            })
        .shows(
            "links after one name is removed, and another made",
            "2, 3",
            u -> {
              u.unlink("dir/alias");
              int fewer = u.stat("names").links();
              u.link("names", "fourth");
              return fewer + ", " + u.stat("fourth").links();
            })
        .shows(
            "a name is renamed, then written",
            "yes",
            u -> {
              u.rename("dir/alias", "dir/renamed");
              u.append("dir/renamed", "more");
              return either(u.text("dir/sub/third").endsWith("more"), "yes", "no");
            })
        .end();
  }

  @Test
  void D4_4_file_handles_survive_copy_up_rename_and_remount() throws Exception {
    line("As name_to_handle_at(2) gives them, for NFS servers and fanotify. (overlayfs has handles"
            + " with the option nfs_export=on alone, which excludes others.)")
        .over(lower())
        .shows("a handle is given, and opened after copy-up", "omore", handle(u -> {}))
        .shows("after a rename", "omore", handle(u -> u.rename("dir/file", "moved")))
        .shows("after a rename of the directory", "omore", handle(u -> u.rename("dir", "moved")))
        .shows("after a remount", "omore", handle(User::remount))
        .shows(
            "after the file is removed",
            "ESTALE",
            u -> {
              FileHandle handle = FileHandle.at(Fd.CWD, u.at("dir/file"), 0);
              u.unlink("dir/file");
              return opened(u, handle);
            })
        .end();
  }

  private static Look handle(Step step) {
    return u -> {
      FileHandle handle = FileHandle.at(Fd.CWD, u.at("dir/file"), 0);
      u.append("dir/file", "more");
      step.by(u);
      return opened(u, handle);
    };
  }

  private static String opened(User user, FileHandle handle) {
    try (Fd root = user.open("", User.READ | FileOpen.O_DIRECTORY);
        Fd file = handle.open(root.value(), User.READ)) {
      return User.text(file).substring(OBJECT.length() - 1);
    }
  }
}
