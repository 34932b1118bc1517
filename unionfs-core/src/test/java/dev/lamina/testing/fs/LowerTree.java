package dev.lamina.testing.fs;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a file system under test holds before the first operation, told neutrally: paths, kinds,
 * attributes, content, hard links, extended attributes. Immutable; each method returns a tree that
 * has one thing more. Parents come before what is in them. Paths are relative to the root, which is
 * the empty path. A path's characters stand for one byte each (ISO 8859-1), so that any name can be
 * written.
 */
public final class LowerTree {
  /** The modify time of what says no other: 2001-09-09T01:46:40.123456789Z. */
  public static final long DEFAULT_TIME = 1_000_000_000_123_456_789L;

  private static final int DEFAULT_FILE_MODE = 0644;
  private static final int DEFAULT_DIRECTORY_MODE = 0755;
  private static final LowerTree EMPTY = createEmpty();

  private final Map<List<FileName>, LowerNode> entries;

  private LowerTree(Map<List<FileName>, LowerNode> entries) {
    this.entries = Collections.unmodifiableMap(entries);
  }

  private static LowerTree createEmpty() {
    Map<List<FileName>, LowerNode> entries = new LinkedHashMap<>();
    entries.put(
        List.of(), LowerNode.of(FileKind.DIRECTORY, DEFAULT_DIRECTORY_MODE, new byte[0], 0));
    return new LowerTree(entries);
  }

  /** Returns a tree with a root directory (0755, 0:0) and nothing in it. */
  public static LowerTree empty() {
    return EMPTY;
  }

  /** Returns the names of a path that is written with slashes. */
  public static List<FileName> path(String path) {
    List<FileName> names = new ArrayList<>();
    for (String part : path.split("/", -1)) {
      if (!part.isEmpty()) {
        names.add(FileName.of(part.getBytes(StandardCharsets.ISO_8859_1)));
      }
    }
    return List.copyOf(names);
  }

  /** Returns all paths with their nodes, parents first; hard links lead to the same node. */
  public Map<List<FileName>, LowerNode> entries() {
    return entries;
  }

  /** Adds an empty directory, 0755. */
  public LowerTree directory(String path) {
    return add(
        path(path), LowerNode.of(FileKind.DIRECTORY, DEFAULT_DIRECTORY_MODE, new byte[0], 0));
  }

  /** Adds a regular file, 0644. */
  public LowerTree file(String path, String content) {
    return file(path, content.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Adds a regular file, 0644. */
  public LowerTree file(String path, byte[] content) {
    return add(path(path), LowerNode.of(FileKind.REGULAR, DEFAULT_FILE_MODE, content, 0));
  }

  /** Adds a symlink. */
  public LowerTree symlink(String path, String target) {
    byte[] bytes = target.getBytes(StandardCharsets.ISO_8859_1);
    return add(path(path), LowerNode.of(FileKind.SYMLINK, 0777, bytes, 0));
  }

  /** Adds a device, fifo or socket, 0644. */
  public LowerTree special(String path, FileKind kind, long device) {
    return add(path(path), LowerNode.of(kind, DEFAULT_FILE_MODE, new byte[0], device));
  }

  /** Adds a further name of a node that is there. */
  public LowerTree hardLink(String path, String existing) {
    return add(path(path), node(path(existing)));
  }

  /** Gives what is at a path other permission bits (07777). */
  public LowerTree mode(String path, int mode) {
    return replace(path(path), node(path(path)).withMode(mode));
  }

  /** Gives what is at a path another owner. */
  public LowerTree owner(String path, int uid, int gid) {
    return replace(path(path), node(path(path)).withOwner(uid, gid));
  }

  /** Gives what is at a path another modify time, ns since the epoch. */
  public LowerTree modifyTime(String path, long time) {
    return replace(path(path), node(path(path)).withModifyTime(time));
  }

  /** Gives what is at a path an extended attribute. */
  public LowerTree xattr(String path, String name, byte[] value) {
    return replace(path(path), node(path(path)).withXattr(FileName.of(name), value));
  }

  /** Returns what is at a path. */
  public LowerNode node(List<FileName> path) {
    LowerNode node = entries.get(path);
    if (node == null) {
      throw new IllegalArgumentException("the lower tree has no " + path);
    }
    return node;
  }

  /** Adds any node. */
  public LowerTree add(List<FileName> path, LowerNode node) {
    if (entries.containsKey(path)) {
      throw new IllegalArgumentException("the lower tree has " + path + " already");
    }
    if (node(path.subList(0, path.size() - 1)).kind() != FileKind.DIRECTORY) {
      throw new IllegalArgumentException("the parent of " + path + " is no directory");
    }
    Map<List<FileName>, LowerNode> copy = new LinkedHashMap<>(entries);
    copy.put(List.copyOf(path), node);
    return new LowerTree(copy);
  }

  private LowerTree replace(List<FileName> path, LowerNode changed) {
    LowerNode old = node(path);
    Map<List<FileName>, LowerNode> copy = new LinkedHashMap<>(entries);
    // Every name of a hard link sees the change.
    copy.replaceAll((_, node) -> node == old ? changed : node);
    return new LowerTree(copy);
  }
}
