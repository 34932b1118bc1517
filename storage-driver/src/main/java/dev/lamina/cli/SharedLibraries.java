package dev.lamina.cli;

import java.util.List;

/** Where the dynamic linker looks without being told, on Debian and on other systems. */
final class SharedLibraries {
  private SharedLibraries() {}

  /** Returns the directories. */
  static List<String> directories() {
    String triple =
        System.getProperty("os.arch").equals("amd64") ? "x86_64-linux-gnu" : "aarch64-linux-gnu";
    return List.of(
        "/lib/" + triple,
        "/usr/lib/" + triple,
        "/lib64",
        "/usr/lib64",
        "/lib",
        "/usr/lib",
        "/usr/local/lib");
  }
}
