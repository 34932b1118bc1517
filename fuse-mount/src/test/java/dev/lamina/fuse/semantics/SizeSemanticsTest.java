package dev.lamina.fuse.semantics;

import static dev.lamina.fuse.semantics.User.either;

import dev.lamina.archive.TarBytes;
import dev.lamina.linux.FileSystemStats;
import dev.lamina.testing.fs.LowerTree;
import org.junit.jupiter.api.Test;

/** D.10: sizes. */
final class SizeSemanticsTest extends SemanticsTest {
  private static LowerTree lower() {
    return LowerTree.empty().file("file", "o".repeat(1_000_000)).file("empty", "");
  }

  @Test
  void D10_1_statfs_tells_of_the_disk_below_the_writable_layer() throws Exception {
    line("Totals are those of the file system that has the writable layer; names have up to 255"
            + " bytes.")
        .over(lower())
        .onDisk(64)
        .same(
            "size of the whole on a disk of 64 MiB, longest name",
            "67108864 bytes, 255",
            u -> {
              FileSystemStats stats = FileSystemStats.of(u.at(""));
              return stats.blocks() * stats.blockSize() + " bytes, " + stats.nameMax();
            })
        .same(
            "free space after 8 MiB are written",
            "about 8 MiB less",
            u ->
                u.python(
                    """
                    def free(): s = os.statvfs('.'); return s.f_bavail * s.f_frsize
                    before = free(); put('new', 'x' * (8 << 20)); less = before - free()
                    print('about 8 MiB less' if 8 << 20 <= less < 9 << 20 else less)
                    """))
        .shows(
            "type of file system (f_type)",
            "FUSE",
            u -> {
              long type = FileSystemStats.of(u.at("")).type();
              return type == FileSystemStats.FUSE
                  ? "FUSE"
                  : either(type == FileSystemStats.OVERLAYFS, "overlayfs", Long.toHexString(type));
            })
        .same(
            "a name of 256 bytes",
            "ENAMETOOLONG",
            u -> User.tried(() -> u.put("n".repeat(256), "")))
        .end();
  }

  @Test
  void D10_3_du_counts_data_as_if_it_were_not_shared() throws Exception {
    line("Shared data is counted in each union that has it; what is shared, `lamina du` says. Holes"
            + " of the mount's own files count nothing.")
        .over(lower())
        .same(
            "du of a file of 1,000,000 bytes of a layer",
            "1,000,000 bytes and up to one page more",
            u -> blocks(u, "file"))
        .same(
            "the same after it was copied up",
            "1,000,000 bytes and up to one page more",
            u -> {
              u.open("file", User.WRITE).close();
              return blocks(u, "file");
            })
        .same("an empty file", "0 blocks", u -> u.stat("empty").blocks() + " blocks")
        .same(
            "a new file of 1 GiB without data",
            "0 blocks",
            u -> {
              u.put("new", "");
              u.truncate("new", 1 << 30);
              return u.stat("new").blocks() + " blocks";
            })
        .tars(
            "a file of a layer of 200,000 bytes with 10 bytes of data",
            "as if it had no holes",
            tarred(
                u ->
                    either(
                        u.stat("sparse").blocks() * 512 >= 200_000,
                        "as if it had no holes",
                        "its data"),
                new TarBytes()
                    .pax("GNU.sparse.size", "200000", "GNU.sparse.map", "10,5,150000,5")
                    .file("sparse", "0123456789")
                    .end()))
        .end();
  }

  private static String blocks(User user, String path) {
    long bytes = user.stat(path).blocks() * 512;
    return bytes >= 1_000_000 && bytes < 1_000_000 + 8_192
        ? "1,000,000 bytes and up to one page more"
        : bytes + " bytes";
  }
}
