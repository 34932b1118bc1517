package dev.lamina.fuse.semantics;

import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountOptions;
import dev.lamina.fuse.kernel.NativeTransport;
import dev.lamina.store.VerifyOptions;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.volume.TestStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Volumes of a store, through the native transport with its defaults, for all users. */
final class Lamina implements UnionProgram {
  private final TestStore store;

  Lamina(TestStore store) {
    this.store = store;
  }

  @Override
  public String name() {
    return "Lamina";
  }

  @Override
  public String version() {
    return "the native transport with its defaults";
  }

  @Override
  public Optional<String> missing() {
    return Optional.empty();
  }

  @Override
  public Union mount(Path directory, List<LowerTree> layers) throws IOException {
    return mount(directory, store.volume(layers), MountOptions.defaults().forAllUsers());
  }

  @Override
  public Union mountApart(Path directory, List<LowerTree> layers) throws IOException {
    TestStore own = new TestStore(directory.resolve("store"));
    Union union = new Lamina(own).mount(directory, layers);
    return new Apart(union, own);
  }

  private record Apart(Union union, TestStore store) implements Union {
    @Override
    public Path path() {
      return union.path();
    }

    @Override
    public void remount() throws IOException {
      union.remount();
    }

    @Override
    public int ownFiles() throws IOException {
      return union.ownFiles();
    }

    @Override
    public boolean areLayersIntact() throws IOException {
      return union.areLayersIntact();
    }

    @Override
    public void close() throws IOException {
      try (store) {
        union.close();
      }
    }
  }

  /** Mounts a volume that is there. */
  Mounted mount(Path directory, VolumeId id, MountOptions options) throws IOException {
    return new Mounted(id, Files.createDirectory(directory.resolve("merged")), options);
  }

  /** A volume that is mounted. */
  final class Mounted implements Union {
    private final VolumeId id;
    private final Path target;
    private final MountOptions options;
    private Mount mount;

    private Mounted(VolumeId id, Path target, MountOptions options) {
      this.id = id;
      this.target = target;
      this.options = options;
      this.mount = attach();
    }

    private Mount attach() {
      return new NativeTransport().mount(store.open(id), target, options);
    }

    /** How often the kernel has asked for something. */
    long requests(String operation) {
      return mount.statistics().of(operation);
    }

    @Override
    public Path path() {
      return target;
    }

    @Override
    public void remount() {
      mount.close();
      mount = attach();
    }

    @Override
    public int ownFiles() throws IOException {
      return LayerDirectories.count(store.store().layout().volumeData(id));
    }

    @Override
    public boolean areLayersIntact() {
      return store.store().verify(VerifyOptions.everything()).damages().isEmpty();
    }

    @Override
    public void close() {
      mount.close();
    }
  }
}
