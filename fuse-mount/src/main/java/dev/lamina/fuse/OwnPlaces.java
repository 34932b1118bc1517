package dev.lamina.fuse;

import dev.lamina.linux.Errno;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Where one connection is mounted in this mount namespace: at the place where it was mounted first,
 * or where that was moved to, and where it is bound besides. A snapshot; immutable.
 */
final class OwnPlaces {
  private final int connection;
  private final Path target;
  private final MountTable table;
  private final List<MountTable.Row> rows;

  private OwnPlaces(int connection, Path target, MountTable table) {
    this.connection = connection;
    this.target = target;
    this.table = table;
    this.rows = table.rows().stream().filter(this::isOurs).toList();
  }

  /**
   * Finds them.
   *
   * @param target where it was mounted first
   */
  static OwnPlaces of(int connection, Path target, MountTable table) {
    return new OwnPlaces(connection, target, table);
  }

  /** Whether it is mounted anywhere. */
  boolean isMounted() {
    return !rows.isEmpty();
  }

  /** The mount that is meant: at its first place, else the one it was moved to. */
  Path main() {
    return TargetPath.ofBytes(mainRow().place().bytes());
  }

  private MountTable.Row mainRow() {
    MountTable.Place first = new MountTable.Place(TargetPath.bytes(target));
    return rows.stream()
        .filter(row -> row.place().equals(first))
        .findFirst()
        .orElseGet(rows::getFirst);
  }

  /** All places where nothing lies on top of it, so that it can be taken off; each once. */
  List<Path> reachable() {
    return rows.stream()
        .map(MountTable.Row::place)
        .filter(place -> table.at(place.bytes()).filter(this::isOurs).isPresent())
        .map(place -> TargetPath.ofBytes(place.bytes()))
        .distinct()
        .toList();
  }

  /** Whether something else lies on top of the mount that is meant. */
  boolean isCovered() {
    return isMounted() && !isOurs(top());
  }

  private MountTable.Row top() {
    return table.at(mainRow().place().bytes()).orElseThrow();
  }

  /**
   * Refuses where something lies on top: that is what a call of umount(2) would take off.
   *
   * @throws MountException EBUSY, saying what it is
   */
  void refuseCovered() {
    refuse(covered());
  }

  private Optional<MountException> covered() {
    return isCovered()
        ? Optional.of(busy(": " + what(top()) + " is mounted on top of it; unmount that first"))
        : Optional.empty();
  }

  /**
   * Refuses where it is bound to further places, which would be dead with the connection. What the
   * kernel itself mounted along, and unmounts along, is none.
   *
   * @throws MountException EBUSY, saying where
   */
  void refuseBound() {
    refuse(bound());
  }

  private Optional<MountException> bound() {
    MountTable.Row main = mainRow();
    String others =
        rows.stream()
            .filter(row -> row.id() != main.id() && !table.goesWith(main, row))
            .map(row -> row.place().toString())
            .collect(Collectors.joining(", "));
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(busy(": it is bound to " + others + " as well; unmount that first"));
  }

  /** What of other mounts keeps it from being taken off and ended; it is mounted. */
  Optional<MountException> obstacle() {
    return covered().or(this::bound).or(() -> occupied(table));
  }

  private static void refuse(Optional<MountException> why) {
    if (why.isPresent()) {
      throw why.get();
    }
  }

  /** Why the kernel says that it is in use: what is mounted inside, where there is something. */
  MountException busy(MountTable now, MountException refusal) {
    return occupied(now).orElse(refusal);
  }

  private Optional<MountException> occupied(MountTable now) {
    int main = mainRow().id();
    return now.rows().stream()
        .filter(row -> row.parent() == main)
        .findFirst()
        .map(
            inside ->
                busy(
                    ": "
                        + what(inside)
                        + " is mounted inside it, on "
                        + inside.place()
                        + "; unmount that first"));
  }

  private MountException busy(String why) {
    return new MountException(Errno.EBUSY, "Cannot unmount " + main() + why);
  }

  private static String what(MountTable.Row row) {
    return row.source() + " (" + row.type() + ")";
  }

  private boolean isOurs(MountTable.Row row) {
    return row.isFuse() && row.major() == 0 && row.minor() == connection;
  }
}
