package dev.lamina.testing.fs;

import dev.lamina.fs.Attributes;
import dev.lamina.fs.FileKind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that a file system shows, by path, in words that two file systems have in common: no inode
 * numbers but who shares one, and times only where a test has set them.
 *
 * @param lines what is at each path
 */
public record TreeSnapshot(SortedMap<String, String> lines) {
  /** Times from here on are "now" of a test and differ between two runs. */
  static final long RECENT = 1_700_000_000_000_000_000L;

  private static final int NO_DUMP = 0x40;

  /** Takes it; {@code flags} says whether those of chattr(1) count. */
  public static TreeSnapshot of(Workspace workspace, boolean flags) {
    SortedMap<String, String> lines = new TreeMap<>();
    walk(workspace, "", flags, lines, new HashMap<>());
    return new TreeSnapshot(lines);
  }

  private static void walk(
      Workspace workspace,
      String path,
      boolean flags,
      SortedMap<String, String> lines,
      Map<Long, String> first) {
    Attributes attributes = workspace.attributes(path);
    StringBuilder line = new StringBuilder(describe(attributes));
    switch (attributes.kind()) {
      case REGULAR -> {
        line.append(" content=").append(Arrays.hashCode(workspace.read(path)));
        line.append(flags ? " flags=" + (workspace.flags(path) & NO_DUMP) : "");
      }
      case SYMLINK -> line.append(" target=").append(workspace.readlink(path));
      case DIRECTORY, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET -> {
        // Has no content of its own.
      }
    }
    workspace
        .xattrs(path)
        .forEach((name, value) -> line.append(' ').append(name).append(Arrays.toString(value)));
    if (attributes.kind() == FileKind.DIRECTORY) {
      String prefix = path.isEmpty() ? "" : path + "/";
      List<String> names = workspace.names(path).stream().sorted().toList();
      lines.put(path, line + wrongLinks(workspace, attributes.links, prefix, names));
      names.forEach(name -> walk(workspace, prefix + name, flags, lines, first));
    } else {
      String known = first.putIfAbsent(attributes.inode, path);
      lines.put(path, known == null ? line.toString() : line + " same as " + known);
    }
  }

  /** The link count of a directory is 1, or counts the directories in it: D5.4. */
  private static String wrongLinks(
      Workspace workspace, int links, String prefix, List<String> names) {
    if (links == 1) {
      return "";
    }
    long right =
        2
            + names.stream()
                .filter(name -> workspace.attributes(prefix + name).kind() == FileKind.DIRECTORY)
                .count();
    return links == right ? "" : " links=" + links + " instead of " + right;
  }

  /** Returns what two file systems must say alike of a node. */
  static String describe(Attributes attributes) {
    boolean directory = attributes.kind() == FileKind.DIRECTORY;
    return attributes.kind()
        + " "
        + Integer.toOctalString(attributes.mode & 07777)
        + " "
        + attributes.uid
        + ":"
        + attributes.gid
        + (directory ? "" : " size=" + attributes.size + " links=" + attributes.links)
        + (attributes.kind().isDevice() ? " device=" + attributes.device : "")
        + " mtime="
        + (attributes.modifyTime >= RECENT ? "recent" : attributes.modifyTime);
  }

  /** Returns how another one differs, a line each; empty where it does not. */
  public String differences(TreeSnapshot other) {
    StringBuilder out = new StringBuilder();
    SortedMap<String, String> all = new TreeMap<>(lines);
    all.putAll(other.lines);
    for (String path : all.keySet()) {
      String mine = lines.getOrDefault(path, "absent");
      String theirs = other.lines.getOrDefault(path, "absent");
      if (!mine.equals(theirs)) {
        out.append("\n  ").append(path).append("\n    model:   ").append(mine);
        out.append("\n    subject: ").append(theirs);
      }
    }
    return out.toString();
  }
}
