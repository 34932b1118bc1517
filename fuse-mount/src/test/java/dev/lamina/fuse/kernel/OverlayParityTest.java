package dev.lamina.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FileKind;
import dev.lamina.linux.DeviceNumber;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.volume.TestStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What programs are told in a mounted volume and in the kernel's overlayfs over the same layers.
 * The programs run as other processes, some as users without privileges.
 */
@RequiresFuse
@RequiresRoot
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class OverlayParityTest {
  private static final byte[] YES = {'y'};
  private static final long LATER = 1_100_000_000_000_000_001L;

  /** Runs the rest of a line as a user without privileges, in words that do not differ. */
  private static final String AS_USER =
      """
      export LC_ALL=C
      user() { setpriv --reuid 1000 --regid 1000 --clear-groups "$@"; echo "-> $?"; }
      """;

  private TestStore store;

  @BeforeAll
  void openStore(@TempDir Path directory) {
    store = new TestStore(directory.resolve("store"));
  }

  @AfterAll
  void closeStore() {
    store.close();
  }

  private static LowerTree whiteout(LowerTree layer, String path) {
    return layer.special(path, FileKind.CHARACTER_DEVICE, 0);
  }

  private static LowerTree opaque(LowerTree layer, String path) {
    return layer.xattr(path, "trusted.overlay.opaque", YES);
  }

  @Test
  void D1_1_D1_2_layers_merge_as_overlayfs_merges_them(@TempDir Path directory) throws Exception {
    LowerTree lowest =
        LowerTree.empty()
            .directory("merged")
            .file("merged/hidden", "hidden")
            .file("merged/deleted", "deleted")
            .file("merged/kept", "kept")
            .file("file-then-directory", "file")
            .directory("directory-then-file")
            .file("directory-then-file/gone", "gone")
            .directory("opaque")
            .file("opaque/gone", "gone")
            .directory("deleted-then-made")
            .file("deleted-then-made/gone", "gone")
            .directory("bare")
            .file("bare/one", "one")
            .symlink("link", "merged/kept");
    LowerTree middle =
        LowerTree.empty()
            .directory("merged")
            .mode("merged", 0700)
            .owner("merged", 5, 6)
            .xattr("merged", "user.of", new byte[] {'2'})
            .modifyTime("merged", LATER)
            .file("merged/hidden", "shown")
            .directory("file-then-directory")
            .file("file-then-directory/in", "in")
            .file("directory-then-file", "a file now")
            .directory("opaque")
            .file("opaque/alone", "alone")
            .file("link", "no link any more");
    middle = whiteout(middle, "merged/deleted");
    middle = whiteout(middle, "deleted-then-made");
    middle = opaque(middle, "opaque");
    LowerTree top =
        LowerTree.empty()
            .directory("merged")
            .mode("merged", 0711)
            .modifyTime("merged", LATER + 1)
            .file("merged/new", "new")
            .directory("directory-then-file")
            .file("directory-then-file/new", "nothing of the directory beneath the file")
            .directory("deleted-then-made")
            .file("deleted-then-made/new", "new")
            .directory("bare");
    top = whiteout(top, "bare/one");
    top = opaque(top, "directory-then-file");
    top = opaque(top, "deleted-then-made");
    try (OverlayTwin twin = new OverlayTwin(store, directory, List.of(lowest, middle, top))) {
      twin.expectSameTree();
      assertThat(twin.run("cat merged/hidden opaque/alone; ls -A opaque bare"))
          .isEqualTo("shownalonebare:\n\nopaque:\nalone\nexit 0");
      twin.run("stat -c '%n %a %u' merged; cat merged/deleted; rmdir bare && ls -d bare");
      // Emptied in the view though there is something below.
      twin.run("rm merged/new && mv merged/kept kept && ls -A merged && cat kept merged/kept");
      twin.remount();
      twin.run("ls -AF . merged opaque directory-then-file; cat kept");
    }
  }

  @Test
  void D1_3_what_is_removed_is_neither_seen_nor_in_the_way(@TempDir Path directory)
      throws Exception {
    LowerTree lower =
        LowerTree.empty()
            .directory("dir")
            .file("dir/a", "a")
            .directory("dir/sub")
            .file("dir/sub/b", "b");
    try (OverlayTwin twin = new OverlayTwin(store, directory, List.of(lower))) {
      twin.run(
          "export LC_ALL=C; rm dir/a; cat dir/a; rmdir dir; rm dir/sub/b; ls -A dir dir/sub;"
              + " rmdir dir/sub dir; ls -A; stat dir; mkdir dir/x");
      twin.remount();
      twin.run("LC_ALL=C ls -A . dir");
    }
  }

  @Test
  void D2_6_what_takes_a_lower_names_place_shows_nothing_of_it(@TempDir Path directory)
      throws Exception {
    LowerTree lower =
        LowerTree.empty()
            .directory("dir")
            .file("dir/a", "a")
            .directory("other")
            .file("other/o", "o")
            .file("file", "f");
    try (OverlayTwin twin = new OverlayTwin(store, directory, List.of(lower))) {
      twin.run("rm -r dir; mkdir dir; ls -A dir; rm file; mkdir file; touch file/in; ls -A file");
      twin.run("rm -r other; echo now a file > other; cat other; mv dir dir2; mv file dir; ls -A");
      twin.remount();
      twin.run("ls -AF . dir dir2; cat other; rm other; mkdir other; ls -A other");
    }
  }

  @Test
  void D2_8_what_is_made_where_something_was_is_its_makers(@TempDir Path directory)
      throws Exception {
    LowerTree lower =
        LowerTree.empty()
            .directory("shared")
            .mode("shared", 02777)
            .owner("shared", 0, 7)
            .file("shared/old", "old")
            .directory("shared/dir");
    try (OverlayTwin twin = new OverlayTwin(store, directory, List.of(lower))) {
      String seen =
          twin.run(
              AS_USER
                  + "umask 027; rm shared/old; rmdir shared/dir\n"
                  + "user touch shared/old; user mkdir shared/dir\n"
                  + "stat -c '%n %a %u:%g %s' shared/old shared/dir");
      assertThat(seen).contains("shared/old 640 1000:7 0").contains("shared/dir 2750 1000:7");
    }
  }

  @Test
  void D5_5_a_directory_that_is_removed_while_in_use_is_empty(@TempDir Path directory)
      throws Exception {
    LowerTree lower = LowerTree.empty().directory("dir").directory("dir/sub");
    String script =
        "cd sub; rmdir ../sub; ls -A; touch x; mkdir y; ln -s a b; env pwd -P; cd ..; ls -A";
    try (OverlayTwin twin = new OverlayTwin(store, directory, List.of(lower))) {
      assertThat(twin.run("export LC_ALL=C; cd dir; " + script)).contains("No such file");
      assertThat(twin.run("export LC_ALL=C; mkdir -p new/sub; cd new; " + script))
          .contains("No such file");
    }
  }

  @Test
  void D6_3_overlayfs_works_on_top_of_a_mount(@TempDir Path directory) throws Exception {
    LowerTree lower =
        LowerTree.empty()
            .directory("below")
            .file("below/a", "a")
            .file("below/b", "b")
            .directory("below/dir")
            .file("below/dir/deep", "deep")
            .directory("top")
            .directory("work")
            .directory("merged");
    try (OverlayTwin twin = new OverlayTwin(store, directory, List.of(lower))) {
      String mounted =
          "mount -t overlay nested -o lowerdir=below,upperdir=top,workdir=work merged || exit 9\n";
      // In the volume alone: overlayfs refuses to be the upper of another overlayfs.
      String seen =
          OverlayTwin.run(
              mounted
                  + "cd merged; mv a moved; rm b; echo new > c; rm -r dir; mkdir dir; touch dir/n\n"
                  + "cd ..; umount merged\n"
                  + "stat -c '%F %t:%T' top/a top/b\n"
                  + mounted
                  + "cd merged; ls -AF . dir; cat moved c; cd ..; umount merged",
              twin.volume());
      assertThat(seen)
          .isEqualTo(
              "character special file 0:0\ncharacter special file 0:0\n"
                  + ".:\nc\ndir/\nmoved\n\ndir:\nn\nanew\nexit 0");
    }
  }

  @Test
  void D6_6_a_sticky_directory_and_both_parents_decide_with_the_callers_rights(
      @TempDir Path directory) throws Exception {
    LowerTree lower =
        LowerTree.empty()
            .directory("sticky")
            .mode("sticky", 01777)
            .file("sticky/own", "own")
            .owner("sticky/own", 1000, 1000)
            .file("sticky/own2", "own2")
            .owner("sticky/own2", 1000, 1000)
            .file("sticky/other", "other")
            .owner("sticky/other", 1001, 1001)
            .mode("sticky/other", 0666)
            .directory("sticky/dir")
            .owner("sticky/dir", 1001, 1001)
            .directory("open")
            .mode("open", 0777)
            .file("open/roots", "roots")
            .directory("open/roots-dir")
            .directory("open/own-dir")
            .owner("open/own-dir", 1000, 1000)
            .directory("closed")
            .file("closed/file", "file")
            .mode("closed/file", 0666);
    String tried =
        AS_USER
            + """
            user rm -f sticky/other
            user rmdir sticky/dir
            user mv sticky/other sticky/renamed
            user mv sticky/other open/
            user mv -f sticky/own sticky/other
            user mv -T open/own-dir sticky/dir
            user mv open/roots closed/
            user mv closed/file open/
            user rm -f closed/file
            user touch closed/new
            user mkdir closed/new
            user ln closed/file closed/again
            user ln -s x closed/symlink
            user mkfifo closed/fifo
            # A directory's own permission counts when it moves to another parent.
            user mv -T open/roots-dir sticky/roots-dir
            user chmod 700 open/roots
            user chown 1000 open/roots
            user touch -d @1 open/roots
            user setfattr -n user.x -v 1 open/roots
            """;
    String allowed =
        AS_USER
            + """
            user mv -f sticky/own sticky/own2
            user rm -f sticky/own2
            user mv open/roots open/moved
            user mv open/roots-dir open/moved-dir
            user mv open/own-dir sticky/
            user rmdir open/moved-dir
            user rm -f open/moved
            """;
    try (OverlayTwin twin = new OverlayTwin(store, directory, List.of(lower))) {
      assertThat(twin.run(tried)).doesNotContain("-> 0");
      twin.expectSameTree();
      assertThat(twin.mount().statistics().of("rename2")).isZero();
      assertThat(twin.run(allowed)).doesNotContain("-> 1");
      twin.run("find . | sort | xargs stat -c '%n %a %u:%g %F'");
      twin.remount();
      twin.run("find . | sort | xargs stat -c '%n %a %u:%g %F'");
    }
  }

  @Test
  void D8_1_D8_2_modes_and_owners_change_as_they_do_in_overlayfs(@TempDir Path directory)
      throws Exception {
    LowerTree lower =
        LowerTree.empty()
            .file("suid", "s")
            .mode("suid", 06777)
            .file("sgid", "s")
            .mode("sgid", 02666)
            .owner("sgid", 0, 1000)
            .file("owned", "s")
            .mode("owned", 06755)
            .owner("owned", 1000, 1000)
            .directory("group")
            .mode("group", 02777)
            .owner("group", 0, 50);
    try (OverlayTwin twin = new OverlayTwin(store, directory, List.of(lower))) {
      twin.run(
          AS_USER
              + """
              user sh -c 'echo x >> suid; echo x >> sgid'
              user chown 1000:1000 owned
              user chmod 2755 owned
              umask 022; user mkdir group/dir; user touch group/file
              user chmod 6755 group/file; chown 3:4 group/file
              stat -c '%n %a %u:%g' suid sgid owned group group/dir group/file
              """);
    }
  }

  @Test
  void D8_1_privileges_die_with_a_write_that_the_kernel_does_by_itself(@TempDir Path directory)
      throws Exception {
    byte[] netRaw = new byte[20];
    netRaw[0] = 1;
    netRaw[3] = 2;
    netRaw[5] = 32;
    LowerTree lower =
        LowerTree.empty()
            .file("program", "p".repeat(50_000))
            .mode("program", 06777)
            .xattr("program", "security.capability", netRaw)
            .file("capable", "c".repeat(50_000))
            .mode("capable", 0777)
            .xattr("capable", "security.capability", netRaw)
            .file("locking", "l".repeat(50_000))
            .owner("locking", 0, 1000)
            .mode("locking", 02767);
    try (OverlayTwin twin = new OverlayTwin(store, directory, List.of(lower))) {
      twin.run(
          AS_USER
              + """
              chmod 777 .
              user sh -c 'printf x >> program; printf x >> locking'
              printf x >> capable
              stat -c '%n %a %s' program locking capable
              chmod 6777 program
              printf root >> program
              stat -c '%n %a %s' program
              user dd if=/dev/zero of=program bs=1 count=3 conv=notrunc status=none
              stat -c '%n %a %s' program
              chmod 6777 program
              user truncate -s 10 program
              stat -c '%n %a %s' program
              user sh -c 'exec 3>>program; touch open; while [ ! -e go ]; do sleep 0.02; done
                printf late >&3' &
              while [ ! -e open ]; do sleep 0.02; done
              chmod 6777 program; touch go; wait
              stat -c '%n %a %s' program
              chmod 6777 program
              user sh -c ': > program'
              stat -c '%n %a %s' program
              rm open go
              touch -d @1 program locking capable .
              """);
      twin.expectSameTree();
    }
  }

  @Test
  void D8_6_devices_fifos_and_sockets_are_live(@TempDir Path directory) throws Exception {
    long nullDevice = DeviceNumber.of(1, 3);
    LowerTree lower =
        LowerTree.empty()
            .special("null", FileKind.CHARACTER_DEVICE, nullDevice)
            .mode("null", 0666)
            .special("fifo", FileKind.FIFO, 0)
            .mode("fifo", 0666)
            .special("socket", FileKind.SOCKET, 0)
            .directory("dir");
    try (OverlayTwin twin = new OverlayTwin(store, directory, List.of(lower))) {
      twin.run("echo gone > null; wc -c < null; stat -c '%t:%T %s' null; mknod zero c 1 5");
      twin.run("head -c 3 zero | od -An -tx1; chmod 600 null; echo x > null; cat null");
      // A reader and a writer by different names, over what makes an overlay copy it up.
      twin.run(
          "ln fifo dir/second; (sleep 0.1; echo through > fifo) & cat dir/second; wait;"
              + " exec 3<>fifo; chmod 640 fifo; mv fifo moved; echo kept > dir/second;"
              + " read line <&3; echo $line");
      twin.run("mkfifo made; ln made again; (echo new > made) & cat again; wait");
      twin.remount();
      twin.run("stat -c '%n %F %a %h' null zero moved dir/second made again socket");
      twin.run("(echo more > moved) & cat dir/second; wait");
    }
  }
}
