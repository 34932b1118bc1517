package dev.lamina.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.archive.TarBytes;
import dev.lamina.control.Answer;
import dev.lamina.control.ControlClient;
import dev.lamina.control.ControlException;
import dev.lamina.control.Reply;
import dev.lamina.control.ReplyListener;
import dev.lamina.control.Request;
import dev.lamina.fuse.MountTable;
import dev.lamina.fuse.TargetPath;
import dev.lamina.fuse.jnr.JnrTransport;
import dev.lamina.fuse.kernel.NativeTransport;
import dev.lamina.linux.Mounts;
import dev.lamina.testing.RequiresFuse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A daemon, asked over its socket. */
@RequiresFuse
@Timeout(120)
final class DaemonTest {
  @TempDir private Path directory;

  private Path mountPoint = Path.of("");
  private Optional<Daemon> daemon = Optional.empty();

  private static final ReplyListener SILENT =
      new ReplyListener() {
        @Override
        public void progress(Reply.Progress progress) {}

        @Override
        public void warning(String text) {}
      };

  @BeforeEach
  void start() throws IOException {
    directory = directory.toRealPath();
    mountPoint = Files.createDirectory(directory.resolve("mnt"));
    daemon =
        Optional.of(
            Daemon.start(
                directory.resolve("store"),
                directory.resolve("run/s.sock"),
                "test",
                new NativeTransport(),
                new JnrTransport(),
                Clock.systemUTC()));
  }

  @AfterEach
  void end() throws IOException {
    daemon.orElseThrow().close();
  }

  private Answer ask(Request request) throws ControlException, IOException {
    try (ControlClient client = ControlClient.connect(directory.resolve("run/s.sock"))) {
      return client.ask(
          request, InputStream.nullInputStream(), OutputStream.nullOutputStream(), SILENT);
    }
  }

  private Answer.Imported importTree(String name, byte[] content)
      throws ControlException, IOException {
    Path root = Files.createDirectory(directory.resolve(name));
    Files.write(root.resolve("file"), content);
    return (Answer.Imported)
        ask(
            new Request.Import(
                root.toString(),
                Optional.of(name),
                Optional.empty(),
                false,
                Request.ImportLimits.DEFAULTS));
  }

  private Answer mount(String what, Path at, Optional<String> volume)
      throws ControlException, IOException {
    return ask(new Request.MountRequest(what, at.toString(), volume, List.of(), "auto", false));
  }

  private List<String> volumes() throws ControlException, IOException {
    return ((Answer.VolumeList) ask(new Request.Volumes()))
        .volumes().stream().map(Answer.Volume::name).toList();
  }

  @Test
  void itsOwnMountsAreRefusedAsPlacesToMountAndNamed() throws Exception {
    importTree("a", new byte[] {1});
    mount("a", mountPoint, Optional.of("v"));
    Files.createDirectory(mountPoint.resolve("inside"));
    assertThatThrownBy(() -> mount("a", mountPoint, Optional.of("w")))
        .isInstanceOf(ControlException.class)
        .hasMessageContaining(mountPoint + " has")
        .hasMessageContaining("mounted already");
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("mnt/inside"));
    assertThatThrownBy(() -> mount("a", link, Optional.of("w")))
        .isInstanceOf(ControlException.class)
        .hasMessageContaining("is inside " + mountPoint);
    assertThat(volumes()).containsExactly("v");
  }

  @Test
  void aVolumeIsWrittenToThroughTheOtherTransport() throws Exception {
    importTree("a", new byte[] {1});
    Answer.Mounted mounted =
        (Answer.Mounted)
            ask(
                new Request.MountRequest(
                    "a", mountPoint.toString(), Optional.of("v"), List.of(), "jnr", false));
    assertThat(mounted.transport()).isEqualTo("jnr");
    Files.writeString(mountPoint.resolve("new"), "written");
    Files.delete(mountPoint.resolve("file"));
    ask(new Request.Unmount(mountPoint.toString(), false));
    mount("v", mountPoint, Optional.empty());
    assertThat(mountPoint.resolve("new")).hasContent("written");
    assertThat(mountPoint.resolve("file")).doesNotExist();
  }

  @Test
  void itsOwnMountsAreNeitherReadNorWrittenByPath() throws Exception {
    importTree("a", new byte[] {1});
    mount("a", mountPoint, Optional.of("v"));
    Files.createDirectory(mountPoint.resolve("inside"));
    Files.createSymbolicLink(directory.resolve("link"), Path.of("mnt/inside"));
    for (String source : List.of("mnt", "mnt/file", "link/..", "link/x")) {
      for (String form : List.of("", "tar:", "oci:", "dir:", "docker-archive:", "oci-archive:")) {
        assertThatThrownBy(
                () ->
                    ask(
                        new Request.Import(
                            form + directory.resolve(source),
                            Optional.of("b"),
                            Optional.empty(),
                            false,
                            Request.ImportLimits.DEFAULTS)))
            .isInstanceOf(ControlException.class)
            .hasMessageContaining("is inside " + mountPoint)
            .hasMessageContaining("lamina import - < FILE");
        assertThatThrownBy(
                () ->
                    ask(
                        new Request.Export(
                            "a", form + directory.resolve(source) + "/new", Optional.empty())))
            .isInstanceOf(ControlException.class)
            .hasMessageContaining("is inside " + mountPoint)
            .hasMessageContaining("lamina export a - > FILE");
      }
    }
    assertThat(mountPoint).isDirectoryNotContaining("glob:**new");
  }

  @Test
  void whoHasAFileMappedKeepsAMountBusyAndIsNamed() throws Exception {
    importTree("a", new byte[] {1});
    mount("a", mountPoint, Optional.of("v"));
    try (Arena arena = Arena.ofConfined()) {
      try (FileChannel channel = FileChannel.open(mountPoint.resolve("file"))) {
        assertThat(channel.map(FileChannel.MapMode.READ_ONLY, 0, 1, arena).byteSize()).isOne();
      }
      assertThatThrownBy(() -> ask(new Request.Unmount(mountPoint.toString(), false)))
          .isInstanceOf(ControlException.class)
          .hasMessageContaining("is in use by " + ProcessHandle.current().pid() + " (");
    }
    ask(new Request.Unmount(mountPoint.toString(), false));
  }

  private static byte[] bytes(Path path) {
    return TargetPath.bytes(path);
  }

  @Test
  void aStopIsRefusedWhereAMountIsBoundElsewhere() throws Exception {
    importTree("a", new byte[] {1});
    mount("a", mountPoint, Optional.of("v"));
    Path bound = Files.createDirectory(directory.resolve("bound"));
    Mounts.mount(bytes(mountPoint), bytes(bound), "none", Mounts.MS_BIND, new byte[0]);
    try {
      assertThatThrownBy(() -> ask(new Request.Stop(false)))
          .isInstanceOf(ControlException.class)
          .hasMessageContainingAll("bound to " + bound, "--force");
      try (InputStream _ = Files.newInputStream(bound.resolve("file"))) {
        assertThatThrownBy(() -> ask(new Request.Stop(false)))
            .isInstanceOf(ControlException.class)
            .hasMessageContaining("in use by " + ProcessHandle.current().pid() + " (");
      }
    } finally {
      Mounts.umount(bytes(bound), 0);
    }
    ask(new Request.Stop(false));
    daemon.orElseThrow().awaitStop();
  }

  private List<Answer.MountEntry> mounts() throws ControlException, IOException {
    return ((Answer.MountList) ask(new Request.Mounts())).mounts();
  }

  @Test
  void aMountThatIsLeftAtABindAloneIsToldOfThereAndItsDirectoryIsFree() throws Exception {
    importTree("a", new byte[] {1});
    mount("a", mountPoint, Optional.of("v"));
    Path bound = Files.createDirectory(directory.resolve("bound"));
    Mounts.mount(bytes(mountPoint), bytes(bound), "none", Mounts.MS_BIND, new byte[0]);
    assertThatThrownBy(() -> ask(new Request.Unmount(bound.toString(), true)))
        .isInstanceOf(ControlException.class)
        .hasMessageContaining(bound + " shows what is mounted on " + mountPoint);
    Mounts.umount(bytes(mountPoint), 0);
    assertThat(mounts())
        .singleElement()
        .satisfies(
            mount -> {
              assertThat(mount.directory()).isEqualTo(bound.toString());
              assertThat(mount.detached()).isFalse();
            });
    for (boolean lazy : List.of(false, true)) {
      assertThatThrownBy(() -> ask(new Request.Unmount(mountPoint.toString(), lazy)))
          .isInstanceOf(ControlException.class)
          .hasMessageContainingAll(
              "nothing is mounted on " + mountPoint, "volume v", "is on " + bound);
    }
    assertThatThrownBy(() -> ask(new Request.Remove(List.of("v"))))
        .isInstanceOf(ControlException.class)
        .hasMessageContaining("v is in use: mounted on " + bound);
    assertThatThrownBy(() -> mount("a", bound, Optional.of("x")))
        .isInstanceOf(ControlException.class)
        .hasMessageContainingAll(bound + " has a", "mounted already");
    mount("a", mountPoint, Optional.of("w"));
    assertThat(mounts())
        .extracting(Answer.MountEntry::directory)
        .containsExactly(bound.toString(), mountPoint.toString());
    ask(new Request.Unmount(mountPoint.toString(), false));
    assertThat(bound.resolve("file")).isRegularFile();
    ask(new Request.Unmount(bound.toString(), false));
    assertThat(MountTable.read().at(bytes(bound))).isEmpty();
    assertThat(mounts()).isEmpty();
    assertThat(ask(new Request.Remove(List.of("v", "w")))).isNotNull();
  }

  @Test
  void whoUsesSeveralMountsIsNamedForEach() throws Exception {
    importTree("a", new byte[] {1});
    Path second = Files.createDirectory(directory.resolve("second"));
    Path third = Files.createDirectory(directory.resolve("third"));
    for (Path place : List.of(mountPoint, second, third)) {
      mount("a", place, Optional.empty());
    }
    Set<Integer> connections = new HashSet<>();
    for (Path place : List.of(mountPoint, second, third)) {
      connections.add(MountTable.read().at(bytes(place)).orElseThrow().minor());
    }
    int unused = MountTable.read().at(bytes(third)).orElseThrow().minor();
    String self = ProcessHandle.current().pid() + " (";
    try (InputStream _ = Files.newInputStream(mountPoint.resolve("file"));
        InputStream _ = Files.newInputStream(second.resolve("file"))) {
      Mounts.umount(bytes(second), Mounts.MNT_DETACH);
      Map<Integer, List<String>> found = BusyProcesses.of(connections);
      assertThat(found).hasSize(2).doesNotContainKey(unused);
      assertThat(found.values())
          .allSatisfy(users -> assertThat(users).singleElement().asString().startsWith(self));
    }
  }

  @Test
  void aStopIsRefusedWhereSomethingIsMountedInside() throws Exception {
    importTree("a", new byte[] {1});
    mount("a", mountPoint, Optional.of("v"));
    Path inside = Files.createDirectory(mountPoint.resolve("inside"));
    Mounts.mount(bytes(Path.of("within")), bytes(inside), "tmpfs", 0, new byte[0]);
    assertThatThrownBy(() -> ask(new Request.Stop(false)))
        .isInstanceOf(ControlException.class)
        .hasMessageContainingAll("within (tmpfs) is mounted inside it, on " + inside, "--force");
    Mounts.umount(bytes(inside), 0);
    ask(new Request.Stop(false));
    daemon.orElseThrow().awaitStop();
  }

  @Test
  void whatSomebodyElseDetachedIsListedAndSaidToBeInUse() throws Exception {
    importTree("a", new byte[] {1});
    mount("a", mountPoint, Optional.of("v"));
    String used =
        "volume v, detached from "
            + mountPoint
            + ", is still in use by "
            + ProcessHandle.current().pid()
            + " (";
    try (InputStream _ = Files.newInputStream(mountPoint.resolve("file"))) {
      Mounts.umount(bytes(mountPoint), Mounts.MNT_DETACH);
      assertThat(((Answer.MountList) ask(new Request.Mounts())).mounts())
          .singleElement()
          .satisfies(
              mount -> {
                assertThat(mount.detached()).isTrue();
                assertThat(mount.directory()).isEqualTo(mountPoint.toString());
                assertThat(mount.volume()).contains("v");
              });
      assertThat(((Answer.VolumeList) ask(new Request.Volumes())).volumes())
          .singleElement()
          .satisfies(
              volume -> {
                assertThat(volume.mountedAt()).contains(mountPoint.toString());
                assertThat(volume.detached()).isTrue();
              });
      assertThat(((Answer.Inspected) ask(new Request.Inspect("v"))).detail())
          .containsEntry("detachedFrom", mountPoint.toString())
          .doesNotContainKey("mountedOn");
      Answer.DaemonStatus status = (Answer.DaemonStatus) ask(new Request.Status());
      assertThat(status.mounts()).isZero();
      assertThat(status.detached()).isOne();
      for (Request request :
          List.of(
              new Request.Stop(false),
              new Request.Remove(List.of("v")),
              new Request.Unmount(mountPoint.toString(), false),
              new Request.MountRequest(
                  "v", mountPoint.toString(), Optional.empty(), List.of(), "auto", false))) {
        assertThatThrownBy(() -> ask(request))
            .as("%s", request)
            .isInstanceOf(ControlException.class)
            .hasMessageContaining(used);
      }
      // The directory is free for something else.
      mount("a", mountPoint, Optional.of("w"));
      assertThat(((Answer.MountList) ask(new Request.Mounts())).mounts())
          .extracting(Answer.MountEntry::detached)
          .containsExactly(false, true);
      ask(new Request.Unmount(mountPoint.toString(), false));
    }
    daemon.orElseThrow().close();
    Files.delete(mountPoint);
    start();
    assertThat(ask(new Request.Remove(List.of("v", "w")))).isNotNull();
  }

  @Test
  void aStopNamesWhatIsUnderWayAndCutsItOffOnlyByForce() throws Exception {
    PipedOutputStream endless = new PipedOutputStream();
    InputStream input = new PipedInputStream(endless);
    endless.write(new TarBytes().file("one", "1").bytes());
    AtomicReference<Throwable> end = new AtomicReference<>();
    Thread importing =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (ControlClient client =
                      ControlClient.connect(directory.resolve("run/s.sock"))) {
                    client.ask(
                        new Request.Import(
                            "-",
                            Optional.of("half"),
                            Optional.empty(),
                            false,
                            Request.ImportLimits.DEFAULTS),
                        input,
                        OutputStream.nullOutputStream(),
                        SILENT);
                  } catch (IOException | ControlException e) {
                    end.set(e);
                  }
                });
    while (!daemon.orElseThrow().isAtWork()) {
      Thread.onSpinWait();
    }
    assertThatThrownBy(() -> ask(new Request.Stop(false)))
        .isInstanceOf(ControlException.class)
        .hasMessageContaining("import of -")
        .hasMessageContaining("--force");
    assertThat(importing.isAlive()).isTrue();
    assertThat(volumes()).isEmpty();
    ask(new Request.Stop(true));
    daemon.orElseThrow().awaitStop();
    daemon.orElseThrow().close();
    importing.join();
    assertThat(end.get())
        .isInstanceOf(ControlException.class)
        .hasMessageContaining("the daemon is being stopped");
    Files.delete(mountPoint);
    start();
    assertThat(ask(new Request.Images())).isEqualTo(new Answer.ImageList(List.of()));
  }

  @Test
  void aMountIsUnmountedByAnyPathToIt() throws Exception {
    importTree("a", new byte[] {1});
    mount("a", mountPoint, Optional.of("v"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("."));
    ask(new Request.Unmount(link.resolve("mnt").toString(), false));
    assertThat(MountTable.read().at(TargetPath.bytes(mountPoint))).isEmpty();
  }

  @Test
  void anUnmountDoesNotWaitForWhoShowsAFileAndEndsThat() throws Exception {
    byte[] content = new byte[48 << 20];
    new SplittableRandom(2).nextBytes(content);
    importTree("a", content);
    mount("a", mountPoint, Optional.of("v"));
    // Takes nothing more until the volume is unmounted.
    OutputStream slow =
        new OutputStream() {
          private boolean unmounted;

          @Override
          public void write(int b) {
            throw new AssertionError("one byte at a time");
          }

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!unmounted) {
              unmounted = true;
              try {
                ask(new Request.Unmount(mountPoint.toString(), false));
              } catch (ControlException e) {
                throw new IOException(e);
              }
            }
          }
        };
    try (ControlClient client = ControlClient.connect(directory.resolve("run/s.sock"))) {
      assertThatThrownBy(
              () ->
                  client.ask(
                      new Request.Cat("v", "/file"), InputStream.nullInputStream(), slow, SILENT))
          .isInstanceOf(ControlException.class)
          .hasMessageContaining("v was unmounted while it was looked at");
    }
    assertThat(MountTable.read().at(TargetPath.bytes(mountPoint))).isEmpty();
    mount("v", mountPoint, Optional.empty());
    assertThat(mountPoint.resolve("file")).hasSize(content.length);
  }

  @Test
  void severalMayLookAtAVolumeThatIsNotMounted() throws Exception {
    byte[] content = new byte[48 << 20];
    importTree("a", content);
    mount("a", mountPoint, Optional.of("v"));
    ask(new Request.Unmount(mountPoint.toString(), false));
    AtomicLong shown = new AtomicLong();
    OutputStream counting =
        new OutputStream() {
          @Override
          public void write(int b) {
            throw new AssertionError("one byte at a time");
          }

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            if (shown.getAndAdd(length) == 0) {
              try {
                Answer.FileDetail file = (Answer.FileDetail) ask(new Request.Stat("v", "/file"));
                assertThat(file.size()).isEqualTo(content.length);
                assertThatThrownBy(() -> mount("v", mountPoint, Optional.empty()))
                    .isInstanceOf(ControlException.class)
                    .hasMessageContaining("v is in use: being looked at");
              } catch (ControlException e) {
                throw new IOException(e);
              }
            }
          }
        };
    try (ControlClient client = ControlClient.connect(directory.resolve("run/s.sock"))) {
      client.ask(new Request.Cat("v", "/file"), InputStream.nullInputStream(), counting, SILENT);
    }
    assertThat(shown).hasValue(content.length);
    mount("v", mountPoint, Optional.empty());
  }

  @Test
  void aMountThatFailsLeavesNoVolume() throws Exception {
    importTree("a", new byte[] {1});
    assertThatThrownBy(
            () ->
                ask(
                    new Request.MountRequest(
                        "a",
                        mountPoint.toString(),
                        Optional.of("v"),
                        List.of("fsname=" + "x".repeat(5000)),
                        "auto",
                        false)))
        .isInstanceOf(ControlException.class);
    assertThat(volumes()).isEmpty();
  }

  @Test
  void severalAreRemovedTogetherOrNotAtAll() throws Exception {
    importTree("a", new byte[] {1});
    importTree("b", new byte[] {2});
    mount("a", mountPoint, Optional.of("v"));
    ask(new Request.Unmount(mountPoint.toString(), false));
    ask(new Request.Tag("b", "c"));
    String id =
        ((Answer.ImageList) ask(new Request.Images()))
            .images().stream()
                .filter(image -> image.name().equals("b:latest"))
                .findFirst()
                .orElseThrow()
                .id();
    assertThatThrownBy(() -> ask(new Request.Remove(List.of("v", "a", id))))
        .isInstanceOf(ControlException.class)
        .hasMessageContaining("several names");
    assertThat(volumes()).containsExactly("v");
    assertThat(ask(new Request.Remove(List.of("v", "a", "b", "a"))))
        .isEqualTo(new Answer.Removed(List.of("a:latest", "b:latest", "v")));
    assertThat(volumes()).isEmpty();
    assertThatThrownBy(() -> ask(new Request.Tag("a", "d")))
        .isInstanceOf(ControlException.class)
        .hasMessageContaining("no image a");
  }

  @Test
  void anImportTellsWhatItAddedAndTheSameAgainNothingMuch() throws Exception {
    byte[] content = new byte[1 << 20];
    new SplittableRandom(1).nextBytes(content);
    Answer.Imported first = importTree("a", content);
    assertThat(first.bytesAdded()).isBetween(1L << 20, (1L << 20) + 20_000);
    assertThat(importTree("b", content).bytesAdded()).isLessThan(20_000);
  }

  @Test
  void theEndUnmountsAndCutsOffWhoIsStillConnected() throws Exception {
    importTree("a", new byte[] {1});
    mount("a", mountPoint, Optional.of("v"));
    try (InputStream _ = Files.newInputStream(mountPoint.resolve("file"));
        ControlClient _ = ControlClient.connect(directory.resolve("run/s.sock"))) {
      daemon.orElseThrow().close();
      assertThat(MountTable.read().at(TargetPath.bytes(mountPoint))).isEmpty();
    }
    assertThat(directory.resolve("run/s.sock")).doesNotExist();
    Files.delete(mountPoint);
    start(); // the store was let go of
  }

  @Test
  void aSecondDaemonOfTheStoreIsRefused() {
    assertThatThrownBy(
            () ->
                Daemon.start(
                    directory.resolve("store"),
                    directory.resolve("run/other.sock"),
                    "test",
                    new NativeTransport(),
                    new JnrTransport(),
                    Clock.systemUTC()))
        .hasMessageContaining(directory.resolve("store").toString());
  }
}
