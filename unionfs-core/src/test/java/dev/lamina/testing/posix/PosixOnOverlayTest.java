package dev.lamina.testing.posix;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lamina.linux.Mounts;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.KernelFileSystem;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.TreeLoader;
import dev.lamina.testing.fs.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The suite on the kernel's own overlay: what a union can do. */
@RequiresRoot
final class PosixOnOverlayTest extends PosixTest {
  @TempDir private static Path temporary;

  @Override
  protected MountPoint mount(LowerTree lower) throws IOException {
    for (String name : new String[] {"lower", "upper", "work", "merged"}) {
      Files.createDirectory(temporary.resolve(name));
    }
    try (Workspace below = new Workspace(new KernelFileSystem(temporary.resolve("lower")))) {
      TreeLoader.load(lower, below);
    }
    return new Overlay(temporary);
  }

  private record Overlay(Path top) implements MountPoint {
    Overlay {
      mount(top);
    }

    private static void mount(Path top) {
      String options =
          "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work".formatted(top, top, top)
              + ",index=on,xino=on,redirect_dir=on,metacopy=off,nfs_export=on";
      Mounts.mount(bytes("overlay"), bytes(merged(top)), "overlay", 0, bytes(options));
    }

    private static byte[] bytes(Object text) {
      return text.toString().getBytes(UTF_8);
    }

    private static Path merged(Path top) {
      return top.resolve("merged");
    }

    @Override
    public String subject() {
      return "overlayfs";
    }

    @Override
    public Path path() {
      return merged(top);
    }

    @Override
    public void remount() {
      close();
      mount(top);
    }

    @Override
    public void close() {
      Mounts.umount(bytes(path()), 0);
    }
  }
}
