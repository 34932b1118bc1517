package dev.lamina.testing.fs;

import dev.lamina.fs.FileSystem;
import dev.lamina.linux.Mounts;
import dev.lamina.testing.RequiresRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract on the kernel's own overlay: that a union can do what the suite asks, and what only
 * a volume can.
 */
@RequiresRoot
final class OverlayFileSystemTest extends FileSystemContractTest {
  @TempDir private Path temporary;

  private final List<Path> mounted = new ArrayList<>();

  @Override
  protected FileSystem fileSystem(LowerTree lower) throws IOException {
    Path top = Files.createTempDirectory(temporary, "overlay");
    for (String name : new String[] {"lower", "upper", "work", "merged"}) {
      Files.createDirectory(top.resolve(name));
    }
    try (Workspace below = new Workspace(new KernelFileSystem(top.resolve("lower")))) {
      TreeLoader.load(lower, below);
    }
    // The root's attributes are those of its topmost contributor.
    long time = lower.node(List.of()).modifyTime();
    try (Workspace above = new Workspace(new KernelFileSystem(top.resolve("upper")))) {
      above.utimes("", time, time);
    }
    return mount(top);
  }

  private FileSystem mount(Path top) {
    String options =
        "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work".formatted(top, top, top)
            + ",index=on,xino=on,redirect_dir=on,metacopy=off";
    Path merged = top.resolve("merged");
    Mounts.mount(bytes("overlay"), bytes(merged.toString()), "overlay", 0, bytes(options));
    mounted.add(merged);
    return new KernelFileSystem(merged);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  protected FileSystem remount(FileSystem fileSystem) {
    fileSystem.close();
    Path merged = mounted.removeLast();
    Mounts.umount(bytes(merged.toString()), 0);
    return mount(Objects.requireNonNull(merged.getParent()));
  }

  /** Unmounts what the test has mounted. */
  @AfterEach
  void unmount() {
    closeWorkspaces();
    mounted.forEach(merged -> Mounts.umount(bytes(merged.toString()), 0));
    mounted.clear();
  }

  @Override
  public Map<Capability, String> lacking() {
    Map<Capability, String> lacking = new EnumMap<>(Capability.class);
    lacking.put(Capability.CONSTANT_DIRECTORY_LINKS, "a directory not merged has the disk's count");
    lacking.put(Capability.ROOT_IS_ITS_PARENT, "two dots of the root are those of its layer");
    lacking.put(Capability.NAMELESS_HAVE_NO_LINK, "what is not copied up has its lower count");
    lacking.put(Capability.INODES_NEVER_REUSED, "numbers are those of the file systems below");
    lacking.put(Capability.LARGE_XATTRS, "ext4 has one block for all attributes");
    lacking.put(Capability.KILL_ALONE, "no system call does it");
    lacking.put(Capability.SETTABLE_CHANGE_TIME, "no system call does it");
    lacking.put(Capability.RENAME_WHITEOUT, "overlayfs refuses the flag");
    lacking.put(Capability.ORDINARY_ZERO_DEVICE, "a device 0:0 is its whiteout");
    lacking.put(Capability.ORDINARY_OVERLAY_XATTRS, "they are its own marks");
    lacking.put(Capability.STATELESS_COOKIES, "a merged listing lives as long as its open file");
    return lacking;
  }
}
