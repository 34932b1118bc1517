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

  /** Programs that people run; git where there is one. */
  @Test
  void programsDoTheirWork() throws Exception {
    VolumeId id = volume();
    Path work = Files.createDirectory(directory.resolve("work"));
    try (Mount mount =
        new JnrTransport().mount(volumes.open(id, "a test"), target, MountOptions.defaults())) {
      shell(
          """
          mkdir "$2/tree"; cd "$2/tree"
          for d in $(seq 20); do
            mkdir "d$d"
            for f in $(seq 30); do head -c $((d * f * 40)) /dev/urandom >"d$d/f$f"; done
            ln "d$d/f1" "d$d/hard"; ln -s f2 "d$d/link"; chmod 4750 "d$d/f3"
          done
          mkfifo fifo; mknod null c 1 3; touch -d @1.123456789 old
          tar -C .. --xattrs -cf ../tree.tar tree
          tar -C "$1" --xattrs -xpf ../tree.tar
          tar -C "$1" --xattrs -df ../tree.tar
          diff -r --no-dereference --exclude fifo --exclude null . "$1/tree"
          [ "$(stat -c %h "$1/tree/d7/f1")" = 2 ]
          mv "$1/tree" "$1/moved"; tar -C "$1/moved" -cf - . | tar -tf - >../list
          [ "$(wc -l <../list)" = 664 ]
          """,
          work);
      shell(
          """
          command -v git >/dev/null || exit 0
          cd "$1"; git init -q repository; cd repository; cp -r ../moved/d1 ../moved/d2 .
          git() { command git -c user.name=a -c user.email=a@localhost -c gc.auto=0 "$@"; }
          git add .; git commit -qm first; git mv d1 e1; git commit -qm second; git gc -q
          git checkout -q HEAD~1; git checkout -q -; git fsck --full --strict
          [ -z "$(git status --porcelain)" ]
          """,
          work);
      shell("rm -r \"$1/moved\"; [ ! -e \"$1/moved\" ]", work);
      assertThat(mount.statistics().defects()).isZero();
    }
  }

  private void shell(String script, Path work) throws Exception {
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder("sh", "-euc", script, "sh", target.toString(), work.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(output)).isZero();
  }

  private VolumeId volume() {
    try (StoreWriter writer = store.begin("test")) {
      Digest tree = tree(writer);
      writer.flush();
      return writer.commit(
          transaction -> volumes.create(transaction, tree, List.of(), Optional.empty(), "test"));
    }
  }

  @Test
  void aVolumeThroughTheMountShowsItsChanges() {
    VolumeId id = volume();
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
