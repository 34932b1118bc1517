package dev.lamina.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lamina.linux.DeviceNumber;
import dev.lamina.linux.DirectoryReader;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.Xattrs;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that a directory tree holds, as text that can be compared: each name's kind, permissions,
 * owner, time of change, xattrs, link group, and content. Read by system calls with names as bytes,
 * so that no name is lost; a byte of a name is a character here.
 *
 * <p>Of directories size and link count are left out: they are a file system's own affair.
 */
public final class FileTree {
  private final SortedMap<String, String> entries = new TreeMap<>();
  private final Map<Long, String> firstNames = new HashMap<>();
  private final byte[] buffer = new byte[1 << 16];

  private FileTree() {}

  /** Describes a directory and everything below it on the same file system. */
  public static SortedMap<String, String> describe(Path root) {
    var tree = new FileTree();
    tree.add(Fd.CWD, root.toString().getBytes(UTF_8), root.toString().getBytes(UTF_8), ".");
    return tree.entries;
  }

  /** What has to be said of two trees to make them equal: a line for each name that differs. */
  public static List<String> differences(
      String oneName,
      SortedMap<String, String> one,
      String otherName,
      SortedMap<String, String> other) {
    var names = new TreeMap<>(one);
    names.putAll(other);
    var differences = new ArrayList<String>();
    for (var name : names.keySet()) {
      var here = one.getOrDefault(name, "absent");
      var there = other.getOrDefault(name, "absent");
      if (!here.equals(there)) {
        differences.add(name + "\n  " + oneName + ": " + here + "\n  " + otherName + ": " + there);
      }
    }
    return differences;
  }

  private void add(int directory, byte[] name, byte[] path, String shown) {
    var status = new FileStatus();
    FileAttributes.lstatat(directory, name, status);
    var text =
        new StringBuilder()
            .append(kind(status))
            .append(
                " %04o %s:%s"
                    .formatted(
                        status.permissions(),
                        Integer.toUnsignedString(status.uid()),
                        Integer.toUnsignedString(status.gid())))
            .append(' ')
            .append(Instant.EPOCH.plusNanos(status.modifyTime()));
    for (var attribute : attributes(path).entrySet()) {
      text.append(' ').append(attribute.getKey()).append('=').append(attribute.getValue());
    }
    if (!status.isDirectory() && status.links() > 1) {
      var first = firstNames.putIfAbsent(status.inode(), shown);
      text.append(" %d names, first %s".formatted(status.links(), first == null ? shown : first));
    }
    entries.put(shown, text.append(content(directory, name, status)).toString());
    if (status.isDirectory()) {
      addChildren(directory, name, path, shown);
    }
  }

  private void addChildren(int directory, byte[] name, byte[] path, String shown) {
    try (var self = FileOpen.openat(directory, name, FileOpen.O_RDONLY | FileOpen.O_DIRECTORY)) {
      // in order of names, so that "first" of a link group is the same in each tree
      var children = new TreeMap<String, byte[]>();
      DirectoryReader.names(self.value()).forEach(n -> children.put(new String(n, ISO_8859_1), n));
      for (var child : children.entrySet()) {
        var below = new byte[path.length + 1 + child.getValue().length];
        System.arraycopy(path, 0, below, 0, path.length);
        below[path.length] = '/';
        System.arraycopy(child.getValue(), 0, below, path.length + 1, child.getValue().length);
        add(self.value(), child.getValue(), below, shown + "/" + child.getKey());
      }
    }
  }

  private String content(int directory, byte[] name, FileStatus status) {
    return switch (status.kind()) {
      case FileStatus.S_IFREG -> " %d bytes %s".formatted(status.size(), digest(directory, name));
      case FileStatus.S_IFLNK ->
          " to " + new String(FileNames.readlinkat(directory, name), ISO_8859_1);
      case FileStatus.S_IFCHR, FileStatus.S_IFBLK ->
          " device %d:%d"
              .formatted(
                  DeviceNumber.major(status.specialDevice()),
                  DeviceNumber.minor(status.specialDevice()));
      default -> "";
    };
  }

  private String digest(int directory, byte[] name) {
    try (var file = FileOpen.openat(directory, name, FileOpen.O_RDONLY | FileOpen.O_NOFOLLOW)) {
      var digest = MessageDigest.getInstance("SHA-256");
      long position = 0;
      int read;
      while ((read = FileIo.readFully(file.value(), buffer, 0, buffer.length, position)) > 0) {
        digest.update(buffer, 0, read);
        position += read;
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static SortedMap<String, String> attributes(byte[] path) {
    var attributes = new TreeMap<String, String>();
    for (var name : Xattrs.llist(path)) {
      attributes.put(
          new String(name, ISO_8859_1),
          Xattrs.lget(path, name).map(HexFormat.of()::formatHex).orElse("gone"));
    }
    return attributes;
  }

  private static String kind(FileStatus status) {
    return switch (status.kind()) {
      case FileStatus.S_IFREG -> "file";
      case FileStatus.S_IFDIR -> "directory";
      case FileStatus.S_IFLNK -> "symlink";
      case FileStatus.S_IFCHR -> "character";
      case FileStatus.S_IFBLK -> "block";
      case FileStatus.S_IFIFO -> "fifo";
      case FileStatus.S_IFSOCK -> "socket";
      default -> "unknown";
    };
  }
}
