package dev.lamina.fuse.semantics;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lamina.linux.Mounts;
import dev.lamina.testing.fs.LowerTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kernel's overlayfs. */
final class KernelOverlay implements UnionProgram {
  private static final String OPTIONS = "xino=auto,redirect_dir=on,metacopy=off";

  @Override
  public String name() {
    return "overlayfs";
  }

  @Override
  public String version() {
    return "of Linux " + release() + ", mounted with `" + OPTIONS + "`";
  }

  /** The kernel's major and minor number. */
  private static String release() {
    try {
      String release = Files.readString(Path.of("/proc/sys/kernel/osrelease"));
      Matcher numbers = Pattern.compile("\\d+\\.\\d+").matcher(release);
      return numbers.lookingAt() ? numbers.group() : release.strip();
    } catch (IOException e) {
      throw new IllegalStateException("the kernel does not say its release", e);
    }
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  @Override
  public Union mount(Path directory, List<LowerTree> layers) throws IOException {
    Mounted union = new Mounted(LayerDirectories.make(directory, layers));
    union.attach();
    return union;
  }

  private record Mounted(LayerDirectories layers) implements Union {
    private void attach() {
      byte[] options = (layers.options() + "," + OPTIONS).getBytes(UTF_8);
      Mounts.mount("overlay".getBytes(UTF_8), target(), "overlay", 0, options);
    }

    private byte[] target() {
      return layers.merged().toString().getBytes(UTF_8);
    }

    @Override
    public Path path() {
      return layers.merged();
    }

    @Override
    public void remount() {
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
      Mounts.umount(target(), Mounts.UMOUNT_NOFOLLOW);
    }
  }
}
