package dev.lamina.daemon;

import dev.lamina.control.ControlException;
import java.util.regex.Pattern;

/** Names of volumes. */
final class VolumeNames {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,127}");
  private static final char SAVED = '@';
  private static final int HEX_DIGITS = 1 << 16;

  private VolumeNames() {}

  /**
   * Checks a name that a user chose.
   *
   * @throws ControlException where it is none
   */
  static void check(String name) throws ControlException {
    if (!NAME.matcher(name).matches()) {
      throw new ControlException(
          "\""
              + name
              + "\" is no name for a volume: letters, digits, \"_\", \".\" and \"-\", at most 128,"
              + " the first a letter or digit",
          true);
    }
  }

  /** Returns the full name of what a volume was saved as. */
  static String saved(String volume, String name) {
    return volume + SAVED + name;
  }

  /** Returns whether a volume's name is that of a saved state. */
  static boolean isSaved(String name) {
    return name.indexOf(SAVED) >= 0;
  }

  /** Returns a free name made from an image's: its last part and four hexadecimal digits. */
  static String makeUp(String image, DaemonContext context) {
    String last = image.substring(image.lastIndexOf('/') + 1);
    int colon = last.indexOf(':');
    String stem = colon < 0 ? last : last.substring(0, colon);
    while (true) {
      String name = stem + "-" + String.format("%04x", context.random().nextInt(HEX_DIGITS));
      if (NameResolver.volume(context.store().state(), name).isEmpty()) {
        return name;
      }
    }
  }
}
