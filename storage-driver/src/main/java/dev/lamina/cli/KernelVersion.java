package dev.lamina.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * The version of a Linux kernel.
 *
 * @param release as {@code uname -r} prints it
 */
record KernelVersion(int major, int minor, String release) {
  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*");

  /** Returns that of the kernel that runs. */
  static KernelVersion running() throws IOException {
    return parse(Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
  }

  /** Takes a release apart; one that is none is older than all. */
  static KernelVersion parse(String release) {
    Matcher matcher = RELEASE.matcher(release);
    return matcher.matches()
        ? new KernelVersion(
            Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)), release)
        : new KernelVersion(0, 0, release);
  }

  /** Returns whether it is a version or newer. */
  boolean isAtLeast(int wantedMajor, int wantedMinor) {
    return major > wantedMajor || (major == wantedMajor && minor >= wantedMinor);
  }

  /**
   * Returns whether the kernel that runs was built with an option; nothing where it keeps its
   * configuration to itself.
   */
  Optional<Boolean> option(String name) {
    for (Path file : List.of(Path.of("/proc/config.gz"), Path.of("/boot/config-" + release))) {
      try (InputStream raw = Files.newInputStream(file);
          InputStream plain = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
          BufferedReader lines =
              new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8))) {
        return Optional.of(
            lines.lines().anyMatch(line -> line.equals(name + "=y") || line.equals(name + "=m")));
      } catch (IOException e) {
        // not there, or not for us: the other place may tell
      }
    }
    return Optional.empty();
  }
}
