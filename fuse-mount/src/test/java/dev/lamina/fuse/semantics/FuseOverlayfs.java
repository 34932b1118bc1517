package dev.lamina.fuse.semantics;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lamina.linux.Mounts;
import dev.lamina.testing.fs.LowerTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The program fuse-overlayfs, which rootless engines use. */
final class FuseOverlayfs implements UnionProgram {
  private static final String PROGRAM = "fuse-overlayfs";

  private final Optional<String> version = findVersion();

  @Override
  public String name() {
    return PROGRAM;
  }

  @Override
  public String version() {
    return version.map(number -> number + ", run by root with `suid,dev`").orElse("not run");
  }

  @Override
  public Optional<String> missing() {
    return version.isPresent()
        ? Optional.empty()
        : Optional.of(PROGRAM + " is not installed; ./test.sh installs it, run by root");
  }

  private static Optional<String> findVersion() {
    String said;
    try {
      said = run(PROGRAM, "--version");
    } catch (IOException e) {
      return Optional.empty();
    }
    return said.lines()
        .filter(line -> line.startsWith(PROGRAM + ": version "))
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .findFirst();
  }

  private static String run(String... words) throws IOException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    try {
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException(String.join(" ", words) + " ended with " + status + ": " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
    return said;
  }

  @Override
  public Union mount(Path directory, List<LowerTree> layers) throws IOException {
    Mounted union = new Mounted(LayerDirectories.make(directory, layers));
    union.attach();
    return union;
  }

  private record Mounted(LayerDirectories layers) implements Union {
    private void attach() throws IOException {
      run(PROGRAM, "-o", layers.options() + ",suid,dev", path().toString());
    }

    @Override
    public Path path() {
      return layers.merged();
    }

    @Override
    public void remount() throws IOException {
      close();
      attach();
    }

    @Override
    public int ownFiles() throws IOException {
      return layers.ownFiles();
    }

    @Override
    public boolean areLayersIntact() {
      return layers.areIntact();
    }

    @Override
    public void close() {
      Mounts.umount(path().toString().getBytes(UTF_8), Mounts.UMOUNT_NOFOLLOW);
    }
  }
}
