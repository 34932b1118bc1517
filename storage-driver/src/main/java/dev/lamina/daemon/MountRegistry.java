package dev.lamina.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.control.ControlException;
import dev.lamina.fuse.MountTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which directories have mounts of this daemon. A directory is reserved first, so that two requests
 * for one never both mount. Thread-safe; a mount that somebody ended with umount(8) goes by itself.
 */
final class MountRegistry {
  @GuardedBy("this")
  private final SortedMap<Path, ActiveMount> mounts = new TreeMap<>();

  /** All whose file system is not closed yet, shown at a directory or not; the oldest first. */
  @GuardedBy("this")
  private final Set<ActiveMount> open = new LinkedHashSet<>();

  @GuardedBy("this")
  private final Set<Path> reserved = new TreeSet<>();

  /**
   * Reserves a directory.
   *
   * @throws ControlException where it has a mount or is about to
   */
  synchronized void reserve(Path directory) throws ControlException {
    Optional<ActiveMount> there = at(directory);
    if (there.isPresent()) {
      throw new ControlException(
          directory
              + " has "
              + there.get().what()
              + " mounted already; unmount it with \"lamina umount "
              + directory
              + "\"",
          false);
    }
    if (!reserved.add(directory)) {
      throw new ControlException(directory + " is being mounted by another request", false);
    }
  }

  /** Gives a reservation back. */
  synchronized void release(Path directory) {
    reserved.remove(directory);
  }

  /** Registers a mount and watches for its end. */
  void add(ActiveMount mount) {
    synchronized (this) {
      mounts.put(mount.directory(), mount);
      open.add(mount);
    }
    Thread.ofVirtual().name("lamina-mount-end").start(() -> awaitEnd(mount));
  }

  private void awaitEnd(ActiveMount mount) {
    try {
      mount.mount().await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    synchronized (this) {
      mounts.remove(mount.directory(), mount);
      open.remove(mount);
    }
  }

  /** Returns the mount at a directory, unless somebody else has taken it off. */
  synchronized Optional<ActiveMount> at(Path directory) {
    return Optional.ofNullable(mounts.get(directory))
        .filter(m -> m.mount().isMounted() && isShown(m, MountTable.read()));
  }

  /** Whether any directory shows a mount; it may have been moved. */
  private static boolean isShown(ActiveMount mount, MountTable table) {
    return table.rows().stream().anyMatch(row -> shows(row, mount));
  }

  private static boolean shows(MountTable.Row row, ActiveMount mount) {
    return row.isFuse() && row.major() == 0 && row.minor() == mount.mount().connection();
  }

  /** Returns the mount of this daemon that a row of the kernel's list shows, or a copy of. */
  synchronized Optional<ActiveMount> servedAt(MountTable.Row row) {
    return serving().filter(m -> shows(row, m)).findFirst();
  }

  /** Those that still serve somebody, shown at a directory or detached from it. */
  @GuardedBy("this")
  private Stream<ActiveMount> serving() {
    return open.stream().filter(m -> m.mount().isMounted());
  }

  /** Returns the mount of a volume, which may be detached. */
  synchronized Optional<ActiveMount> ofVolume(String name) {
    return serving().filter(m -> m.volume().equals(Optional.of(name))).findFirst();
  }

  /** Returns a mount of an image as it is, which may be detached. */
  synchronized Optional<ActiveMount> ofImage(String name) {
    return serving().filter(m -> m.volume().isEmpty() && m.what().equals(name)).findFirst();
  }

  /** Those whose file system is not closed yet and that were taken off here. */
  @GuardedBy("this")
  private List<ActiveMount> takenOff() {
    List<ActiveMount> found = new ArrayList<>(open);
    found.removeAll(mounts.values());
    return found;
  }

  /** Returns all mounts that are shown at a directory, by it. */
  synchronized List<ActiveMount> all() {
    MountTable table = MountTable.read();
    return mounts.values().stream()
        .filter(m -> m.mount().isMounted() && isShown(m, table))
        .toList();
  }

  /**
   * Returns those that no directory shows any more, while somebody still uses them, whoever took
   * them off; the oldest first.
   */
  synchronized List<ActiveMount> detached() {
    List<ActiveMount> shown = all();
    return serving().filter(m -> !shown.contains(m)).toList();
  }

  /** Returns what was detached from a directory and is still used. */
  Optional<ActiveMount> detachedFrom(Path directory) {
    return detached().stream().filter(m -> m.directory().equals(directory)).findFirst();
  }

  /** Whether no directory shows a mount any more, while somebody still uses it. */
  boolean isDetached(ActiveMount mount) {
    return detached().contains(mount);
  }

  /**
   * Takes a mount off its directory. Until its file system is closed, be it that somebody still
   * uses it or that it is just being closed, it is known all the same.
   */
  synchronized void remove(ActiveMount mount) {
    mounts.remove(mount.directory(), mount);
  }

  /**
   * Returns all that are to be ended with the daemon, deepest first: those included that are
   * detached, and those whose file system is just being closed.
   */
  synchronized List<ActiveMount> deepestFirst() {
    List<ActiveMount> found = new ArrayList<>();
    mounts.values().forEach(found::addFirst);
    found.addAll(takenOff());
    return found;
  }
}
