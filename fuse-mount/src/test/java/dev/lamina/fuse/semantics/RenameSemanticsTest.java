package dev.lamina.fuse.semantics;

import static dev.lamina.fuse.semantics.User.either;
import static dev.lamina.fuse.semantics.User.tried;

import dev.lamina.fs.FileKind;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileStatus;
import dev.lamina.testing.fs.LowerTree;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** D.6: rename and link. */
final class RenameSemanticsTest extends SemanticsTest {
  private static final String OBJECT = "o".repeat(100_000);

  private static LowerTree lower() {
    return LowerTree.empty()
        .directory("dir")
        .file("dir/a", "a")
        .directory("dir/sub")
        .file("dir/sub/deep", "deep")
        .directory("other")
        .file("other/b", "b")
        .directory("empty")
        .file("file", OBJECT)
        .file("names", "names")
        .hardLink("alias", "names");
  }

  @Test
  void D6_1_a_rename_is_seen_whole_or_not_at_all() throws Exception {
    line("Whoever looks at the new name finds the old file or the new one, never none and never"
            + " half of one. What cannot be renamed stays as it is, and so do the directories'"
            + " times.")
        .over(lower())
        .same(
            "a file is replaced two hundred times while others open and read it",
            "always there and whole",
            u ->
                u.python(
                    """
                    faults, done = [], threading.Event()
                    def read():
                        while not done.is_set():
                            try:
                                b = text('file')
                                if len(b) not in (100000, 5000) or len(set(b)) != 1: faults.append(len(b))
                            except OSError as e: faults.append(errno.errorcode[e.errno])
                    readers = [threading.Thread(target=read) for _ in range(2)]
                    for t in readers: t.start()
                    for i in range(200):
                        put('new', chr(97 + i % 26) * 5000); os.rename('new', 'file')
                    done.set()
                    for t in readers: t.join()
                    print('always there and whole' if not faults else f'faults: {sorted(set(map(str, faults)))}')
                    """))
        .same(
            "a file of a layer is renamed, after a remount",
            "a at its new place alone",
            u -> {
              u.rename("dir/a", "other/a");
              u.remount();
              return either(
                  !u.isThere("dir/a") && u.names("other").equals("a b"),
                  u.text("other/a") + " at its new place alone",
                  "at " + u.names("dir") + " and " + u.names("other"));
            })
        .same(
            "renames that cannot be, and what they leave",
            "ENOENT ENOENT ENOTDIR EISDIR ENOTEMPTY, all kept",
            u -> {
              var before = u.everything();
              String said =
                  String.join(
                      " ",
                      tried(() -> u.rename("none", "new")),
                      tried(() -> u.rename("file", "none/new")),
                      tried(() -> u.rename("dir", "file")),
                      tried(() -> u.rename("file", "empty")),
                      tried(() -> u.rename("empty", "dir")));
              return said + ", " + User.changes(before, u.everything());
            })
        .end();
  }

  @Test
  void D6_2_a_directory_of_a_layer_can_be_renamed() throws Exception {
    line("With all below it, at the cost of a record; never EXDEV. (overlayfs does it with"
            + " redirect_dir=on, which engines often do not set.)")
        .over(lower())
        .shows(
            "rename into another directory, after a remount",
            "a sub; deep",
            u -> {
              u.rename("dir", "other/moved");
              u.remount();
              return u.names("other/moved") + "; " + u.text("other/moved/sub/deep");
            })
        .shows(
            "rename, change of what is below, rename back, after a remount",
            "a new sub; deepmore",
            u -> {
              u.rename("dir", "moved");
              u.append("moved/sub/deep", "more");
              u.put("moved/new", "new");
              u.rename("moved", "dir");
              u.remount();
              return u.names("dir") + "; " + u.text("dir/sub/deep");
            })
        .shows(
            "a directory below it is renamed out of it, and it is removed",
            "deep; alias empty file names other",
            u -> {
              u.rename("dir/sub", "out");
              u.unlink("dir/a");
              u.rmdir("dir");
              u.remount();
              return u.text("out/deep")
                  + "; "
                  + u.sh("ls -d empty file names other alias dir 2>/dev/null | tr '\\n' ' '");
            })
        .end();
  }

  @Test
  void D6_3_renames_with_flags() throws Exception {
    line("RENAME_NOREPLACE, RENAME_EXCHANGE of any two kinds, RENAME_WHITEOUT, which leaves an"
            + " ordinary character device 0:0: so overlayfs can have its writable layer in a mount"
            + " of Lamina's.")
        .over(lower())
        .same(
            "NOREPLACE onto a file, and to a free name",
            "EEXIST, done",
            u ->
                tried(() -> u.rename("file", "names", FileNames.RENAME_NOREPLACE))
                    + ", "
                    + tried(() -> u.rename("file", "new", FileNames.RENAME_NOREPLACE)))
        .same(
            "EXCHANGE of two files, after a remount",
            "names and a",
            u -> {
              u.rename("names", "dir/a", FileNames.RENAME_EXCHANGE);
              u.remount();
              return u.text("dir/a") + " and " + u.text("names");
            })
        .shows(
            "EXCHANGE of a file and a directory of a layer, after a remount",
            "100000 bytes and a sub",
            u -> {
              u.rename("file", "dir", FileNames.RENAME_EXCHANGE);
              u.remount();
              return u.stat("dir").size() + " bytes and " + u.names("file");
            })
        .shows(
            "EXCHANGE of two directories of a layer, after a remount",
            "b and a sub",
            u -> {
              u.rename("other", "dir", FileNames.RENAME_EXCHANGE);
              u.remount();
              return u.names("dir") + " and " + u.names("other");
            })
        .shows(
            "EXCHANGE with a name that is not there",
            "ENOENT",
            u -> tried(() -> u.rename("file", "none", FileNames.RENAME_EXCHANGE)))
        .shows(
            "WHITEOUT: what is left at the old name",
            "done, a device 0:0",
            u ->
                tried(() -> u.rename("file", "new", FileNames.RENAME_WHITEOUT))
                    + ", "
                    + either(
                        u.isThere("file") && u.stat("file").kind() == FileStatus.S_IFCHR,
                        "a device 0:0",
                        "nothing"))
        .shows(
            "overlayfs with its writable layer in the mount: rename, removal, directory made again",
            "b dir moved; dir lists n",
            u ->
                u.sh(
                        """
                        mkdir low low/dir up work merged; echo a > low/a; echo b > low/b; touch low/dir/old
                        mount -t overlay nested -o lowerdir=low,upperdir=up,workdir=work merged || exit 1
                        cd merged; mv a moved; rm -r dir; mkdir dir; touch dir/n; cd ..; umount merged
                        mount -t overlay nested -o lowerdir=low,upperdir=up,workdir=work merged || exit 1
                        echo $(ls merged)\\; dir lists $(ls merged/dir); umount merged
                        """)
                    .replaceAll("^mount: .*", "cannot be mounted"))
        .end();
  }

  @Test
  void D6_4_a_directory_is_replaced_only_when_its_view_is_empty() throws Exception {
    line("And a rename of a file onto another of its names does nothing, as POSIX has it.")
        .over(lower())
        .same(
            "a new directory onto one of a layer that has entries",
            "ENOTEMPTY",
            u -> {
              u.mkdir("new");
              return tried(() -> u.rename("new", "dir"));
            })
        .same(
            "onto one whose entries are all removed, after a remount",
            "done, lists in",
            u -> {
              u.unlink("other/b");
              u.mkdir("new");
              u.put("new/in", "in");
              String renamed = tried(() -> u.rename("new", "other"));
              u.remount();
              return renamed + ", lists " + u.names("other");
            })
        .same(
            "a new file onto another name of itself",
            "done, both are there",
            u -> {
              u.put("one", "1");
              u.link("one", "two");
              return tried(() -> u.rename("one", "two"))
                  + ", "
                  + either(u.isThere("one") && u.isThere("two"), "both are there", "one is gone");
            })
        .shows(
            "a file of a layer onto another name of itself",
            "done, both are there",
            u ->
                tried(() -> u.rename("names", "alias"))
                    + ", "
                    + either(
                        u.isThere("names") && u.isThere("alias"), "both are there", "one is gone"))
        .end();
  }

  @Test
  void D6_5_a_directory_in_a_new_place_shows_nothing_of_what_is_below_there() throws Exception {
    line("Nor does a directory go into itself.")
        .over(lower())
        .same(
            "a new directory takes the name of one of a layer that was renamed away, after a"
                + " remount",
            "lists in; moved lists a sub",
            u -> {
              u.sh("mv dir moved 2>/dev/null");
              u.mkdir("new");
              u.put("new/in", "in");
              u.rename("new", "dir");
              u.remount();
              return "lists " + u.names("dir") + "; moved lists " + u.names("moved");
            })
        .shows(
            "two directories of layers trade names by three renames, after a remount",
            "dir lists b, other lists a sub",
            u -> {
              u.rename("dir", "third");
              u.rename("other", "dir");
              u.rename("third", "other");
              u.remount();
              return "dir lists " + u.names("dir") + ", other lists " + u.names("other");
            })
        .same(
            "rename of a directory into itself, and into one below it",
            "EINVAL EINVAL",
            u ->
                tried(() -> u.rename("dir", "dir/x"))
                    + " "
                    + tried(() -> u.rename("dir", "dir/sub/x")))
        .end();
  }

  @Test
  void D6_6_sticky_directories_and_both_parents_decide_by_the_rights_of_the_caller()
      throws Exception {
    LowerTree shared =
        LowerTree.empty()
            .directory("sticky")
            .mode("sticky", 01777)
            .file("sticky/own", "own")
            .owner("sticky/own", 1000, 1000)
            .file("sticky/other", "other")
            .owner("sticky/other", 1001, 1001)
            .mode("sticky/other", 0666)
            .directory("open")
            .mode("open", 0777)
            .file("open/roots", "roots")
            .directory("open/roots-dir")
            .directory("closed")
            .file("closed/file", "file")
            .mode("closed/file", 0666);
    line("User 1000, who owns sticky/own alone; sticky has 1777, open 0777, closed is root's.")
        .over(shared)
        .same(
            "in sticky: removes another's file, renames it, replaces it, renames its own",
            "EPERM EPERM EPERM done",
            u ->
                u.python(
                    """
                    someone()
                    print(tried(os.remove, 'sticky/other'), tried(os.rename, 'sticky/other', 'sticky/new'),
                          tried(os.rename, 'sticky/own', 'sticky/other'),
                          tried(os.rename, 'sticky/own', 'sticky/mine'))
                    """))
        .same(
            "from open to closed, from closed to open, a new file in closed, a link there",
            "EACCES EACCES EACCES EACCES",
            u ->
                u.python(
                    """
                    someone()
                    print(tried(os.rename, 'open/roots', 'closed/x'), tried(os.rename, 'closed/file', 'open/x'),
                          tried(open, 'closed/new', 'w'), tried(os.link, 'sticky/own', 'closed/own'))
                    """))
        .same(
            "a directory of root's, whose .. would change, and the same within its parent",
            "EACCES done",
            u ->
                u.python(
                    """
                    someone()
                    print(tried(os.rename, 'open/roots-dir', 'sticky/x'),
                          tried(os.rename, 'open/roots-dir', 'open/x'))
                    """))
        .end();
  }

  @Test
  void D6_7_any_file_gets_another_name() throws Exception {
    line("Of a layer too; a file that was made without a name (O_TMPFILE) gets its first. A removed"
            + " file gets none again.")
        .over(lower().special("fifo", FileKind.FIFO, 0).symlink("symlink", "file"))
        .shows(
            "link of a file, a symlink and a fifo of a layer, after a remount",
            "2 links each, one file each",
            u -> {
              for (String name : new String[] {"file", "symlink", "fifo"}) {
                u.link(name, "dir/" + name);
              }
              u.remount();
              return linked(u, "file", "symlink", "fifo");
            })
        .same(
            "what is written by the new name of a file of a layer is read by the old one",
            "more",
            u -> {
              u.link("file", "dir/file");
              u.append("dir/file", "more");
              return u.text("file").substring(OBJECT.length());
            })
        .same(
            "O_TMPFILE, written, then linked, after a remount",
            "content, 1 link",
            u -> {
              String made =
                  u.python(
                      """
                      f = os.open('dir', os.O_TMPFILE | os.O_RDWR, 0o640); os.write(f, b'content')
                      AT_FDCWD, AT_SYMLINK_FOLLOW = -100, 0x400
                      if libc.linkat(AT_FDCWD, b'/proc/self/fd/%d' % f, AT_FDCWD, b'dir/new', AT_SYMLINK_FOLLOW):
                          print(errno.errorcode[ctypes.get_errno()])
                      """);
              u.remount();
              return made + u.text("dir/new") + ", " + u.stat("dir/new").links() + " link";
            })
        .same(
            "O_TMPFILE with AT_EMPTY_PATH",
            "done",
            u ->
                u.python(
                    """
                    f = os.open('dir', os.O_TMPFILE | os.O_RDWR, 0o640)
                    failed = libc.linkat(f, b'', -100, b'dir/new', 0x1000)
                    print(errno.errorcode[ctypes.get_errno()] if failed else 'done')
                    """))
        .same(
            "O_TMPFILE with O_EXCL, which forbids a name",
            "ENOENT",
            u ->
                u.python(
                    """
                    f = os.open('dir', os.O_TMPFILE | os.O_RDWR | os.O_EXCL, 0o640)
                    failed = libc.linkat(f, b'', -100, b'dir/new', 0x1000)
                    print(errno.errorcode[ctypes.get_errno()] if failed else 'done')
                    """))
        .same(
            "a removed file that is still open",
            "ENOENT",
            u ->
                u.python(
                    """
                    put('new', 'x'); f = os.open('new', os.O_RDWR); os.remove('new')
                    failed = libc.linkat(f, b'', -100, b'again', 0x1000)
                    print(errno.errorcode[ctypes.get_errno()] if failed else 'done')
                    """))
        .same("a directory", "EPERM", u -> tried(() -> u.link("dir", "again")))
        .end();
  }

  private static String linked(User user, String... names) throws IOException {
    for (String name : names) {
      if (user.stat(name).links() != 2
          || user.stat(name).inode() != user.stat("dir/" + name).inode()) {
        return name + " has " + user.stat(name).links() + " links";
      }
    }
    return "2 links each, one file each";
  }
}
