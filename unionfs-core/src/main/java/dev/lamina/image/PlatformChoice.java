package dev.lamina.image;

import dev.lamina.store.Platform;
import java.util.Locale;

/**
 * A platform as an index or a command line names it: {@code os/architecture[/variant]}.
 *
 * @param variant empty where none is named
 */
public record PlatformChoice(String os, String architecture, String variant) {
  /**
   * Parses a platform.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static PlatformChoice parse(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length < 2 || parts.length > 3 || parts[0].isEmpty() || parts[1].isEmpty()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no platform: OS/ARCHITECTURE[/VARIANT], such as linux/arm64");
    }
    return new PlatformChoice(
        parts[0].toLowerCase(Locale.ROOT),
        parts[1].toLowerCase(Locale.ROOT),
        parts.length == 3 ? parts[2].toLowerCase(Locale.ROOT) : "");
  }

  /** Returns this machine's, in the words of images. */
  public static PlatformChoice host() {
    String architecture = System.getProperty("os.arch", "amd64");
    return switch (architecture) {
      case "amd64", "x86_64" -> new PlatformChoice("linux", "amd64", "");
      case "aarch64" -> new PlatformChoice("linux", "arm64", "");
      default -> new PlatformChoice("linux", architecture, "");
    };
  }

  /** Returns whether an image of another platform is what this one asks for. */
  boolean accepts(PlatformChoice other) {
    return os.equals(other.os)
        && architecture.equals(other.architecture)
        && (variant.isEmpty() || variant.equals(other.variant));
  }

  /**
   * Returns whether an image whose configuration names this platform cannot be the one that is
   * asked for. Configurations often leave the variant out.
   */
  boolean contradicts(PlatformChoice wanted) {
    return !os.equals(wanted.os)
        || !architecture.equals(wanted.architecture)
        || (!variant.isEmpty() && !wanted.variant.isEmpty() && !variant.equals(wanted.variant));
  }

  Platform toPlatform() {
    return new Platform(os, architecture, variant);
  }

  @Override
  public String toString() {
    return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
  }
}
