package dev.lamina.fuse.jnr;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.Invalidations;
import dev.lamina.fs.TransportFeatures;
import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountOptions;
import dev.lamina.linux.DeviceNumber;
import dev.lamina.store.Store;
import dev.lamina.store.StoreOptions;
import dev.lamina.store.StoreWriter;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.KernelFileSystem;
import dev.lamina.testing.fs.Workspace;
import dev.lamina.tree.Digest;
import dev.lamina.tree.Metadata;
import dev.lamina.tree.TreeEditor;
import dev.lamina.tree.TreeEntry;
import dev.lamina.tree.TreePath;
import dev.lamina.tree.Xattrs;
import dev.lamina.volume.VolumeOptions;
import dev.lamina.volume.Volumes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Images and volumes of a store, mounted through libfuse. */
@RequiresFuse
@RequiresRoot
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class JnrVolumeTest {
  private static final long TIME = 1_234_567_890_123_456_789L;

  @TempDir Path directory;

  private Store store;
  private Volumes volumes;
  private Path target;

  @BeforeEach
  void open() throws Exception {
    target = Files.createDirectory(directory.resolve("mount"));
    store = Store.open(directory.resolve("store"), StoreOptions.defaults(), Clock.systemUTC());
    volumes = Volumes.of(store, VolumeOptions.defaults(), Clock.systemUTC());
  }

  @AfterEach
  void close() {
    volumes.close();
    store.close();
  }

  private static Metadata metadata(int mode) {
    SortedMap<FileName, byte[]> xattrs =
        new TreeMap<>(Map.of(FileName.of("user.kind"), "test".getBytes(UTF_8)));
    return new Metadata(mode, 1000, 100, TIME, Xattrs.of(xattrs));
  }

  private Digest tree(StoreWriter writer) {
    byte[] large = new byte[1 << 20];
    new Random(2).nextBytes(large);
    TreeEditor editor = TreeEditor.create(store.directories());
    TreePath file = TreePath.parse("etc/small");
    editor.put(TreePath.parse("etc"), new TreeEntry.Directory(metadata(0755)));
    editor.put(
        file, new TreeEntry.File(metadata(0640), 5, writer.putBytes("small".getBytes(UTF_8))));
    editor.put(
        TreePath.parse("large"),
        new TreeEntry.File(metadata(04755), large.length, writer.putBytes(large)));
    editor.link(TreePath.parse("again"), file);
    Metadata plain = new Metadata(0777, 0, 0, TIME, Xattrs.EMPTY);
    editor.put(TreePath.parse("link"), new TreeEntry.Symlink(plain, "etc/small".getBytes(UTF_8)));
    editor.put(
        TreePath.parse("null"),
        new TreeEntry.Device(plain, FileKind.CHARACTER_DEVICE, DeviceNumber.of(1, 3)));
    return editor.finish(writer).digest();
  }

  private SortedMap<String, String> mounted(FileSystem fileSystem) {
    try (Mount mount =
            new JnrTransport().mount(fileSystem, target, MountOptions.defaults().asReadOnly());
        KernelFileSystem through = new KernelFileSystem(target)) {
      SortedMap<String, String> text = TreeText.of(through);
      assertThat(mount.statistics().defects()).isZero();
      return text;
    }
  }

  private static SortedMap<String, String> direct(FileSystem fileSystem) {
    try (fileSystem) {
      fileSystem.attach(TransportFeatures.NONE, Invalidations.ignored());
      return TreeText.of(fileSystem);
    }
  }

  @Test
  void anImageThroughTheMountEqualsTheImageItself() {
    try (StoreWriter writer = store.begin("test")) {
      Digest tree = tree(writer);
      writer.flush();
      SortedMap<String, String> expected = direct(volumes.openTree(tree));
      assertThat(expected).hasSize(13);
      assertThat(mounted(volumes.openTree(tree))).isEqualTo(expected);
    }
  }

  @Test
  void aVolumeThroughTheMountShowsItsChanges() {
    VolumeId id;
    try (StoreWriter writer = store.begin("test")) {
      Digest tree = tree(writer);
      writer.flush();
      id =
          writer.commit(
              transaction ->
                  volumes.create(transaction, tree, List.of(), Optional.empty(), "test"));
    }
    FileSystem volume = volumes.open(id, "a test");
    volume.attach(TransportFeatures.NONE, Invalidations.ignored());
    try (Workspace workspace = new Workspace(volume)) {
      workspace.write("large", 100, "changed");
      workspace.unlink("null");
      workspace.mkdir("new");
      workspace.rename("etc", "new/etc");
    }
    SortedMap<String, String> expected = direct(volumes.open(id, "a test"));
    assertThat(expected).containsKey("/new/etc/small").doesNotContainKey("/null");
    assertThat(mounted(volumes.open(id, "a test"))).isEqualTo(expected);
  }
}
