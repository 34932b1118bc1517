package dev.lamina.daemon;

import dev.lamina.control.ControlException;
import dev.lamina.control.FailureText;
import dev.lamina.fuse.MountTable;
import dev.lamina.fuse.TargetPath;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Checks where something is to be mounted, before it is; and what else a daemon is to open. */
final class MountPoint {
  private static final int MOST_SYMLINKS = 40;

  private MountPoint() {}

  /**
   * Returns a path without symlinks, found without a request to a mount of this daemon: whoever
   * serves the mount would wait for itself. What does not exist is left as it is.
   *
   * @throws ControlException where it leads into such a mount
   */
  static Path resolve(Path path, MountRegistry mounts) throws ControlException {
    return resolve(path, mounts, true, "choose a directory outside");
  }

  /**
   * Refuses a path that this daemon is to read or write where it leads into a mount of its own,
   * directly or through symlinks.
   *
   * @param instead what to do instead
   * @throws ControlException where it does
   */
  static void requireOutside(Path path, MountRegistry mounts, String instead)
      throws ControlException {
    Path _ = resolve(path.toAbsolutePath(), mounts, false, instead);
  }

  private static Path resolve(
      Path path, MountRegistry mounts, boolean mountPointItself, String instead)
      throws ControlException {
    MountTable table = MountTable.read();
    Path at = path.getRoot();
    Deque<Path> rest = new ArrayDeque<>();
    path.forEach(rest::add);
    int symlinks = 0;
    while (!rest.isEmpty()) {
      Path next = at.resolve(rest.pop()).normalize();
      Optional<ActiveMount> own = table.at(TargetPath.bytes(next)).flatMap(mounts::servedAt);
      if (own.isPresent()) {
        if (mountPointItself && rest.isEmpty()) {
          return next;
        }
        throw ControlException.failed(
            path
                + " is inside "
                + next
                + ", where "
                + own.get().what()
                + " is mounted by this daemon, which would wait for itself; "
                + instead);
      }
      if (Files.isSymbolicLink(next)) {
        if (++symlinks > MOST_SYMLINKS) {
          throw ControlException.failed(path + ": too many symlinks; two may lead to each other");
        }
        Path target = target(next);
        if (target.isAbsolute()) {
          at = target.getRoot();
        }
        List<Path> parts = new ArrayList<>();
        target.forEach(parts::add);
        parts.reversed().forEach(rest::push);
      } else {
        at = next;
      }
    }
    return at;
  }

  private static Path target(Path symlink) throws ControlException {
    try {
      return Files.readSymbolicLink(symlink);
    } catch (IOException e) {
      throw ControlException.failed(
          "the symlink " + symlink + " cannot be read: " + FailureText.of(e));
    }
  }

  /**
   * Checks a resolved directory.
   *
   * @param force whether it may hold something, which the mount then hides
   * @throws ControlException where it is no directory, not empty, or above or in the store
   */
  static void check(Path directory, Path store, boolean force) throws ControlException {
    try {
      BasicFileAttributes found =
          Files.readAttributes(directory, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!found.isDirectory()) {
        throw ControlException.failed(directory + " is no directory; mount on an empty directory");
      }
      if (directory.startsWith(store)) {
        throw ControlException.failed(
            directory + " is inside the store " + store + "; mount somewhere else");
      }
      if (store.startsWith(directory)) {
        throw ControlException.failed(
            "the store "
                + store
                + " is inside "
                + directory
                + " and would be hidden by the mount; mount somewhere else");
      }
      if (!force && holdsSomething(directory)) {
        throw ControlException.failed(
            directory
                + " is not empty; mount on an empty directory, or hide what is there with --force");
      }
    } catch (IOException e) {
      if (MountTable.read().at(TargetPath.bytes(directory)).isPresent()) {
        throw ControlException.failed(
            directory
                + " has a mount that does not answer ("
                + e.getMessage()
                + "), most likely left by a daemon that was killed; clear it with \"lamina umount "
                + directory
                + "\"");
      }
      throw ControlException.failed(
          directory + " cannot be mounted on: " + reason(e) + "; make it with \"mkdir\" first");
    }
  }

  private static String reason(IOException e) {
    return e instanceof java.nio.file.NoSuchFileException ? "it does not exist" : FailureText.of(e);
  }

  private static boolean holdsSomething(Path directory) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      return entries.iterator().hasNext();
    }
  }
}
