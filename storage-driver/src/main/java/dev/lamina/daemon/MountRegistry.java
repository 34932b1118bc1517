package dev.lamina.daemon;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.control.ControlException;
import dev.lamina.fuse.MountTable;
import dev.lamina.fuse.TargetPath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
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
    MountTable table = MountTable.read();
    Optional<ActiveMount> there = at(directory, table).or(() -> onTopAt(directory));
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

  /**
   * Returns the mount that was made at a directory and is there still; it may be below something
   * else.
   */
  synchronized Optional<ActiveMount> at(Path directory) {
    return at(directory, MountTable.read());
  }

  @GuardedBy("this")
  private Optional<ActiveMount> at(Path directory, MountTable table) {
    return serving()
        .filter(m -> m.directory().equals(directory) && isAt(directory, m, table))
        .findFirst();
  }

  private static boolean isAt(Path directory, ActiveMount mount, MountTable table) {
    MountTable.Place place = new MountTable.Place(TargetPath.bytes(directory));
    return table.rows().stream().anyMatch(row -> row.place().equals(place) && shows(row, mount));
  }

  /** Returns the mount that a directory shows, wherever it was made: it may be bound there. */
  synchronized Optional<ActiveMount> onTopAt(Path directory) {
    return MountTable.read().at(TargetPath.bytes(directory)).flatMap(this::servedAt);
  }

  /**
   * Returns where a mount is: first the directory where it was made, if it is there, then where it
   * was moved or bound to. Empty where no directory shows it any more.
   */
  static List<Path> places(ActiveMount mount, MountTable table) {
    List<Path> places =
        new ArrayList<>(
            table.rows().stream()
                .filter(row -> shows(row, mount))
                .map(row -> TargetPath.ofBytes(row.place().bytes()))
                .distinct()
                .toList());
    if (places.remove(mount.directory())) {
      places.addFirst(mount.directory());
    }
    return places;
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

  /**
   * A mount that some directory shows.
   *
   * @param place the directory where it was made, or where else it is if it is there no more
   */
  record Shown(ActiveMount mount, Path place) {}

  /** Returns all mounts that are shown at a directory, by it. */
  synchronized List<Shown> shown() {
    MountTable table = MountTable.read();
    return serving()
        .flatMap(m -> places(m, table).stream().limit(1).map(place -> new Shown(m, place)))
        .sorted(Comparator.comparing(Shown::place))
        .toList();
  }

  /**
   * Returns those that no directory shows any more, while somebody still uses them, whoever took
   * them off; the oldest first.
   */
  synchronized List<ActiveMount> detached() {
    Set<ActiveMount> shown = new HashSet<>();
    shown().forEach(s -> shown.add(s.mount()));
    return serving().filter(m -> !shown.contains(m)).toList();
  }

  /** Returns what was made at a directory, is there no more, and is shown elsewhere. */
  Optional<Shown> movedFrom(Path directory) {
    return shown().stream()
        .filter(s -> s.mount().directory().equals(directory) && !s.place().equals(directory))
        .findFirst();
  }

  /** Returns what was detached from a directory and is still used. */
  Optional<ActiveMount> detachedFrom(Path directory) {
    return detached().stream().filter(m -> m.directory().equals(directory)).findFirst();
  }

  /**
   * Where a mount is to be found.
   *
   * @param place where it is, or was until it was detached
   * @param detached whether no directory shows it any more
   */
  record Where(Path place, boolean detached) {}

  /** Returns where a mount is, or was. */
  Where where(ActiveMount mount) {
    return places(mount, MountTable.read()).stream()
        .findFirst()
        .map(place -> new Where(place, false))
        .orElseGet(() -> new Where(mount.directory(), true));
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
