package dev.lamina.fuse.semantics;

import static dev.lamina.fuse.semantics.User.either;
import static dev.lamina.fuse.semantics.User.tried;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.TarBytes;
import dev.lamina.fs.FileKind;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.LowerTree;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** D.2: whiteouts and opaque directories, in layers that come in and go out, and in the view. */
final class WhiteoutSemanticsTest extends SemanticsTest {
  private static byte[] base() {
    return new TarBytes()
        .directory("dir/")
        .file("dir/a", "base")
        .file("dir/b", "base")
        .directory("dir/sub/")
        .file("dir/sub/c", "base")
        .file("kept", "base")
        .end();
  }

  private VolumeId onBase() throws IOException {
    return onImage(lower().file("dir/b", "b"));
  }

  private static LowerTree lower() {
    return LowerTree.empty()
        .directory("dir")
        .file("dir/a", "a")
        .directory("dir/sub")
        .file("dir/sub/c", "c")
        .file("file", "f");
  }

  @Test
  void D2_1_a_whiteout_deletes_from_lower_layers_alone() throws Exception {
    byte[] first =
        new TarBytes().directory("dir/").file("dir/.wh.a", "").file("dir/a", "new").end();
    byte[] last = new TarBytes().directory("dir/").file("dir/a", "new").file("dir/.wh.a", "").end();
    byte[] nothing = new TarBytes().file("none/.wh.x", "").file(".wh.y", "").end();
    Look a = u -> u.text("dir/a") + "; lists " + u.names("dir");
    line("The entry .wh.NAME of a layer's tar deletes NAME of the layers below, never of its own"
            + " layer, wherever in the tar it is.")
        .tars(
            "dir/.wh.a before the layer's own dir/a",
            "new; lists a b sub",
            tarred(a, base(), first))
        .tars("dir/.wh.a behind it", "new; lists a b sub", tarred(a, base(), last))
        .tars(
            "dir/.wh.b alone",
            "lists a sub",
            tarred(
                u -> "lists " + u.names("dir"), base(), new TarBytes().file("dir/.wh.b", "").end()))
        .tars(
            "a whiteout of what is not there, in a directory that is not there",
            "lists dir kept",
            tarred(u -> "lists " + u.names(""), base(), nothing))
        .end();
  }

  @Test
  void D2_2_an_opaque_marker_hides_all_that_is_below_its_directory() throws Exception {
    byte[] first =
        new TarBytes().directory("dir/").file("dir/.wh..wh..opq", "").file("dir/n", "n").end();
    byte[] last =
        new TarBytes().directory("dir/").file("dir/n", "n").file("dir/.wh..wh..opq", "").end();
    byte[] alone = new TarBytes().file("dir/.wh..wh..opq", "").end();
    byte[] root = new TarBytes().file(".wh..wh..opq", "").file("new", "n").end();
    Look lists = u -> "lists " + u.names("dir");
    line("The entry .wh..wh..opq hides what layers below have in its directory. It counts before"
            + " all else in the layer, wherever in the tar it is; what the layer itself has there"
            + " stays.")
        .tars("the marker as the first entry", "lists n", tarred(lists, base(), first))
        .tars("the marker as the last entry", "lists n", tarred(lists, base(), last))
        .tars("the marker alone", "lists nothing", tarred(lists, base(), alone))
        .tars(
            "the marker at the root",
            "lists new",
            tarred(u -> "lists " + u.names(""), base(), root))
        .end();
  }

  @Test
  void D2_3_a_whiteout_without_a_name_is_refused_and_private_ones_are_ignored() throws Exception {
    byte[] bare = new TarBytes().directory("dir/").file("dir/.wh.", "").end();
    byte[] aufs =
        new TarBytes()
            .directory(".wh..wh.plnk/")
            .file(".wh..wh.plnk/1.2", "")
            .file(".wh..wh.aufs", "")
            .file("n", "n")
            .end();
    line("What AUFS kept for itself in its layers (names that begin with .wh..wh.) is passed over.")
        .tars("dir/.wh.", "refused, naming dir/.wh.", refusal("dir/.wh.", base(), bare))
        .tars(
            ".wh..wh.plnk and .wh..wh.aufs",
            "lists dir kept n",
            tarred(u -> "lists " + u.names(""), base(), aufs))
        .end();
  }

  private String refusal(String path, byte[]... tars) throws Exception {
    try {
      return tarred(u -> "lists " + u.names(""), tars);
    } catch (ArchiveException e) {
      return refused(e, path);
    }
  }

  @Test
  void D2_4_layers_that_go_out_have_explicit_whiteouts_before_their_siblings() throws Exception {
    line("A layer that is made names each removed name, before what is beside it; a removed"
            + " directory once, for all that was in it. A directory in the place of another one is"
            + " exported whole and opaque, since engines disagree about a whiteout beside a new"
            + " directory.")
        .tars(
            "a file and a directory are removed, another file is made beside them",
            "dir/ dir/.wh.a dir/.wh.sub dir/aa",
            entries(
                committed(
                    onBase(),
                    u -> {
                      u.put("dir/aa", "new");
                      u.unlink("dir/a");
                      u.unlink("dir/sub/c");
                      u.rmdir("dir/sub");
                    })))
        .tars(
            "a directory is removed and made again",
            "./ dir/ dir/.wh..wh..opq dir/n",
            entries(
                committed(
                    onBase(),
                    u -> {
                      u.sh("rm -r dir");
                      u.mkdir("dir");
                      u.put("dir/n", "n");
                    })))
        .tars(
            "a directory is renamed",
            "./ .wh.dir moved/ moved/a moved/b moved/sub/ moved/sub/c",
            entries(committed(onBase(), u -> u.rename("dir", "moved"))))
        .tars(
            "a layer whose whiteout is of a directory hides",
            "all of it",
            tarred(
                u -> either(u.isThere("dir"), "lists " + u.names(""), "all of it"),
                base(),
                new TarBytes().file(".wh.dir", "").end()))
        .end();
  }

  @Test
  void D2_5_forms_of_markers_in_directories() throws Exception {
    LowerTree upper =
        LowerTree.empty().directory("dir").special("dir/a", FileKind.CHARACTER_DEVICE, 0);
    byte[] device =
        new TarBytes()
            .directory("dir/")
            .add(new TarBytes.Header("dir/a", '3').octal(329, 8, 0).octal(337, 8, 0))
            .end();
    Look sees =
        u ->
            u.isThere("dir/a")
                ? either(
                    u.stat("dir/a").kind() == FileStatus.S_IFCHR, "a device 0:0", "the lower file")
                : "absent";
    line("In directories of layers, as engines keep them, devices 0:0 are whiteouts and extended"
            + " attributes mark opaque directories. The layers of a volume are tars, in which both"
            + " are what they are; Lamina reads such directories in overlay mode, which comes"
            + " later.")
        .over(lower().file("dir/b", "b"), upper)
        .tarsOr("a device 0:0 above a file", "a device 0:0", tarred(sees, base(), device), sees)
        .over(lower().file("dir/b", "b"), marked("trusted.overlay.opaque"))
        .tarsOr(
            "trusted.overlay.opaque on a directory above another",
            "lists a b new sub",
            tarred(u -> "lists " + u.names("dir"), base(), markedTar("trusted.overlay.opaque")),
            u -> "lists " + u.names("dir"))
        .over(lower().file("dir/b", "b"), marked("user.overlay.opaque"))
        .tarsOr(
            "user.overlay.opaque, which overlayfs reads with the option userxattr alone",
            "lists a b new sub",
            tarred(u -> "lists " + u.names("dir"), base(), markedTar("user.overlay.opaque")),
            u -> "lists " + u.names("dir"))
        .over(lower().file("dir/b", "b"), marked("user.fuseoverlayfs.opaque"))
        .tarsOr(
            "user.fuseoverlayfs.opaque",
            "lists a b new sub",
            tarred(u -> "lists " + u.names("dir"), base(), markedTar("user.fuseoverlayfs.opaque")),
            u -> "lists " + u.names("dir"))
        .end();
  }

  private static LowerTree marked(String attribute) {
    return LowerTree.empty()
        .directory("dir")
        .xattr("dir", attribute, new byte[] {'y'})
        .file("dir/new", "new");
  }

  private static byte[] markedTar(String attribute) {
    return new TarBytes()
        .pax("SCHILY.xattr." + attribute, "y")
        .directory("dir/")
        .file("dir/new", "new")
        .end();
  }

  @Test
  void D2_6_what_is_made_over_a_lower_name_shows_nothing_of_it() throws Exception {
    line("A directory that is made where a layer below has another one, or a file, is empty; so is"
            + " a file where there was a directory, and what is made after that.")
        .over(lower())
        .same(
            "a directory that is removed and made again lists",
            "nothing, after a remount nothing",
            u -> {
              u.sh("rm -r dir");
              u.mkdir("dir");
              String before = u.names("dir");
              u.remount();
              return before + ", after a remount " + u.names("dir");
            })
        .same(
            "a directory in a file's place lists",
            "in",
            u -> {
              u.unlink("file");
              u.mkdir("file");
              u.put("file/in", "in");
              u.remount();
              return u.names("file");
            })
        .same(
            "a directory in the place of a file in a directory's place lists",
            "nothing",
            u -> {
              u.sh("rm -r dir");
              u.put("dir", "a file");
              u.unlink("dir");
              u.mkdir("dir");
              u.remount();
              return u.names("dir");
            })
        .same(
            "another directory is renamed to a removed one's name",
            "x",
            u -> {
              u.sh("rm -r dir; mkdir new; touch new/x; mv new dir");
              u.remount();
              return u.names("dir");
            })
        .end();
  }

  @Test
  void D2_7_a_merged_directory_is_removed_when_its_view_is_empty() throws Exception {
    line("Whiteouts that hide what is below are no entries. What stays is one whiteout in the"
            + " parent.")
        .over(lower())
        .same(
            "rmdir of a directory that has entries below",
            "ENOTEMPTY",
            u -> tried(() -> u.rmdir("dir")))
        .same(
            "rmdir when all of them are removed in the view",
            "done; the root lists file",
            u -> {
              u.unlink("dir/a");
              u.unlink("dir/sub/c");
              u.rmdir("dir/sub");
              return tried(() -> u.rmdir("dir")) + "; the root lists " + u.names("");
            })
        .same(
            "rmdir when one more was made and removed",
            "done, absent after a remount",
            u -> {
              u.sh("rm -r dir/a dir/sub");
              u.put("dir/new", "new");
              u.unlink("dir/new");
              String removed = tried(() -> u.rmdir("dir"));
              u.remount();
              return removed
                  + ", "
                  + either(u.isThere("dir"), "there", "absent")
                  + " after a remount";
            })
        .tars(
            "the layer of a commit then has",
            "./ .wh.dir",
            entries(
                committed(
                    onBase(), u -> u.sh("rm dir/a dir/b dir/sub/c; rmdir dir/sub; rmdir dir"))))
        .end();
  }

  @Test
  void D2_8_what_is_made_where_something_was_belongs_to_its_maker() throws Exception {
    LowerTree lower =
        LowerTree.empty()
            .directory("shared")
            .mode("shared", 02777)
            .owner("shared", 0, 7)
            .file("shared/old", "old")
            .xattr("shared/old", "user.of", new byte[] {'o'})
            .directory("shared/dir");
    line("A file, directory or link made over a whiteout is new: it belongs to the user who makes"
            + " it, in a set-group-ID directory to that one's group, and has nothing of what was"
            + " there.")
        .over(lower)
        .same(
            "user 1000 makes a file and a directory with a umask of 027 where root removed others",
            "file 640 1000:7 0 bytes; directory 2750 1000:7",
            u ->
                u.python(
                    """
                    os.remove('shared/old'); os.rmdir('shared/dir'); someone(); os.umask(0o027)
                    open('shared/old', 'x').close(); os.mkdir('shared/dir')
                    for kind, path in ('file', 'shared/old'), ('directory', 'shared/dir'):
                        s = os.stat(path)
                        size = f' {s.st_size} bytes' if kind == 'file' else ''
                        print(f'{kind} {s.st_mode & 0o7777:o} {s.st_uid}:{s.st_gid}{size}')
                    """))
        .same(
            "its extended attributes and its inode number",
            "none, another",
            u -> {
              long before = u.stat("shared/old").inode();
              u.unlink("shared/old");
              u.put("shared/old", "new");
              return u.xattrs("shared/old")
                  + ", "
                  + either(u.stat("shared/old").inode() == before, "the same", "another");
            })
        .same(
            "O_EXCL where the name was removed, and where it is there",
            "done; EEXIST",
            u -> {
              u.unlink("shared/old");
              int flags = User.WRITE | FileOpen.O_CREAT | FileOpen.O_EXCL;
              return tried(() -> u.open("shared/old", flags).close())
                  + "; "
                  + tried(() -> u.open("shared/old", flags).close());
            })
        .end();
  }
}
