package dev.lamina.fuse.jnr;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is open: the node of each handle, with one reference to it. Thread-safe; calls nothing under
 * its lock.
 */
final class OpenNodes {
  private final FileSystem fileSystem;

  @GuardedBy("this")
  private final Map<Long, File> files = new HashMap<>();

  /** How many handles of a node there are, where there is one. */
  @GuardedBy("this")
  private final Map<Long, Integer> opens = new HashMap<>();

  @GuardedBy("this")
  private final Map<Long, Directory> directories = new HashMap<>();

  /** The handles of each directory that is open, by libfuse's number of its node. */
  @GuardedBy("this")
  private final Map<Long, Set<Long>> byNumber = new HashMap<>();

  @GuardedBy("this")
  private long lastDirectory;

  /** An open file, and whether what is written goes to its end. */
  private record File(Reference node, boolean appending) {}

  /** An open directory, and libfuse's number of its node. */
  private record Directory(Reference node, long number) {}

  OpenNodes(FileSystem fileSystem) {
    this.fileSystem = fileSystem;
  }

  /**
   * Takes in an open file of the file system's, and a reference to its node.
   *
   * @param appending whether the file system writes at its end, whatever the position
   */
  synchronized void addFile(long handle, Reference node, boolean appending) {
    files.put(handle, new File(node, appending));
    opens.merge(node.node(), 1, Integer::sum);
  }

  /** The node of an open file. */
  synchronized long file(long handle) {
    return required(files.get(handle)).node().node();
  }

  /** Whether the file system writes at the end of an open file. */
  synchronized boolean isAppending(long handle) {
    return required(files.get(handle)).appending();
  }

  private static <T> T required(@Nullable T found) {
    if (found == null) {
      throw FsException.of(Errno.EBADF);
    }
    return found;
  }

  /** Whether a node has a handle. */
  synchronized boolean isOpen(long node) {
    return opens.containsKey(node);
  }

  /**
   * Closes a file, and gives its node back.
   *
   * @return the node
   */
  long closeFile(long handle) {
    Reference reference;
    synchronized (this) {
      reference = required(files.remove(handle)).node();
      opens.computeIfPresent(reference.node(), (_, count) -> count == 1 ? null : count - 1);
    }
    fileSystem.release(reference.node(), handle);
    reference.close();
    return reference.node();
  }

  /**
   * Takes in a directory, and a reference to its node.
   *
   * @param number libfuse's number of the node
   * @return its handle
   */
  synchronized long addDirectory(Reference node, long number) {
    lastDirectory++;
    directories.put(lastDirectory, new Directory(node, number));
    byNumber.computeIfAbsent(number, _ -> new HashSet<>()).add(lastDirectory);
    return lastDirectory;
  }

  /** The node of an open directory. */
  synchronized long directory(long handle) {
    return required(directories.get(handle)).node().node();
  }

  /**
   * The node that libfuse has given a number, where it is a directory that is open; to be closed.
   */
  synchronized Optional<Reference> useDirectory(long number) {
    return Optional.ofNullable(byNumber.get(number))
        .map(handles -> required(directories.get(handles.iterator().next())).node().share());
  }

  /** Gives the node of an open directory back. */
  void closeDirectory(long handle) {
    Directory closed;
    synchronized (this) {
      closed = required(directories.remove(handle));
      byNumber.computeIfPresent(
          closed.number(),
          (_, handles) -> {
            handles.remove(handle);
            return handles.isEmpty() ? null : handles;
          });
    }
    closed.node().close();
  }

  /** Closes what is left, once nothing is asked any more. */
  void clear() {
    List<Long> leftFiles;
    List<Long> leftDirectories;
    synchronized (this) {
      leftFiles = List.copyOf(files.keySet());
      leftDirectories = List.copyOf(directories.keySet());
    }
    leftFiles.forEach(this::closeFile);
    leftDirectories.forEach(this::closeDirectory);
  }
}
