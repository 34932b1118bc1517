package dev.lamina.fuse.semantics;

import static dev.lamina.fuse.semantics.User.either;
import static dev.lamina.fuse.semantics.User.tried;

import dev.lamina.archive.ArchiveException;
import dev.lamina.fs.FileKind;
import dev.lamina.fuse.MountOptions;
import dev.lamina.linux.FileStatus;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.LowerTree;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** D.1: lookup and merge. */
final class LookupSemanticsTest extends SemanticsTest {
  private static final byte[] YES = {'y'};
  private static final int LOOKUPS = 10;

  private static LowerTree whiteout(LowerTree layer, String path) {
    return layer.special(path, FileKind.CHARACTER_DEVICE, 0);
  }

  @Test
  void D1_1_the_topmost_layer_that_has_a_name_decides_what_it_is() throws Exception {
    LowerTree lowest =
        LowerTree.empty()
            .directory("dir")
            .file("dir/a", "lowest")
            .file("dir/low", "lowest")
            .directory("cut")
            .file("cut/low", "lowest")
            .directory("opaque")
            .file("opaque/low", "lowest")
            .directory("gone")
            .file("gone/low", "lowest")
            .directory("covered")
            .file("covered/low", "lowest");
    LowerTree middle =
        LowerTree.empty()
            .directory("dir")
            .file("dir/a", "middle")
            .file("dir/mid", "middle")
            .file("cut", "a file")
            .directory("opaque")
            .xattr("opaque", "trusted.overlay.opaque", YES)
            .file("opaque/mid", "middle")
            .file("covered", "a file");
    middle = whiteout(middle, "gone");
    LowerTree top =
        LowerTree.empty()
            .directory("dir")
            .file("dir/top", "top")
            .directory("cut")
            .xattr("cut", "trusted.overlay.opaque", YES)
            .file("cut/top", "top")
            .directory("opaque")
            .file("opaque/top", "top")
            .directory("gone")
            .xattr("gone", "trusted.overlay.opaque", YES)
            .file("gone/top", "top");
    line("The writable layer is on top, below it the layers from the last to the first. Directories"
            + " of one name merge, down to the first that is no directory, a whiteout or an opaque"
            + " directory; what is no directory hides all beneath it.")
        .over(lowest, middle, top)
        .same("a directory of three layers lists", "a low mid top", u -> u.names("dir"))
        .same("a file of two layers is that of", "middle", u -> u.text("dir/a"))
        .same("a directory above a file above a directory lists", "top", u -> u.names("cut"))
        .same(
            "a directory above an opaque one above a third lists",
            "mid top",
            u -> u.names("opaque"))
        .same("a directory above a whiteout above a directory lists", "top", u -> u.names("gone"))
        .same("a file above a directory", "a file", u -> u.text("covered"))
        .same("a path through that file", "ENOTDIR", u -> u.text("covered/low"))
        .same(
            "what is written in the view hides what is below",
            "written, after a remount too",
            u -> {
              u.put("dir/a", "written");
              u.remount();
              return u.text("dir/a") + ", after a remount too";
            })
        .end();
  }

  @Test
  void D1_2_a_merged_directory_has_the_attributes_of_its_topmost_layer() throws Exception {
    LowerTree lower =
        LowerTree.empty()
            .directory("dir")
            .mode("dir", 0700)
            .owner("dir", 5, 6)
            .xattr("dir", "user.lower", YES)
            .xattr("dir", "user.both", new byte[] {'l'})
            .modifyTime("dir", 1_100_000_000_000_000_001L)
            .file("dir/low", "low");
    LowerTree upper =
        LowerTree.empty()
            .directory("dir")
            .mode("dir", 01755)
            .owner("dir", 7, 8)
            .xattr("dir", "user.both", new byte[] {'u'})
            .modifyTime("dir", 1_200_000_000_000_000_002L);
    line("Mode, owner, times, extended attributes and ACL are never mixed from several layers.")
        .over(lower, upper)
        .same(
            "mode, owner and time of change",
            "1755 7:8 1200000000000000002",
            u -> {
              FileStatus status = u.stat("dir");
              return Integer.toOctalString(status.permissions())
                  + " "
                  + status.uid()
                  + ":"
                  + status.gid()
                  + " "
                  + status.modifyTime();
            })
        .same("extended attributes", "user.both", u -> u.xattrs("dir"))
        .same("the one that both layers have is", "u", u -> u.xattr("dir", "user.both"))
        .same("one of the lower layer alone", "none", u -> u.xattr("dir", "user.lower"))
        .end();
  }

  @Test
  void D1_3_what_a_whiteout_hides_is_absent_and_no_obstacle() throws Exception {
    LowerTree lower =
        LowerTree.empty().directory("dir").file("dir/a", "a").directory("dir/b").file("kept", "k");
    LowerTree upper = whiteout(whiteout(LowerTree.empty().directory("dir"), "dir/a"), "dir/b");
    line("A name that a layer above deletes is not found, not listed, and no obstacle.")
        .over(lower, upper)
        .same("opening it", "ENOENT", u -> u.text("dir/a"))
        .same("stat of it", "ENOENT", u -> "inode " + u.stat("dir/b").inode())
        .same("its directory lists", "nothing", u -> u.names("dir"))
        .same(
            "rmdir of its directory",
            "done; the root lists kept",
            u -> tried(() -> u.rmdir("dir")) + "; the root lists " + u.names(""))
        .same(
            "a whiteout that a removal in the view makes",
            "unlink done, rmdir done, then ENOENT; the root lists kept",
            u -> {
              u.mkdir("dir/b");
              u.put("dir/b/c", "c");
              u.unlink("dir/b/c");
              u.rmdir("dir/b");
              String removed = "unlink done, rmdir " + tried(() -> u.rmdir("dir"));
              u.remount();
              return removed
                  + ", then "
                  + tried(() -> u.stat("dir"))
                  + "; the root lists "
                  + u.names("");
            })
        .end();
  }

  @Test
  void D1_4_no_extended_attribute_is_private_in_a_volume() throws Exception {
    LowerTree lower =
        LowerTree.empty().directory("dir").file("dir/a", "a").file("file", "f").file("other", "o");
    Look marked =
        u -> {
          u.mkdir("new");
          u.setXattr("dir", "trusted.overlay.opaque", "y");
          u.setXattr("file", "trusted.overlay.redirect", "/other");
          u.remount();
          return "listed as "
              + u.xattrs("dir")
              + " and "
              + u.xattrs("file")
              + "; the directory lists "
              + u.names("dir");
        };
    line("The attributes by which overlayfs marks its directories mean nothing in a volume: they"
            + " are kept and shown, so that the layers of another union can lie inside. (In"
            + " overlay mode, which comes later, they are hidden, and kept escaped.)")
        .over(lower)
        .shows(
            "trusted.overlay.opaque set on a directory, trusted.overlay.redirect on a file",
            "listed as trusted.overlay.opaque and trusted.overlay.redirect; the directory lists a",
            marked)
        .shows(
            "user.overlay.opaque set on a directory",
            "listed as user.overlay.opaque; the directory lists a",
            u -> {
              u.setXattr("dir", "user.overlay.opaque", "y");
              u.remount();
              return "listed as " + u.xattrs("dir") + "; the directory lists " + u.names("dir");
            })
        .shows(
            "user.fuseoverlayfs.opaque set on a directory",
            "listed as user.fuseoverlayfs.opaque; the directory lists a",
            u -> {
              u.setXattr("dir", "user.fuseoverlayfs.opaque", "y");
              u.remount();
              return "listed as " + u.xattrs("dir") + "; the directory lists " + u.names("dir");
            })
        .same(
            "trusted.overlayfs, which only begins alike",
            "listed as trusted.overlayfs",
            u -> {
              u.setXattr("file", "trusted.overlayfs", "y");
              return "listed as " + u.xattrs("file");
            })
        .end();
  }

  @Test
  void D1_5_nothing_that_a_user_makes_is_a_marker() throws Exception {
    LowerTree lower = LowerTree.empty().directory("dir").file("dir/a", "a").file("b", "b");
    line("A character device 0:0 and names that begin with .wh. are ordinary in a volume. A layer"
            + " cannot carry them, so that a commit fails and names the path. (In overlay mode they"
            + " are refused or kept escaped.)")
        .over(lower)
        .shows(
            "mknod of a character device 0:0",
            "done; lists a x; x is a device 0",
            u -> {
              String made = tried(() -> u.mknod("dir/x", FileStatus.S_IFCHR | 0600, 0));
              String device =
                  u.isThere("dir/x") ? "x is a device " + u.stat("dir/x").specialDevice() : "no x";
              return made + "; lists " + u.names("dir") + "; " + device;
            })
        .shows(
            "a file .wh.a beside a file a, after a remount",
            "done; lists .wh.a a; a is there",
            u -> {
              String made = tried(() -> u.put("dir/.wh.a", ""));
              u.remount();
              return made
                  + "; lists "
                  + u.names("dir")
                  + "; a "
                  + either(u.isThere("dir/a"), "is there", "is gone");
            })
        .shows(
            "a file .wh..wh..opq beside a file a, after a remount",
            "done; lists .wh..wh..opq a",
            u -> {
              String made = tried(() -> u.put("dir/.wh..wh..opq", ""));
              u.remount();
              return made + "; lists " + u.names("dir");
            })
        .alone(
            "a commit of a volume with dir/.wh.a",
            "refused, naming /dir/.wh.a",
            refused(u -> u.put("dir/.wh.a", ""), "/dir/.wh.a"),
            "makes no layers")
        .alone(
            "a commit of a volume with a device 0:0",
            "refused, naming /dir/x",
            refused(u -> u.mknod("dir/x", FileStatus.S_IFCHR | 0600, 0), "/dir/x"),
            "makes no layers")
        .end();
  }

  private String refused(Deed deed, String path) throws Exception {
    VolumeId id =
        store().volume(LowerTree.empty().directory("dir").file("dir/a", "a").file("b", "b"));
    try {
      return "an image with " + entries(committed(id, deed));
    } catch (ArchiveException e) {
      return refused(e, path);
    }
  }

  @Test
  void D1_6_an_absent_name_is_asked_for_once() throws Exception {
    LowerTree lower = LowerTree.empty().directory("dir").file("dir/doomed", "doomed");
    line("The layers of a mounted volume never change, and its writable layer only by this mount:"
            + " so the kernel keeps that a name is absent until it is made.")
        .over(lower)
        .alone(
            "requests for an absent name that is looked up "
                + LOOKUPS
                + " times, and for a removed one",
            "1 and 1",
            asked(lower),
            "not counted")
        .same(
            "it is made then",
            "made",
            u -> {
              String before = tried(() -> u.stat("dir/absent"));
              u.put("dir/absent", "made");
              return either(before.equals("ENOENT"), u.text("dir/absent"), before);
            })
        .same(
            "another file is renamed to it",
            "doomed",
            u -> {
              String before = tried(() -> u.stat("dir/absent"));
              u.rename("dir/doomed", "dir/absent");
              return either(before.equals("ENOENT"), u.text("dir/absent"), before);
            })
        .end();
  }

  private String asked(LowerTree lower) throws IOException {
    try (Lamina.Mounted union =
        lamina()
            .mount(
                Files.createTempDirectory(directory(), "asked"),
                store().volume(List.of(lower)),
                MountOptions.defaults())) {
      User user = new User(union);
      long never = lookups(union, user, "dir/absent");
      user.unlink("dir/doomed");
      return never + " and " + lookups(union, user, "dir/doomed");
    }
  }

  private static long lookups(Lamina.Mounted union, User user, String path) throws IOException {
    // Its directory is known already.
    user.stat("dir");
    long before = union.requests("lookup");
    for (int i = 0; i < LOOKUPS; i++) {
      if (user.isThere(path)) {
        throw new IOException(path + " is there");
      }
    }
    return union.requests("lookup") - before;
  }
}
