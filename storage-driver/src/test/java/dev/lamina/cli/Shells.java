package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Root file systems with some of this machine's programs. */
final class Shells {
  private static final Pattern LIBRARY = Pattern.compile("(/\\S+) \\(0x");

  private Shells() {}

  /** Makes a tar of programs, the libraries that they need, and empty /etc, /proc and /dev. */
  static void tar(Path file, String... programs) throws IOException, InterruptedException {
    SortedSet<String> paths = new TreeSet<>(List.of(programs));
    List<String> ask = new ArrayList<>(List.of("ldd"));
    ask.addAll(List.of(programs));
    Matcher libraries = LIBRARY.matcher(run(ask));
    while (libraries.find()) {
      paths.add(libraries.group(1));
    }
    List<String> pack =
        new ArrayList<>(List.of("tar", "--create", "--dereference", "--no-recursion", "--file"));
    pack.addAll(List.of(file.toString(), "-C", "/", "etc", "proc", "dev"));
    paths.forEach(path -> pack.add(path.substring(1)));
    run(pack);
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", command, said).isZero();
    return said;
  }
}
