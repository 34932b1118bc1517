package dev.lamina.fuse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The mounts of this process's mount namespace, as /proc/self/mountinfo lists them (proc(5)):
 * reading it sends no request to any file system, unlike a stat of the place. Immutable.
 *
 * @param rows in the order of the list: of two at one place the later one lies on top
 */
public record MountTable(List<Row> rows) {
  private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");
  private static final int ID = 0;
  private static final int PARENT = 1;
  private static final int MAJOR_MINOR = 2;
  private static final int ROOT = 3;
  private static final int MOUNT_POINT = 4;
  private static final int FIRST_OPTIONAL = 6;

  /** Copies the rows. */
  public MountTable {
    rows = List.copyOf(rows);
  }

  /**
   * One mount.
   *
   * @param id its number in this list
   * @param parent the number of the mount that its place is in
   * @param peers the group of mounts that what happens in this one happens in too, 0 for none
   * @param master the group that what happens in happens in this one too, 0 for none
   * @param root what of its file system it shows
   * @param major major device number of its files
   * @param minor minor device number of its files; of FUSE the connection's number
   * @param place where it is mounted, as bytes (a path need not be text)
   * @param type the file system's type, such as {@code fuse.lamina}
   * @param source the device, or what a file system without one gives instead
   */
  public record Row(
      int id,
      int parent,
      int peers,
      int master,
      Place root,
      int major,
      int minor,
      Place place,
      String type,
      String source) {
    /** Whether it is a FUSE file system, whoever serves it. */
    public boolean isFuse() {
      return type.equals("fuse") || type.equals("fuseblk") || type.startsWith("fuse.");
    }
  }

  /** An absolute path, in bytes. */
  public static final class Place {
    private final byte[] bytes;

    /** Copies the bytes. */
    public Place(byte[] bytes) {
      this.bytes = bytes.clone();
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
      return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Place place && Arrays.equals(bytes, place.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** Reads the list as it is now. */
  public static MountTable read() {
    try {
      return parse(Files.readAllBytes(MOUNTINFO));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + MOUNTINFO + ": is /proc mounted?", e);
    }
  }

  /**
   * Reads the list of another process, whose mount namespace may be another.
   *
   * @param process its directory below /proc
   * @throws IOException where it has ended, or may not be looked into
   */
  public static MountTable of(Path process) throws IOException {
    return parse(Files.readAllBytes(process.resolve("mountinfo")));
  }

  /** The mount with a number, which no other mount of the machine has at the same time. */
  public Optional<Row> byId(int id) {
    return rows.stream().filter(row -> row.id() == id).findFirst();
  }

  /** The mount that a path leads into, found by its text. */
  public Optional<Row> leadingTo(byte[] path) {
    return rows.stream()
        .filter(row -> isBelow(withoutSlash(row.place().bytes()), path))
        // Of two at one place the later one.
        .reduce(
            (one, other) ->
                other.place().bytes().length >= one.place().bytes().length ? other : one);
  }

  private static boolean isBelow(byte[] directory, byte[] path) {
    return path.length >= directory.length
        && Arrays.equals(directory, Arrays.copyOf(path, directory.length))
        && (path.length == directory.length || path[directory.length] == '/');
  }

  /** The mount on top at a place, if there is one exactly there. */
  public Optional<Row> at(byte[] place) {
    Place wanted = new Place(place);
    return rows.reversed().stream().filter(row -> row.place().equals(wanted)).findFirst();
  }

  /**
   * Whether another mount came with a mount and goes with it: where what they lie in are peers, or
   * the other's follows the one's, and both are at the same directory there (shared subtrees,
   * Documentation/filesystems/sharedsubtree.rst).
   */
  boolean goesWith(Row one, Row other) {
    Optional<Row> above = byId(one.parent());
    Optional<Row> otherAbove = byId(other.parent());
    if (above.isEmpty() || otherAbove.isEmpty() || above.equals(otherAbove)) {
      return false;
    }
    int group = above.get().peers();
    boolean follows = otherAbove.get().peers() == group || otherAbove.get().master() == group;
    return group != 0
        && follows
        && Arrays.equals(within(above.get(), one), within(otherAbove.get(), other));
  }

  /** Where in the parent's file system a mount lies. */
  private static byte[] within(Row parent, Row row) {
    byte[] root = withoutSlash(parent.root().bytes());
    byte[] place = row.place().bytes();
    int from = Math.min(withoutSlash(parent.place().bytes()).length, place.length);
    byte[] within = Arrays.copyOf(root, root.length + place.length - from);
    System.arraycopy(place, from, within, root.length, place.length - from);
    return within;
  }

  /** The root directory is a slash, which the paths below it begin with. */
  private static byte[] withoutSlash(byte[] path) {
    return path.length == 1 ? new byte[0] : path;
  }

  /** Takes the text of mountinfo apart; a line it cannot read is passed over. */
  static MountTable parse(byte[] mountinfo) {
    List<Row> rows = new ArrayList<>();
    // Latin-1 keeps each byte: places are turned back into bytes below.
    for (String line : new String(mountinfo, StandardCharsets.ISO_8859_1).split("\n", -1)) {
      String[] fields = line.split(" ", -1);
      int separator = Arrays.asList(fields).indexOf("-");
      if (separator < FIRST_OPTIONAL || separator + 2 >= fields.length) {
        continue;
      }
      String device = fields[MAJOR_MINOR];
      int colon = device.indexOf(':');
      rows.add(
          new Row(
              Integer.parseInt(fields[ID]),
              Integer.parseInt(fields[PARENT]),
              group(fields, separator, "shared:"),
              group(fields, separator, "master:"),
              new Place(unescape(fields[ROOT])),
              Integer.parseInt(device.substring(0, colon)),
              Integer.parseInt(device.substring(colon + 1)),
              new Place(unescape(fields[MOUNT_POINT])),
              text(fields[separator + 1]),
              text(fields[separator + 2])));
    }
    return new MountTable(rows);
  }

  private static int group(String[] fields, int separator, String tag) {
    for (int i = FIRST_OPTIONAL; i < separator; i++) {
      if (fields[i].startsWith(tag)) {
        return Integer.parseInt(fields[i].substring(tag.length()));
      }
    }
    return 0;
  }

  private static String text(String field) {
    return new String(unescape(field), StandardCharsets.UTF_8);
  }

  /** Space, tab, newline and backslash come as a backslash and three octal digits. */
  private static byte[] unescape(String field) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(field.length());
    for (int i = 0; i < field.length(); i++) {
      if (field.charAt(i) == '\\' && i + 3 < field.length()) {
        bytes.write(Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        bytes.write(field.charAt(i));
      }
    }
    return bytes.toByteArray();
  }
}
