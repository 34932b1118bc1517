package dev.lamina.cli;

import static java.util.Objects.requireNonNull;

import dev.lamina.control.Answer.Finding;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileSystemStats;
import dev.lamina.linux.LinuxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a store is or will be: what its file system has and can do.
 *
 * @param store the store
 * @param nearest it or, before it is made, the nearest directory above that is there
 */
record StorePlace(Path store, Path nearest) {
  private static final long LITTLE = 2L << 30;

  /** Finds what there is of a path. */
  static StorePlace of(Path store) {
    Path nearest = store.toAbsolutePath();
    while (!Files.isDirectory(nearest)) {
      nearest = requireNonNull(nearest.getParent());
    }
    return new StorePlace(store, nearest);
  }

  List<Finding> examine() {
    return List.of(directory(), reflink(), space());
  }

  private Finding directory() {
    String found = store.equals(nearest) ? store.toString() : store + ", not made yet";
    return Files.isWritable(nearest)
        ? new Finding("store", Machine.OK, found, "")
        : new Finding(
            "store",
            Machine.MISSING,
            nearest + " cannot be written to",
            "choose another place with --store or LAMINA_STORE, or run as its owner");
  }

  /** Files without names, so that nothing can stay behind. */
  private Finding reflink() {
    String what = "reflink";
    byte[] path = nearest.toString().getBytes(StandardCharsets.UTF_8);
    int flags = FileOpen.O_TMPFILE | FileOpen.O_RDWR;
    try (Fd from = FileOpen.openat(Fd.CWD, path, flags, 0600);
        Fd to = FileOpen.openat(Fd.CWD, path, flags, 0600)) {
      byte[] block = new byte[1 << 16];
      FileIo.writeFully(from.value(), block, 0, block.length, 0);
      FileIo.clone(from.value(), to.value());
      return new Finding(what, Machine.OK, "the store's file system shares blocks", "");
    } catch (LinuxException e) {
      return new Finding(
          what,
          Machine.LESS,
          "the store's file system does not share blocks (" + e.errno() + ")",
          "the first write to a large file copies it: a store on XFS or Btrfs would not have to");
    }
  }

  private Finding space() {
    FileSystemStats stats = FileSystemStats.of(nearest.toString().getBytes(StandardCharsets.UTF_8));
    long free = stats.availableBlocks() * stats.blockSize();
    String found = Sizes.of(free) + " free of " + Sizes.of(stats.blocks() * stats.blockSize());
    return free >= LITTLE
        ? new Finding("disk", Machine.OK, found, "")
        : new Finding(
            "disk",
            Machine.LESS,
            found,
            "that is little for images: \"lamina gc\" gives back what nothing needs, \"lamina du\""
                + " shows what takes it");
  }
}
