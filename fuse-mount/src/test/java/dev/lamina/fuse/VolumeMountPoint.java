package dev.lamina.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.posix.MountPoint;
import dev.lamina.volume.TestStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A volume of a store of its own, mounted for all users. */
public final class VolumeMountPoint implements MountPoint {
  private final String subject;
  private final Transport transport;
  private final TestStore store;
  private final VolumeId volume;
  private final Path target;
  private final int largeDirectory;
  private Mount mount;

  /**
   * Makes a volume on what {@code lower} says, and mounts it in a temporary directory.
   *
   * @param largeDirectory how many names the large directory has
   */
  public VolumeMountPoint(
      String subject, Transport transport, Path temporary, LowerTree lower, int largeDirectory)
      throws IOException {
    this.largeDirectory = largeDirectory;
    this.subject = subject;
    this.transport = transport;
    store = new TestStore(temporary.resolve("store"));
    volume = store.volume(lower);
    target = Files.createDirectory(temporary.resolve("mount"));
    mount = mounted();
  }

  private Mount mounted() {
    return transport.mount(store.open(volume), target, MountOptions.defaults().forAllUsers());
  }

  @Override
  public String subject() {
    return subject;
  }

  @Override
  public Path path() {
    return target;
  }

  @Override
  public int largeDirectory() {
    return largeDirectory;
  }

  @Override
  public void remount() {
    mount.close();
    mount = mounted();
  }

  @Override
  public void close() {
    mount.close();
    store.close();
    assertThat(mount.statistics().defects()).isZero();
  }
}
