package dev.lamina.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** How what was written is brought to disk. Tests look at the order. */
@FunctionalInterface
interface PathSync {
  /** Asks the kernel: fsync. */
  PathSync KERNEL =
      path -> {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
          channel.force(true);
        }
      };

  /** Brings a file's data, or a directory's names, to disk. */
  void sync(Path path) throws IOException;
}
