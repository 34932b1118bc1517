package dev.lamina.daemon;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.archive.ArchiveException;
import dev.lamina.fs.FileSystem;
import dev.lamina.fuse.Interceptor;
import dev.lamina.fuse.Mount;
import dev.lamina.image.ImageName;
import dev.lamina.snapshot.CommitRequest;
import dev.lamina.snapshot.Snapshots;
import dev.lamina.snapshot.VolumeImages;
import dev.lamina.store.SnapshotKey;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.Capability;
import dev.lamina.testing.fs.KernelFileSystem;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.RandomOperations;
import dev.lamina.testing.fs.RandomSubject;
import dev.lamina.testing.fs.TreeLoader;
import dev.lamina.testing.fs.Workspace;
import dev.lamina.tree.Tree;
import dev.lamina.tree.TreeEditor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random sequences of all operations on a volume through the kernel's mount of it, with remounts
 * and commits among them, against the model. The properties {@code lamina.random.seed} and {@code
 * lamina.random.seconds} say which and how long.
 */
@RequiresFuse
@RequiresRoot
final class MountedVolumeRandomTest implements RandomSubject {
  private static final ImageName BASE = ImageName.parse("base");
  private static final ImageName COMMITTED = ImageName.parse("committed");
  private static final CommitRequest REQUEST = CommitRequest.plain("a test", warning -> {});

  private final IdentityHashMap<FileSystem, VolumeId> ids = new IdentityHashMap<>();
  @TempDir private Path directory;
  private MountedStore store;
  private VolumeImages images;
  private Snapshots snapshots;
  private long commits;

  @BeforeEach
  void open() {
    store = new MountedStore(directory.resolve("store"));
    snapshots = new Snapshots(store.store(), store.volumes(), Clock.systemUTC());
    images = new VolumeImages(store.store(), store.volumes(), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void a_mounted_volume_does_what_the_model_does() throws Exception {
    long seed = Long.getLong("lamina.random.seed", 5000);
    Duration duration = Duration.ofSeconds(Long.getLong("lamina.random.seconds", 60));
    assertThat(new RandomOperations(this).run(seed, duration)).isPositive();
    assertThat(commits).isPositive();
  }

  /** Makes an image of what {@code lower} says by committing a volume that was filled so. */
  @Override
  public FileSystem create(LowerTree lower) throws IOException {
    VolumeId id = emptyVolume();
    try (FileSystem filled = mounted(id)) {
      TreeLoader.load(lower, new Workspace(filled));
    }
    images.commit(id, BASE, REQUEST);
    store.volumes().remove(id);
    return mounted(store.volume(BASE.toString()));
  }

  private VolumeId emptyVolume() {
    try (var writer = store.store().begin("test")) {
      Tree tree = TreeEditor.create(store.store().directories()).finish(writer);
      writer.flush();
      return writer.commit(
          transaction ->
              store
                  .volumes()
                  .create(transaction, tree.digest(), List.of(), Optional.empty(), "test"));
    }
  }

  private FileSystem mounted(VolumeId id) throws IOException {
    Path target = Files.createTempDirectory(directory, "mount");
    Mount mount = store.mountVolume(id, target);
    FileSystem through =
        Interceptor.of(
            new KernelFileSystem(target),
            operation -> {},
            () -> {
              // Busy here is a descriptor that the model's counterpart has lost.
              mount.unmount(false);
              target.toFile().delete();
            });
    ids.put(through, id);
    return through;
  }

  private VolumeId closed(FileSystem fileSystem) {
    VolumeId id = requireNonNull(ids.remove(fileSystem));
    fileSystem.close();
    return id;
  }

  @Override
  public FileSystem remount(FileSystem fileSystem) throws IOException {
    return mounted(closed(fileSystem));
  }

  /**
   * Commits as an image while it is mounted, as one when it is not, or as a snapshot: in turn. What
   * no layer can carry, a long name's whiteout, becomes a snapshot too.
   */
  @Override
  public FileSystem commit(FileSystem fileSystem) throws IOException {
    VolumeId id = requireNonNull(ids.get(fileSystem));
    long way = commits++ % 3;
    boolean done = way == 0 && image(id);
    closed(fileSystem);
    if (done || (way == 1 && image(id))) {
      store.volumes().remove(id);
      return mounted(store.volume(COMMITTED.toString()));
    }
    return mounted(snapshot(id));
  }

  private boolean image(VolumeId id) throws IOException {
    try {
      images.commit(id, COMMITTED, REQUEST);
      return true;
    } catch (ArchiveException e) {
      assertThat(e).hasMessageContaining("its name of 255 bytes is too long for the whiteout");
      return false;
    }
  }

  /** Commits to a snapshot, which the volume becomes, and makes a volume on that. */
  private VolumeId snapshot(VolumeId id) {
    SnapshotKey active = new SnapshotKey("test", "active-" + commits);
    SnapshotKey name = new SnapshotKey("test", "committed-" + commits);
    store
        .store()
        .state()
        .transact(
            transaction -> {
              snapshots.adopt(transaction, active, id);
              return id;
            });
    snapshots.commit(name, active, new TreeMap<>());
    return snapshots.prepare(
        new SnapshotKey("test", "next-" + commits), Optional.of(name.name()), new TreeMap<>());
  }

  @Override
  public boolean commits() {
    return true;
  }

  @Override
  public void dispose(FileSystem fileSystem) {
    if (ids.containsKey(fileSystem)) {
      closed(fileSystem);
    }
  }

  @Override
  public Map<Capability, String> lacking() {
    Map<Capability, String> lacking = new EnumMap<>(Capability.class);
    lacking.put(Capability.ROOT_IS_ITS_PARENT, "the mount lies in a directory among others");
    return lacking;
  }
}
