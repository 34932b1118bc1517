package dev.lamina.testing.fs;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.linux.FileOpen;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Makes what a {@link LowerTree} says in an empty file system, through its operations. */
public final class TreeLoader {
  private final Workspace workspace;
  private final IdentityHashMap<LowerNode, String> made = new IdentityHashMap<>();

  private TreeLoader(Workspace workspace) {
    this.workspace = workspace;
  }

  /** Makes it. */
  public static void load(LowerTree tree, Workspace workspace) {
    TreeLoader loader = new TreeLoader(workspace);
    tree.entries().forEach(loader::make);
    List<Map.Entry<List<FileName>, LowerNode>> entries = new ArrayList<>(tree.entries().entrySet());
    // Directories after what is in them, which would move their times.
    entries.reversed().forEach(entry -> loader.setTime(entry.getKey(), entry.getValue()));
  }

  /** Returns a path of these names in the form {@link Workspace} takes. */
  static String text(List<FileName> path) {
    StringBuilder text = new StringBuilder();
    for (FileName name : path) {
      text.append(text.isEmpty() ? "" : "/");
      text.append(new String(name.toBytes(), StandardCharsets.ISO_8859_1));
    }
    return text.toString();
  }

  private void make(List<FileName> names, LowerNode node) {
    String path = text(names);
    String existing = made.putIfAbsent(node, path);
    if (existing != null) {
      workspace.link(existing, path);
      return;
    }
    switch (node.kind()) {
      case DIRECTORY -> {
        if (!names.isEmpty()) {
          workspace.mkdir(path);
        }
      }
      case REGULAR -> {
        try (Handle handle = workspace.create(path, 0600, FileOpen.O_WRONLY)) {
          handle.write(0, node.content());
        }
      }
      case SYMLINK ->
          workspace.symlink(path, new String(node.content(), StandardCharsets.ISO_8859_1));
      case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO, SOCKET ->
          workspace.mknod(path, node.kind(), 0600, node.device());
    }
    workspace.chown(path, node.uid(), node.gid());
    if (node.kind() != FileKind.SYMLINK) {
      workspace.chmod(path, node.mode());
    }
    node.xattrs()
        .forEach(
            (name, value) ->
                workspace.setxattr(
                    path, new String(name.toBytes(), StandardCharsets.ISO_8859_1), value, 0));
  }

  private void setTime(List<FileName> names, LowerNode node) {
    workspace.utimes(text(names), node.modifyTime(), node.modifyTime());
  }
}
