package dev.lamina.volume;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How volumes are served.
 *
 * @param syncPeriod how long what was written may stay unsynced when nobody asks, above 0
 * @param hasSelinux whether this machine runs SELinux: where not, an inode without a label answers
 *     in the way that makes programs stop asking
 */
public record VolumeOptions(Duration syncPeriod, boolean hasSelinux) {
  private static final Path SELINUX = Path.of("/sys/fs/selinux/enforce");

  /** Checks the period. */
  public VolumeOptions {
    if (!syncPeriod.isPositive()) {
      throw new IllegalArgumentException("the sync period must be above 0: " + syncPeriod);
    }
  }

  /** Five seconds, and SELinux where the kernel shows it. */
  public static VolumeOptions defaults() {
    return new VolumeOptions(Duration.ofSeconds(5), Files.exists(SELINUX));
  }
}
