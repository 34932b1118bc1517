package dev.lamina.fuse.semantics;

import static dev.lamina.fuse.semantics.User.either;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.TarBytes;
import java.util.List;
import org.junit.jupiter.api.Test;

/** D.11: what comes in. */
final class ImportSemanticsTest extends SemanticsTest {
  private static byte[] base() {
    return new TarBytes().directory("dir/").file("dir/a", "base").file("file", "base").end();
  }

  @Test
  void D11_3_layers_are_read_as_tar_and_the_image_specification_say() throws Exception {
    byte[] kinds =
        new TarBytes()
            .directory("d/")
            .file("d/f", "f")
            .symlink("d/l", "f")
            .link("d/h", "d/f")
            .add(new TarBytes.Header("d/p", '6'))
            .add(new TarBytes.Header("d/c", '3').octal(329, 8, 1).octal(337, 8, 5))
            .add(new TarBytes.Header("d/b", '4').octal(329, 8, 7).octal(337, 8, 3))
            .end();
    byte[] pax =
        new TarBytes()
            .pax(
                "path",
                "p".repeat(200) + "/" + "q".repeat(200),
                "SCHILY.xattr.user.a",
                "value",
                "mtime",
                "1700000000.123456789",
                "uid",
                "3000000000")
            .file("short", "content")
            .end();
    byte[] gnu =
        new TarBytes()
            .add(new TarBytes.Header("././@LongLink", 'L'), TarBytes.latin("g".repeat(150) + "\0"))
            .file("cut", "content")
            .end();
    byte[] binary =
        new TarBytes()
            .add(new TarBytes.Header("big", '0').binary(108, 8, 3_000_000_000L).binary(124, 12, 4))
            .data(TarBytes.latin("four"))
            .end();
    byte[] names =
        new TarBytes()
            .add(
                new TarBytes.Header("owned", '0')
                    .octal(108, 8, 1234)
                    .text(265, 32, "daemon")
                    .text(297, 32, "daemon"))
            .end();
    line("All forms that tar and engines write are taken; what leads out of the layer is refused,"
            + " and named.")
        .tars(
            "a file that is there twice",
            "second, with a warning",
            twice(new TarBytes().file("f", "first").file("f", "second").end()))
        .tars(
            "a directory above one of a layer below: mode, content",
            "1700, a",
            tarred(
                u -> Integer.toOctalString(u.stat("dir").permissions()) + ", " + u.names("dir"),
                base(),
                new TarBytes().add(new TarBytes.Header("dir/", '5').mode(01700)).end()))
        .tars(
            "a file above a directory, a directory above a file",
            "now a file; in",
            tarred(
                u -> u.text("dir") + "; " + u.names("file"),
                base(),
                new TarBytes()
                    .file("dir", "now a file")
                    .directory("file/")
                    .file("file/in", "")
                    .end()))
        .tars(
            "hard links in a chain, to an entry that comes later, and to a file of a layer below",
            "4 links of base, 2 of x",
            tarred(
                u ->
                    u.stat("third").links()
                        + " links of "
                        + u.text("third")
                        + ", "
                        + u.stat("early").links()
                        + " of "
                        + u.text("early"),
                base(),
                new TarBytes()
                    .link("second", "file")
                    .link("third", "second")
                    .link("fourth", "third")
                    .link("early", "later")
                    .file("later", "x")
                    .end()))
        .tars(
            "a path with ..",
            "refused, naming ../out",
            refusal("../out", new TarBytes().file("../out", "x").end()))
        .tars(
            "a path through a symlink that leads out of the root",
            "refused, naming /out/f",
            refusal(
                "/out/f",
                new TarBytes().symlink("out", "../../etc").end(),
                new TarBytes().file("out/f", "f").end()))
        .tars(
            "a path through an absolute symlink",
            "refused, naming /in/f",
            refusal(
                "/in/f",
                new TarBytes().symlink("in", "/etc").directory("etc/").end(),
                new TarBytes().file("in/f", "f").end()))
        .tars(
            "a path through a symlink that stays within the root",
            "at usr/lib/f",
            tarred(
                u -> either(u.isThere("usr/lib/f"), "at usr/lib/f", "elsewhere: " + u.names("")),
                new TarBytes()
                    .symlink("lib", "usr/lib")
                    .directory("usr/")
                    .directory("usr/lib/")
                    .end(),
                new TarBytes().file("lib/f", "f").end()))
        .tars(
            "file, symlink, hard link, fifo, devices",
            "b c f h l p; -; l -> f; 2 links; fifo; 1:5; 7:3",
            tarred(ImportSemanticsTest::kinds, kinds))
        .tars(
            "pax: a path of 401 bytes, an attribute, nanoseconds, an owner above 2 GiB",
            "content; value; 1700000000123456789; 3000000000",
            tarred(
                u -> {
                  String path = "p".repeat(200) + "/" + "q".repeat(200);
                  return u.text(path)
                      + "; "
                      + u.xattr(path, "user.a")
                      + "; "
                      + u.stat(path).modifyTime()
                      + "; "
                      + Integer.toUnsignedString(u.stat(path).uid());
                },
                pax))
        .tars("GNU: a path of 150 bytes", "content", tarred(u -> u.text("g".repeat(150)), gnu))
        .tars(
            "base-256: owner and size",
            "four; 3000000000",
            tarred(
                u -> u.text("big") + "; " + Integer.toUnsignedString(u.stat("big").uid()), binary))
        .tars(
            "an owner by number and by name",
            "1234",
            tarred(u -> "" + u.stat("owned").uid(), names))
        .tars(
            "a sparse entry of 200,000 bytes with 10 bytes of data",
            "200000 bytes, 10 of them data",
            tarred(
                u -> {
                  String text = u.text("sparse");
                  boolean inPlace =
                      text.startsWith("01234", 10) && text.startsWith("56789", 150_000);
                  long data = text.chars().filter(c -> c != 0).count();
                  return u.stat("sparse").size()
                      + " bytes, "
                      + either(inPlace, data + " of them data", "data elsewhere");
                },
                new TarBytes()
                    .pax("GNU.sparse.size", "200000", "GNU.sparse.map", "10,5,150000,5")
                    .file("sparse", "0123456789")
                    .end()))
        .end();
  }

  private String twice(byte[] tar) throws Exception {
    TarLayers layers = new TarLayers(store());
    String text = inVolume(layers.volume(List.of(tar)), u -> u.text("f"));
    return text + either(layers.warnings().isEmpty(), ", silently", ", with a warning");
  }

  private String refusal(String path, byte[]... tars) throws Exception {
    try {
      return tarred(u -> u.names(""), tars);
    } catch (ArchiveException e) {
      return refused(e, path);
    }
  }

  private static String kinds(User user) throws Exception {
    return user.names("d")
        + "; "
        + user.sh(
            """
            stat -c %A d/f | cut -c1; stat -c %N d/l | sed "s/'//g; s,d/,,"; echo $(stat -c %h d/h) links
            stat -c %F d/p; stat -c %t:%T d/c d/b
            """);
  }
}
