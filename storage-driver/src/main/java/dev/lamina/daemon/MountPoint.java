package dev.lamina.daemon;

import dev.lamina.control.ControlException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Checks where something is to be mounted, before it is. */
final class MountPoint {
  private MountPoint() {}

  /**
   * Returns the directory's real path.
   *
   * @param force whether it may hold something, which the mount then hides
   * @throws ControlException where it is no directory, not empty, or above or in the store
   */
  static Path check(Path directory, Path store, boolean force) throws ControlException {
    Path real;
    try {
      real = directory.toRealPath();
      if (!Files.isDirectory(real, LinkOption.NOFOLLOW_LINKS)) {
        throw failed(directory + " is no directory; mount on an empty directory");
      }
      if (real.startsWith(store)) {
        throw failed(directory + " is inside the store " + store + "; mount somewhere else");
      }
      if (store.startsWith(real)) {
        throw failed(
            "the store "
                + store
                + " is inside "
                + directory
                + " and would be hidden by the mount; mount somewhere else");
      }
      if (!force && holdsSomething(real)) {
        throw failed(
            directory
                + " is not empty; mount on an empty directory, or hide what is there with --force");
      }
    } catch (IOException e) {
      throw failed(
          directory + " cannot be mounted on: " + reason(e) + "; make it with \"mkdir\" first");
    }
    return real;
  }

  private static String reason(IOException e) {
    return e instanceof java.nio.file.NoSuchFileException
        ? "it does not exist"
        : String.valueOf(e.getMessage());
  }

  private static boolean holdsSomething(Path directory) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      return entries.iterator().hasNext();
    }
  }

  private static ControlException failed(String message) {
    return new ControlException(message, false);
  }
}
