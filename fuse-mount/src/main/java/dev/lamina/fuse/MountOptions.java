package dev.lamina.fuse;

import java.util.ArrayList;
import java.util.List;

/**
 * How a file system is mounted: what {@code -o} says. Permissions are always checked by the kernel
 * ({@code default_permissions}), since a {@link dev.lamina.fs.FileSystem} does not.
 *
 * @param readOnly nothing can be changed
 * @param allowOther users other than the one who mounts may use it
 * @param noSetUserId set-user-id and file capabilities have no effect
 * @param noDevices device files cannot be opened
 * @param noExecute programs cannot be executed
 * @param noAccessTime access times are not kept
 * @param passthrough open files are handed to the kernel where it can read and write them by itself
 * @param source what /proc/mounts shows as the mounted device; not empty
 * @param maxThreads the most requests that are served at once, 2 to 1024
 */
public record MountOptions(
    boolean readOnly,
    boolean allowOther,
    boolean noSetUserId,
    boolean noDevices,
    boolean noExecute,
    boolean noAccessTime,
    boolean passthrough,
    String source,
    int maxThreads) {
  private static final int LEAST_THREADS = 2;
  private static final int MOST_THREADS = 1024;
  private static final String KNOWN =
      "ro, rw, allow_other, noallow_other, default_permissions, suid, nosuid, dev, nodev, exec,"
          + " noexec, atime, noatime, relatime, passthrough, nopassthrough, fsname=NAME,"
          + " max_threads=NUMBER";

  /** Checks the values. */
  public MountOptions {
    if (source.isEmpty() || source.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "fsname must have at least one character, none of them NUL");
    }
    if (maxThreads < LEAST_THREADS || maxThreads > MOST_THREADS) {
      throw new IllegalArgumentException(
          "max_threads must be " + LEAST_THREADS + " to " + MOST_THREADS + ", not " + maxThreads);
    }
  }

  /** Writable, for the user who mounts alone, devices and set-user-id in force, 32 threads. */
  public static MountOptions defaults() {
    return new MountOptions(false, false, false, false, false, false, true, "lamina", 32);
  }

  /** These options, read-only. */
  public MountOptions asReadOnly() {
    return with("ro");
  }

  /** These options, for all users. */
  public MountOptions forAllUsers() {
    return with("allow_other");
  }

  /**
   * The options of a comma-separated list on top of {@link #defaults()}. A comma or backslash of a
   * value is written with a backslash before it. What mount(8) passes on for its own use ({@code
   * defaults}, {@code _netdev}, {@code noauto}, {@code nofail}, {@code x-…}) is passed over.
   *
   * @throws IllegalArgumentException naming the option that is unknown or wrong
   */
  public static MountOptions parse(String list) {
    MountOptions options = defaults();
    for (String option : split(list)) {
      options = options.with(option);
    }
    return options;
  }

  /**
   * These options with one more on top.
   *
   * @throws IllegalArgumentException naming the option where it is unknown or wrong
   */
  public MountOptions with(String option) {
    int equals = option.indexOf('=');
    String name = equals < 0 ? option : option.substring(0, equals);
    String value = equals < 0 ? "" : option.substring(equals + 1);
    Draft draft = new Draft(this);
    if (equals < 0) {
      switch (name) {
        case "ro" -> draft.readOnly = true;
        case "rw" -> draft.readOnly = false;
        case "allow_other" -> draft.allowOther = true;
        case "noallow_other" -> draft.allowOther = false;
        case "nosuid" -> draft.noSetUserId = true;
        case "suid" -> draft.noSetUserId = false;
        case "nodev" -> draft.noDevices = true;
        case "dev" -> draft.noDevices = false;
        case "noexec" -> draft.noExecute = true;
        case "exec" -> draft.noExecute = false;
        case "noatime" -> draft.noAccessTime = true;
        case "atime", "relatime" -> draft.noAccessTime = false;
        case "passthrough" -> draft.passthrough = true;
        case "nopassthrough" -> draft.passthrough = false;
        case "default_permissions", "defaults", "_netdev", "noauto", "auto", "nofail" -> {}
        default -> {
          if (!name.startsWith("x-")) {
            throw unknown(option);
          }
        }
      }
    } else {
      switch (name) {
        case "fsname" -> draft.source = value;
        case "max_threads" -> draft.maxThreads = number(name, value);
        case "comment" -> {}
        default -> {
          if (!name.startsWith("x-")) {
            throw unknown(option);
          }
        }
      }
    }
    return draft.finish();
  }

  private static List<String> split(String list) {
    List<String> options = new ArrayList<>();
    StringBuilder option = new StringBuilder();
    for (int i = 0; i < list.length(); i++) {
      char c = list.charAt(i);
      if (c == '\\' && i + 1 < list.length()) {
        i++;
        option.append(list.charAt(i));
      } else if (c == ',') {
        options.add(option.toString());
        option.setLength(0);
      } else {
        option.append(c);
      }
    }
    options.add(option.toString());
    options.removeIf(String::isEmpty);
    return options;
  }

  private static int number(String name, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " needs a number, not '" + value + "'", e);
    }
  }

  private static IllegalArgumentException unknown(String option) {
    return new IllegalArgumentException(
        "Unknown mount option '" + option + "'. Known are: " + KNOWN);
  }

  /** The fields of a record under change. */
  private static final class Draft {
    boolean readOnly;
    boolean allowOther;
    boolean noSetUserId;
    boolean noDevices;
    boolean noExecute;
    boolean noAccessTime;
    boolean passthrough;
    String source;
    int maxThreads;

    Draft(MountOptions from) {
      readOnly = from.readOnly;
      allowOther = from.allowOther;
      noSetUserId = from.noSetUserId;
      noDevices = from.noDevices;
      noExecute = from.noExecute;
      noAccessTime = from.noAccessTime;
      passthrough = from.passthrough;
      source = from.source;
      maxThreads = from.maxThreads;
    }

    MountOptions finish() {
      return new MountOptions(
          readOnly,
          allowOther,
          noSetUserId,
          noDevices,
          noExecute,
          noAccessTime,
          passthrough,
          source,
          maxThreads);
    }
  }
}
