package dev.lamina.linux;

import java.util.Locale;

/** The processor architectures whose system call numbers and flag values are known here. */
enum Architecture {
  X86_64,
  AARCH64;

  private static final Architecture CURRENT = named(System.getProperty("os.arch", "unknown"));

  /** The architecture this process runs on. */
  static Architecture current() {
    return CURRENT;
  }

  /**
   * The architecture that Java calls {@code name} in {@code os.arch}.
   *
   * @throws UnsupportedOperationException if Lamina has no system call numbers for it
   */
  static Architecture named(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64" -> X86_64;
      case "aarch64", "arm64" -> AARCH64;
      default ->
          throw new UnsupportedOperationException(
              "Lamina makes Linux system calls on x86_64 and aarch64 only; this machine is "
                  + name
                  + ". Run it on one of those.");
    };
  }

  /** Chooses between values that differ by architecture. */
  int pick(int onX86, int onAarch64) {
    return switch (this) {
      case X86_64 -> onX86;
      case AARCH64 -> onAarch64;
    };
  }
}
