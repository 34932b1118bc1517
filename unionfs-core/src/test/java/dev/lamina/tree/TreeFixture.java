package dev.lamina.tree;

import dev.lamina.fs.FileName;
import dev.lamina.testing.MemoryRecords;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Trees in memory, and short ways to write entries and to print what is there. */
final class TreeFixture {
  final MemoryRecords records = new MemoryRecords();
  final Directories directories = new Directories(records, 256 << 20);

  TreeView layer(Consumer<TreeEditor> entries) {
    return finish(TreeEditor.create(directories), entries);
  }

  TreeView layer(TreeView base, Consumer<TreeEditor> entries) {
    return finish(TreeEditor.on(base), entries);
  }

  private TreeView finish(TreeEditor editor, Consumer<TreeEditor> entries) {
    entries.accept(editor);
    return TreeView.open(directories, editor.finish(records).digest());
  }

  static TreePath path(String path) {
    return TreePath.parse(path);
  }

  static TreeEntry.File file(String content) {
    return file(content, 0644);
  }

  static TreeEntry.File file(String content, int mode) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    return new TreeEntry.File(
        Metadata.of(mode, 0, 0, 5_000_000_000L),
        bytes.length,
        bytes.length == 0 ? Optional.empty() : Optional.of(Digest.sha256(bytes)));
  }

  static TreeEntry.Directory directory(int mode) {
    return new TreeEntry.Directory(Metadata.of(mode, 0, 0, 7));
  }

  static TreeEntry.Symlink symlink(String target) {
    return new TreeEntry.Symlink(
        Metadata.of(0777, 0, 0, 0), target.getBytes(StandardCharsets.UTF_8));
  }

  static Xattrs xattrs(String name, String value) {
    return Xattrs.of(Map.of(FileName.of(name), value.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * All names in order, a line each: {@code /dir/ 755}, {@code /file 644 size}, with {@code *n}
   * where a file has n names, and {@code @} the first of them where that is another.
   */
  static List<String> list(TreeView view) {
    List<String> lines = new ArrayList<>();
    for (long position = 2; position <= view.positions(); position++) {
      Location at = view.locate(position);
      lines.add(line(view, at.directory, at.index, view.path(position), position));
    }
    return lines;
  }

  private static String line(
      TreeView view, Directory directory, int k, TreePath path, long position) {
    long inode = view.linkTable().first(position);
    String mode = " " + Integer.toOctalString(directory.mode(k) & 07777);
    return switch (directory.entry(k)) {
      case TreeEntry.Directory _ -> path + "/" + mode;
      case TreeEntry.File file -> path + mode + " " + file.size() + links(view, inode, path);
      case TreeEntry.Symlink link ->
          path
              + " -> "
              + new String(link.target(), StandardCharsets.UTF_8)
              + links(view, inode, path);
      case TreeEntry.Device device -> path + mode + " device " + device.device();
      case TreeEntry.Special special -> path + mode + " " + special.kind();
    };
  }

  private static String links(TreeView view, long inode, TreePath path) {
    if (view.links(inode) == 1) {
      return "";
    }
    TreePath first = view.path(inode);
    return " *" + view.links(inode) + (first.equals(path) ? "" : " @" + first);
  }
}
