package dev.lamina.fuse.semantics;

import static dev.lamina.fuse.semantics.User.either;
import static dev.lamina.fuse.semantics.User.tried;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.lamina.linux.Fd;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.testing.fs.LowerTree;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

/** D.3: what becomes of a file of a layer when it is changed. */
final class CopyUpSemanticsTest extends SemanticsTest {
  private static final long TIME = 1_100_000_000_000_000_001L;
  private static final int LARGE = 16 << 20;

  /** Too large to be kept within a database. */
  private static final String OBJECT = "o".repeat(100_000);

  private static LowerTree lower() {
    return LowerTree.empty()
        .directory("dir")
        .modifyTime("dir", TIME)
        .file("dir/file", OBJECT)
        .file("dir/small", "small")
        .hardLink("second", "dir/file")
        .symlink("symlink", "dir/file");
  }

  private static Look copies(String python) {
    return u -> {
      String said = u.python(python);
      return (said.isEmpty() ? "" : said + ", ") + u.ownFiles() + " copied";
    };
  }

  @Test
  void D3_1_what_copies_a_file_up_and_what_does_not() throws Exception {
    line("Data is copied by what changes data. What overlayfs copies the whole file for, mode,"
            + " owner, times, extended attributes, new names, is a record in a volume. Reading"
            + " copies nothing, and neither does what is not permitted.")
        .over(lower())
        .same(
            "open for reading, stat, access, readlink, listing, reading",
            "0 copied",
            copies(
                """
                text('dir/file'); os.stat('dir/file'); os.access('dir/file', os.W_OK)
                os.readlink('symlink'); os.listdir('dir'); os.listxattr('dir/file')
                """))
        .same(
            "somebody without the right opens for writing, truncates, changes mode, owner and"
                + " times",
            "EACCES EACCES EPERM EPERM EPERM, 0 copied",
            copies(
                """
                someone()
                print(tried(os.open, 'dir/file', os.O_WRONLY), tried(os.truncate, 'dir/file', 0),
                      tried(os.chmod, 'dir/file', 0o777), tried(os.chown, 'dir/file', 1000, 1000),
                      tried(os.utime, 'dir/file', (1, 1)))
                """))
        .same(
            "writing where the mount is read-only",
            "EROFS, 0 copied",
            u -> {
              u.sh("mount -o remount,bind,ro .");
              return tried(() -> u.append("dir/file", "x")) + ", " + u.ownFiles() + " copied";
            })
        .same("writing", "1 copied", copies("put('dir/file', 'x')"))
        .same("opening for writing alone", "1 copied", copies("os.open('dir/file', os.O_WRONLY)"))
        .same("truncation", "1 copied", copies("os.truncate('dir/file', 7)"))
        .same(
            "fallocate",
            "1 copied",
            copies("os.posix_fallocate(os.open('dir/file', os.O_RDWR), 0, 200000)"))
        .shows("chmod", "0 copied", copies("os.chmod('dir/file', 0o600)"))
        .shows("chown", "0 copied", copies("os.chown('dir/file', 5, 6)"))
        .shows("utimensat", "0 copied", copies("os.utime('dir/file', (1, 1))"))
        .shows("setxattr", "0 copied", copies("os.setxattr('dir/file', 'user.a', b'1')"))
        .shows("link", "0 copied", copies("os.link('dir/file', 'third')"))
        .shows("rename", "0 copied", copies("os.rename('dir/file', 'moved')"))
        .shows("rename of its directory", "0 copied", copies("os.rename('dir', 'moved')"))
        .end();
  }

  @Test
  void D3_2_the_directories_above_a_changed_file_stay_as_they_are() throws Exception {
    LowerTree deep =
        LowerTree.empty()
            .directory("a")
            .mode("a", 02751)
            .owner("a", 5, 6)
            .xattr("a", "user.a", new byte[] {'1'})
            .directory("a/b")
            .mode("a/b", 01777)
            .owner("a/b", 7, 8)
            .file("a/b/c", "c")
            .file("a/b/d", "d")
            .modifyTime("a/b", TIME)
            .modifyTime("a", TIME);
    line("Owner, mode, times, extended attributes and ACLs of all of them.")
        .over(deep)
        .same(
            "everything but the file, before and after a change of it and a remount",
            "all kept",
            u -> {
              SortedMap<String, String> before = u.everything();
              u.append("a/b/c", "more");
              u.remount();
              SortedMap<String, String> after = u.everything();
              before.remove("./a/b/c");
              after.remove("./a/b/c");
              return User.changes(before, after);
            })
        .end();
  }

  @Test
  void D3_3_a_copy_has_all_that_the_file_had() throws Exception {
    byte[] capability = {1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    byte[] acl = {
      2, 0, 0, 0, 1, 0, 6, 0, -1, -1, -1, -1, 2, 0, 4, 0, 9, 0, 0, 0, 4, 0, 4, 0, -1, -1, -1, -1,
      16, 0, 4, 0, -1, -1, -1, -1, 32, 0, 4, 0, -1, -1, -1, -1
    };
    LowerTree rich =
        LowerTree.empty()
            .file("file", OBJECT)
            .mode("file", 0644)
            .owner("file", 5, 6)
            .xattr("file", "user.a", new byte[] {1, 2, 3})
            .xattr("file", "trusted.b", new byte[] {4})
            .xattr("file", "security.capability", capability)
            .xattr("file", "system.posix_acl_access", acl)
            .file("privileged", OBJECT)
            .mode("privileged", 06755)
            .modifyTime("file", TIME)
            .modifyTime("privileged", TIME);
    Look opened =
        u -> {
          SortedMap<String, String> before = u.everything();
          u.open("file", FileOpen.O_WRONLY).close();
          u.open("privileged", FileOpen.O_WRONLY).close();
          u.remount();
          SortedMap<String, String> after = u.everything();
          return User.changes(before, after);
        };
    line("Data, owner, mode with set-user-ID, times to the nanosecond, extended attributes with"
            + " capabilities and ACL; and it takes the file's place all at once.")
        .over(rich)
        .same(
            "a file that is opened for writing and not written, after a remount",
            "all kept",
            opened)
        .same(
            "the access time of a file that is opened for writing",
            "kept",
            u -> {
              long before = u.stat("privileged").accessTime();
              u.open("privileged", FileOpen.O_WRONLY).close();
              return either(u.stat("privileged").accessTime() == before, "kept", "changed");
            })
        .end();
  }

  @Test
  void D3_3b_readers_see_the_file_before_or_after_and_never_a_mixture() throws Exception {
    line("Lamina copies the whole file before anything of the copy is seen. (Copying a piece at a"
            + " time, while the file is open, is not done.)")
        .over(LowerTree.empty().file("file", "o".repeat(LARGE >> 1)))
        .same(
            "a file of 8 MiB is read again and again while it is copied up and its last byte"
                + " written",
            "never a mixture",
            u ->
                u.python(
                    """
                    size = os.stat('file').st_size
                    mixtures, done = [], threading.Event()
                    def read():
                        last = False
                        while not last:
                            last = done.is_set()
                            with open('file', 'rb') as f: b = f.read()
                            if len(b) != size or b[:-1].strip(b'o') or b[-1:] not in b'on':
                                mixtures.append(len(b))
                    readers = [threading.Thread(target=read) for _ in range(3)]
                    for t in readers: t.start()
                    with open('file', 'r+b') as f:
                        f.seek(size - 1); f.write(b'n')
                    done.set()
                    for t in readers: t.join()
                    print('never a mixture' if not mixtures else f'mixtures: {len(mixtures)}')
                    """))
        .over(LowerTree.empty().file("file", "o".repeat(LARGE)))
        .onDisk(64)
        .same(
            "the disk has no room for the copy",
            "ENOSPC for the writer, the file of 16777216 bytes is as it was",
            u ->
                u.python(
                        FILL
                            + "print(tried(os.open, 'file', os.O_WRONLY), 'for the writer,', end='"
                            + " ')")
                    + " "
                    + either(
                        u.text("file").chars().allMatch(c -> c == 'o'),
                        "the file of " + u.stat("file").size() + " bytes is as it was",
                        "the file has changed"))
        .end();
  }

  /** Leaves 4 MiB of the disk free. */
  private static final String FILL =
      """
      with open('filler', 'wb', buffering=0) as f:
          while True:
              s = os.statvfs('.')
              if s.f_bavail * s.f_frsize < 4 << 20: break
              f.write(b'x' * 65536)
      """;

  @Test
  void D3_4_truncation_copies_only_what_stays_and_growing_makes_holes() throws Exception {
    line("Opening with O_TRUNC copies no data. A file that is made longer has a hole there.")
        .over(LowerTree.empty().file("file", "o".repeat(LARGE)))
        .onDisk(64)
        .same(
            "a file of 16 MiB is opened with O_TRUNC on a disk with 4 MiB left",
            "done, 0 bytes",
            u ->
                u.python(
                    FILL
                        + """
                        print(tried(os.open, 'file', os.O_WRONLY | os.O_TRUNC), end=', ')
                        print(os.stat('file').st_size, 'bytes')
                        """))
        .onDisk(0)
        .over(lower())
        .same(
            "ftruncate of a file of 100,000 bytes to 1 GiB",
            "1073741824 bytes, less than 1 MiB on disk, then zeros",
            u -> {
              try (Fd file = u.open("dir/file", User.WRITE)) {
                FileIo.ftruncate(file.value(), 1L << 30);
                FileStatus status = User.stat(file);
                byte[] end = new byte[100];
                FileIo.readFully(file.value(), end, 0, end.length, (1L << 30) - end.length);
                boolean zeros = true;
                for (byte b : end) {
                  zeros &= b == 0;
                }
                return status.size()
                    + " bytes, "
                    + either(status.blocks() < 2048, "less", "more")
                    + " than 1 MiB on disk, then "
                    + either(zeros, "zeros", "others");
              }
            })
        .end();
  }

  @Test
  void D3_5_a_file_is_copied_up_once_however_many_want_it() throws Exception {
    String writers =
        """
        start = threading.Barrier(8)
        def write(i):
            start.wait()
            with open(NAME, 'r+b', buffering=0) as f:
                f.seek(i * 1000); f.write(bytes([65 + i]) * 1000)
        threads = [threading.Thread(target=write, args=[i]) for i in range(8)]
        for t in threads: t.start()
        for t in threads: t.join()
        """;
    line("Who comes while a file is copied waits for it; other files are copied meanwhile.")
        .over(lower())
        .same(
            "eight threads open the same file at the same moment, and each writes its piece",
            "all eight are there, 1 copied",
            copies(
                writers.replace("NAME", "'dir/file'")
                    + """
                    b = text('dir/file')
                    there = sum(b[i*1000:(i+1)*1000] == chr(65 + i) * 1000 for i in range(8))
                    print('all eight are there' if there == 8 and len(b) == 100000 else there)
                    """))
        .over(
            LowerTree.empty()
                .file("0", OBJECT)
                .file("1", OBJECT)
                .file("2", OBJECT)
                .file("3", OBJECT)
                .file("4", OBJECT)
                .file("5", OBJECT)
                .file("6", OBJECT)
                .file("7", OBJECT))
        .same(
            "eight threads write to a file each, all of which are one object of the store",
            "each has its own piece, 8 copied",
            copies(
                writers.replace("NAME", "str(i)")
                    + """
                    there = sum(text(str(i)).replace('o', '') == chr(65 + i) * 1000 for i in range(8))
                    print('each has its own piece' if there == 8 else there)
                    """))
        .end();
  }

  @Test
  void D3_6_a_copy_is_on_disk_before_it_is_in_place() throws Exception {
    line("So a power cut leaves the file of the layer or the whole copy. The steps are those of a"
            + " store.")
        .alone(
            "what is done with the disk when a file is opened for writing",
            "copy filled, copy placed, copy synced, rows written",
            steps(u -> u.open("dir/file", FileOpen.O_WRONLY).close()),
            "not watched")
        .alone(
            "when it is opened with O_TRUNC, where there is nothing to copy",
            "data file made, rows written",
            steps(u -> u.open("dir/file", FileOpen.O_WRONLY | FileOpen.O_TRUNC).close()),
            "not watched")
        .end();
  }

  private String steps(Deed deed) throws Exception {
    return inVolume(
        store().volume(lower()),
        u -> {
          u.stat("dir/file");
          takenSteps().clear();
          deed.by(u);
          return String.join(", ", takenSteps());
        });
  }

  @Test
  void D3_7_a_copy_that_fails_leaves_the_file_and_no_litter() throws Exception {
    line("Whoever wanted to write gets the error. When there is room again the file can be"
            + " written.")
        .over(LowerTree.empty().file("file", "o".repeat(LARGE)))
        .onDisk(64)
        .same(
            "copying up fails for want of space; then another file is removed, and its directory"
                + " synced",
            "ENOSPC, 0 copied, then done, 1 copied, 16777217 bytes",
            u -> {
              String first = u.python(FILL + "print(tried(os.open, 'file', os.O_WRONLY))");
              int litter = u.ownFiles() - 1;
              u.python("os.remove('filler'); os.fsync(os.open('.', os.O_RDONLY))");
              String second = tried(() -> u.append("file", "x"));
              return first
                  + ", "
                  + litter
                  + " copied, then "
                  + second
                  + ", "
                  + u.ownFiles()
                  + " copied, "
                  + u.stat("file").size()
                  + " bytes";
            })
        .end();
  }

  @Test
  void D3_8_copying_up_is_not_seen_in_the_directory_nor_in_the_identity() throws Exception {
    line("The directory's times, and inode number, device and count of links of the file, are what"
            + " they were. Only its blocks may change.")
        .over(lower())
        .same(
            "time of modification of the directory",
            "kept",
            u -> {
              FileStatus before = u.stat("dir");
              u.append("dir/small", "more");
              return either(before.modifyTime() == u.stat("dir").modifyTime(), "kept", "changed");
            })
        .shows(
            "time of change of the directory",
            "kept",
            u -> {
              FileStatus before = u.stat("dir");
              u.append("dir/small", "more");
              return either(before.changeTime() == u.stat("dir").changeTime(), "kept", "changed");
            })
        .same(
            "inode number and device of a file with one name",
            "kept",
            u -> identity(u, "dir/small"))
        .shows(
            "inode number and device of a file with two names",
            "kept",
            u -> identity(u, "dir/file"))
        .shows(
            "count of links of a file with two names",
            "2, then 2",
            u -> {
              int before = u.stat("dir/file").links();
              u.append("dir/file", "more");
              return before + ", then " + u.stat("dir/file").links();
            })
        .end();
  }

  private static String identity(User user, String path) {
    FileStatus before = user.stat(path);
    user.append(path, "more");
    FileStatus after = user.stat(path);
    return either(
        before.inode() == after.inode() && before.device() == after.device(), "kept", "changed");
  }

  @Test
  void D3_9_the_layers_of_volumes_share_files_without_end() throws Exception {
    LowerTree many = LowerTree.empty().directory("dir").file("dir/empty", "");
    line("The store links each content once, however many files have it, so the number of links"
            + " that a file system allows (65,000 on ext4) is no limit of files that are alike; a"
            + " commit whose link is refused copies. Empty files are never linked.")
        .over(many)
        .alone(
            "300 files of one content and 300 empty ones are committed",
            "1 object more",
            objectsMore(),
            "keeps each file")
        .end();
  }

  private String objectsMore() throws Exception {
    var id = onImage(LowerTree.empty().directory("dir"));
    int before = LayerDirectories.count(store().store().layout().objects());
    committed(
        id,
        u -> {
          for (int i = 0; i < 300; i++) {
            u.put("dir/alike" + i, "a".repeat(5_000) + "of D3.9");
            u.put("dir/empty" + i, "");
          }
        });
    int more = LayerDirectories.count(store().store().layout().objects()) - before;
    return more == 1 ? "1 object more" : more + " objects more";
  }

  @Test
  void D3_10_large_files_long_names_and_symlinks_are_copied_up_too() throws Exception {
    String longest = "n".repeat(255);
    byte[] value = "v".repeat(3_000).getBytes(US_ASCII);
    LowerTree limits =
        LowerTree.empty()
            .file("file", OBJECT)
            .file(longest, "l")
            .xattr(longest, "user." + "x".repeat(250), value)
            .symlink("symlink", "t".repeat(4_000))
            .modifyTime("symlink", TIME);
    line("Files above 4 GiB, names of 255 bytes, names of attributes of 255 bytes, long symlinks.")
        .over(limits)
        .same(
            "writing at 5 GiB",
            "5368709121 bytes, n there, o before",
            u -> {
              try (Fd file = u.open("file", User.WRITE)) {
                User.write(file, "n", 5L << 30);
              }
              u.remount();
              try (Fd file = u.open("file", User.READ)) {
                byte[] byteThere = new byte[1];
                FileIo.readFully(file.value(), byteThere, 0, 1, 5L << 30);
                return u.stat("file").size()
                    + " bytes, "
                    + (char) byteThere[0]
                    + " there, "
                    + User.text(file).charAt(99_999)
                    + " before";
              }
            })
        .same(
            "writing to a file of a name of 255 bytes",
            "lmore; attribute of 3000 bytes",
            u -> {
              u.append(longest, "more");
              u.remount();
              return u.text(longest)
                  + "; attribute of "
                  + u.xattr(longest, "user." + "x".repeat(250)).length()
                  + " bytes";
            })
        .same(
            "a symlink of 4000 bytes gets another owner",
            "5:6, 4000 bytes, time kept",
            u -> {
              u.chown("symlink", 5, 6);
              u.remount();
              FileStatus status = u.stat("symlink");
              return status.uid()
                  + ":"
                  + status.gid()
                  + ", "
                  + u.sh("readlink symlink").length()
                  + " bytes, time "
                  + either(status.modifyTime() == TIME, "kept", "changed");
            })
        .end();
  }
}
