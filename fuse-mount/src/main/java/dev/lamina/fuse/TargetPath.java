package dev.lamina.fuse;

import dev.lamina.linux.Errno;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** The directories that file systems are mounted on: as one path, and as bytes. */
public final class TargetPath {
  private TargetPath() {}

  /**
   * The real path of a directory to mount on. Not of one that is mounted already by a server that
   * does not answer: see {@link #ofMounted}.
   *
   * @throws MountException where it is no directory
   */
  public static Path of(Path target) {
    try {
      Path real = target.toRealPath();
      if (!Files.readAttributes(real, BasicFileAttributes.class).isDirectory()) {
        throw new MountException(
            Errno.ENOTDIR, "Cannot mount on " + target + ": it is not a directory");
      }
      return real;
    } catch (IOException e) {
      if (MountTable.read().at(bytes(ofMounted(target))).isPresent()) {
        throw new MountException(
            Errno.ENOTCONN,
            "Cannot mount on "
                + target
                + ": a server that is dead left a mount there; clear it with 'lamina umount "
                + target
                + "'",
            e);
      }
      throw new MountException(
          Errno.ENOENT,
          "Cannot mount on " + target + ": there is no such directory; make it first",
          e);
    }
  }

  /**
   * The real path of a place where something is mounted, found without touching what is mounted
   * there.
   */
  public static Path ofMounted(Path target) {
    Path absolute = target.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    Path name = absolute.getFileName();
    if (parent == null || name == null) {
      return absolute;
    }
    try {
      return parent.toRealPath().resolve(name);
    } catch (IOException e) {
      return absolute;
    }
  }

  /** A path as the kernel takes it. */
  public static byte[] bytes(Path path) {
    return path.toString().getBytes(encoding());
  }

  /** A path of the kernel's. */
  public static Path ofBytes(byte[] path) {
    return Path.of(new String(path, encoding()));
  }

  /** How the JDK turns paths into bytes. */
  private static Charset encoding() {
    String name = System.getProperty("sun.jnu.encoding");
    return name == null ? StandardCharsets.UTF_8 : Charset.forName(name);
  }
}
