package dev.lamina.fuse.jnr;

import dev.lamina.fs.Attributes;
import dev.lamina.fs.FileSystem;
import dev.lamina.testing.fs.Workspace;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;

/** All that a file system tells of its tree, as a line for each path. */
final class TreeText {
  private final SortedMap<String, String> lines = new TreeMap<>();
  private final Workspace workspace;

  private TreeText(Workspace workspace) {
    this.workspace = workspace;
  }

  /** Describes everything below the root. */
  static SortedMap<String, String> of(FileSystem fileSystem) {
    TreeText text = new TreeText(new Workspace(fileSystem));
    text.add("");
    return text.lines;
  }

  private void add(String path) {
    Attributes a = workspace.attributes(path);
    StringBuilder line = new StringBuilder();
    line.append(Integer.toOctalString(a.mode))
        .append(" owner " + a.uid + ":" + a.gid)
        .append(" modified " + a.modifyTime + " changed " + a.changeTime)
        .append(" size " + a.size + " blocks " + a.blocks + " links " + a.links)
        .append(" inode " + a.inode + " device " + a.device);
    switch (a.kind()) {
      case REGULAR -> line.append(" content ").append(digest(workspace.read(path)));
      case SYMLINK -> line.append(" to ").append(workspace.readlink(path));
      case DIRECTORY, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET -> {}
    }
    workspace
        .xattrs(path)
        .forEach(
            (name, value) ->
                line.append(' ').append(name).append('=').append(HexFormat.of().formatHex(value)));
    lines.put("/" + path, line.toString());
    switch (a.kind()) {
      case DIRECTORY -> addEntries(path);
      case REGULAR, SYMLINK, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET -> {}
    }
  }

  private void addEntries(String path) {
    for (Workspace.Listed entry : workspace.list(path)) {
      if (entry.name().equals(".") || entry.name().equals("..")) {
        continue;
      }
      String below = path.isEmpty() ? entry.name() : path + "/" + entry.name();
      lines.put("/" + below + " listed", entry.inode() + " " + entry.kind());
      add(below);
    }
  }

  private static String digest(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
