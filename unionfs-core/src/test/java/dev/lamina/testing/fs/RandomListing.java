package dev.lamina.testing.fs;

import dev.lamina.fs.Entry;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.fs.NodeId;
import dev.lamina.linux.Errno;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A listing of the subject that goes on over several steps: what the model's directory holds
 * throughout must come exactly once.
 */
final class RandomListing implements AutoCloseable {
  private static final int PART = 3;

  private final Workspace model;
  private final Workspace subject;
  private final long modelNode;
  private final long subjectNode;
  private final Map<String, Long> throughout;
  private final Map<String, Integer> seen = new HashMap<>();
  private long cookie;

  private RandomListing(Workspace model, Workspace subject, long modelNode, long subjectNode) {
    this.model = model;
    this.subject = subject;
    this.modelNode = modelNode;
    this.subjectNode = subjectNode;
    this.throughout = new HashMap<>(places());
  }

  /**
   * Begins it.
   *
   * @throws FsException where the path leads to no directory
   */
  static RandomListing begin(Workspace model, Workspace subject, String path) {
    model.list(path);
    long modelNode = hold(model, path);
    return new RandomListing(model, subject, modelNode, hold(subject, path));
  }

  private static long hold(Workspace workspace, String path) {
    if (path.isEmpty()) {
      return NodeId.ROOT;
    }
    return workspace.inDirectory(
        path,
        (parent, name) -> {
          Entry entry = new Entry();
          if (!workspace.fileSystem().lookup(parent, name, entry)) {
            throw FsException.of(Errno.ENOENT);
          }
          return entry.node;
        });
  }

  /** Each name with its place in the model's listing, which another file of that name has not. */
  private Map<String, Long> places() {
    Map<String, Long> places = new HashMap<>();
    for (Workspace.Listed listed : model.listNode(modelNode, 0, Integer.MAX_VALUE)) {
      if (!listed.name().equals(".") && !listed.name().equals("..")) {
        places.put(listed.name(), listed.cookie());
      }
    }
    return places;
  }

  /** Goes on; whether it has ended. What is wrong is thrown. */
  boolean step() {
    throughout.entrySet().retainAll(places().entrySet());
    List<Workspace.Listed> part = subject.listNode(subjectNode, cookie, PART);
    for (Workspace.Listed listed : part) {
      seen.merge(listed.name(), 1, Integer::sum);
      cookie = listed.cookie();
    }
    if (!part.isEmpty()) {
      return false;
    }
    for (String name : throughout.keySet()) {
      int times = seen.getOrDefault(name, 0);
      if (times != 1) {
        throw new AssertionError("a listing in parts had '" + name + "' " + times + " times");
      }
    }
    return true;
  }

  @Override
  public void close() {
    forget(model.fileSystem(), modelNode);
    forget(subject.fileSystem(), subjectNode);
  }

  private static void forget(FileSystem fileSystem, long node) {
    if (node != NodeId.ROOT) {
      fileSystem.forget(node, 1);
    }
  }
}
