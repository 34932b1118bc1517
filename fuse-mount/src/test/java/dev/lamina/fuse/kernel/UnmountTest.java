package dev.lamina.fuse.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountException;
import dev.lamina.fuse.MountOptions;
import dev.lamina.fuse.MountTable;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Mounts;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.MemoryFileSystem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each way in which a mount ends, or must not, with real users. */
@RequiresFuse
@RequiresRoot
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class UnmountTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration MOMENT = Duration.ofMillis(400);

  @TempDir Path directory;

  private final List<Process> processes = new ArrayList<>();
  private final List<Path> mountedOver = new ArrayList<>();
  private MemoryFileSystem model;
  private Path target;
  private Path file;
  private Mount mount;

  @BeforeEach
  void mountOne() throws IOException {
    target = Files.createDirectory(directory.resolve("mount"));
    file = target.resolve("dir/file");
    model =
        new MemoryFileSystem(
            LowerTree.empty().directory("dir").directory("inner").file("dir/file", "content"),
            InstantSource.system());
    mount = mount(model);
  }

  private Mount mount(MemoryFileSystem fileSystem) {
    return new NativeTransport().mount(fileSystem, target, MountOptions.defaults());
  }

  @AfterEach
  void end() throws InterruptedException {
    for (Process process : processes) {
      process.destroyForcibly().waitFor();
    }
    for (Path place : mountedOver.reversed()) {
      Mounts.umount(bytes(place), Mounts.MNT_DETACH);
    }
    mount.close();
    assertThat(isShown()).isFalse();
  }

  private static byte[] bytes(Path path) {
    return path.toString().getBytes(UTF_8);
  }

  private boolean isShown() {
    return MountTable.read().at(bytes(target)).isPresent();
  }

  private Process start(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    processes.add(process);
    BufferedReader said = process.inputReader(UTF_8);
    assertThat(said.readLine()).isEqualTo("ready");
    return process;
  }

  private Process shell(String script) throws IOException {
    return start(List.of("sh", "-c", "cd " + target + " && " + script));
  }

  private Process mapping() throws IOException {
    return start(ChildProgram.command(MappingHolder.class, file.toString()));
  }

  private static String ask(Process process, String line) throws IOException {
    Writer to = process.outputWriter(UTF_8);
    to.write(line + "\n");
    to.flush();
    return process.inputReader(UTF_8).readLine();
  }

  private void mountOver(String type, Path source, Path place, long flags) {
    Mounts.mount(bytes(source), bytes(place), type, flags, new byte[0]);
    mountedOver.add(place);
  }

  private void expectBusy(boolean lazy, String... saying) {
    assertThatThrownBy(() -> mount.unmount(lazy))
        .isInstanceOfSatisfying(
            MountException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY))
        .hasMessageContaining(target.toString())
        .hasMessageContainingAll(saying);
    assertThat(mount.isMounted()).isTrue();
  }

  /** What the file system holds once nobody is served any more. */
  private String contentAtTheEnd() throws IOException {
    mount.close();
    mount = mount(model.remounted());
    return Files.readString(file);
  }

  @Test
  void whatIsMountedOnTopKeepsItAndIsNotTakenOff() throws Exception {
    mountOver("tmpfs", Path.of("above"), target, 0);
    expectBusy(false, "above (tmpfs) is mounted on top");
    expectBusy(true, "above (tmpfs) is mounted on top");
    assertThat(mount.await(MOMENT)).isFalse();
    Mounts.umount(bytes(mountedOver.removeLast()), 0);
    assertThat(Files.readString(file)).isEqualTo("content");
    mount.unmount(false);
    assertThat(mount.isMounted()).isFalse();
  }

  @Test
  void whatIsMountedInsideKeepsItAndIsNamed() throws Exception {
    mountOver("tmpfs", Path.of("within"), target.resolve("inner"), 0);
    Files.writeString(target.resolve("inner/its"), "own");
    expectBusy(false, "within (tmpfs) is mounted inside", target + "/inner");
    assertThat(mount.await(MOMENT)).isFalse();
    assertThat(Files.readString(target.resolve("inner/its"))).isEqualTo("own");
    assertThat(Files.readString(file)).isEqualTo("content");
    // Detaching takes along what is inside.
    mountedOver.clear();
    mount.unmount(true);
    assertThat(mount.await(SOON)).isTrue();
    assertThat(isShown()).isFalse();
  }

  @Test
  void aBindElsewhereKeepsItAndIsNamed() throws Exception {
    Path bound = Files.createDirectory(directory.resolve("bound"));
    mountOver("none", target.resolve("dir"), bound, Mounts.MS_BIND);
    expectBusy(false, "bound to " + bound);
    assertThat(Files.readString(bound.resolve("file"))).isEqualTo("content");
    mount.unmount(true);
    assertThat(isShown()).isFalse();
    assertThat(mount.await(MOMENT)).isFalse();
    Files.writeString(bound.resolve("file"), "through the bind");
    Mounts.umount(bytes(mountedOver.removeLast()), 0);
    assertThat(mount.await(SOON)).isTrue();
    assertThat(contentAtTheEnd()).isEqualTo("through the bind");
  }

  @Test
  void whatTheKernelMountedAlongIsNoBind() throws Exception {
    Path base = Files.createDirectory(directory.resolve("base"));
    Path mirror = Files.createDirectory(directory.resolve("mirror"));
    mountOver("tmpfs", Path.of("shared"), base, 0);
    Mounts.mount(bytes(base), bytes(base), "none", Mounts.MS_SHARED, new byte[0]);
    Path inner = Files.createDirectories(base.resolve("sub/inner"));
    mountOver("none", base.resolve("sub"), mirror, Mounts.MS_BIND);
    mount.close();
    for (boolean busy : new boolean[] {false, true}) {
      mount = new NativeTransport().mount(model.remounted(), inner, MountOptions.defaults());
      assertThat(mirror.resolve("inner/dir/file")).hasContent("content");
      if (busy) {
        start(List.of("sh", "-c", "cd " + inner + " && echo ready && exec sleep 1000"));
        mount.close();
      } else {
        mount.unmount(false);
      }
      assertThat(mount.isMounted()).isFalse();
      assertThat(inner).isEmptyDirectory();
      assertThat(mirror.resolve("inner")).isEmptyDirectory();
    }
  }

  @Test
  void aLazyUnmountLetsUsersWorkUntilTheLastGoes() throws Exception {
    Process user =
        shell(
            "exec 3<>dir/file; echo ready; read line; cat <&3; echo; read line; echo more >&3;"
                + " echo made > new && ls; read line");
    Process other = mapping();
    mount.unmount(true);
    assertThat(isShown()).isFalse();
    assertThat(ask(user, "go")).isEqualTo("content");
    assertThat(ask(user, "go")).isEqualTo("dir");
    assertThat(mount.await(MOMENT)).isFalse();
    assertThat(mount.isMounted()).isTrue();
    user.getOutputStream().close();
    user.waitFor();
    assertThat(mount.await(MOMENT)).isFalse();
    assertThat(ask(other, "mapped!")).isEqualTo("stored");
    expectBusy(false, "still in use");
    other.getOutputStream().close();
    assertThat(mount.await(SOON)).isTrue();
    assertThat(contentAtTheEnd()).isEqualTo("mapped!more\n");
    assertThat(target.resolve("new")).hasContent("made");
  }

  @Test
  void aLazyUnmountOfWhatNobodyUsesIsTheEnd() throws Exception {
    mount.unmount(true);
    assertThat(mount.await(SOON)).isTrue();
    assertThat(mount.isMounted()).isFalse();
  }

  @Test
  void aServerThatStopsWritesOutWhatIsMappedAndEndsTheConnection() throws Exception {
    Process user = mapping();
    assertThat(ask(user, "mapped!")).isEqualTo("stored");
    mount.close();
    assertThat(mount.isMounted()).isFalse();
    assertThat(isShown()).isFalse();
    assertThat(user.isAlive()).isTrue();
    assertThat(contentAtTheEnd()).isEqualTo("mapped!");
  }

  @Test
  void aServerThatStopsWritesOutWhatIsMappedOfWhatWasDetached() throws Exception {
    Process user = mapping();
    mount.unmount(true);
    assertThat(ask(user, "mapped!")).isEqualTo("stored");
    mount.close();
    assertThat(mount.isMounted()).isFalse();
    assertThat(contentAtTheEnd()).isEqualTo("mapped!");
  }

  @Test
  void aServerThatStopsEndsWhatWasDetachedBefore() throws Exception {
    Process user = shell("echo ready; read line; cat dir/file 2>/dev/null || echo gone");
    mount.unmount(true);
    assertThat(mount.isMounted()).isTrue();
    mount.close();
    assertThat(mount.isMounted()).isFalse();
    assertThat(ask(user, "go")).isEqualTo("gone");
  }

  @Test
  void aCopyInAnotherMountNamespaceIsEndedByAnUnmountOnly() throws Exception {
    Process other =
        start(
            List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "cd / && echo ready; while read line; do cat "
                    + file
                    + " || echo gone; echo; done"));
    mount.unmount(true);
    assertThat(mount.await(MOMENT)).isFalse();
    assertThat(ask(other, "go")).isEqualTo("content");
    mount.close();
    assertThat(mount.isMounted()).isFalse();
    assertThat(ask(other, "go")).isEqualTo("gone");
  }

  @Test
  void aMountThatSomebodyElseTookOffEndsThoughANamespaceHasACopy() throws Exception {
    start(List.of("unshare", "-m", "sh", "-c", "echo ready; exec sleep 1000"));
    Mounts.umount(bytes(target), 0);
    assertThat(mount.await(MOMENT)).isFalse();
    mount.unmount(false);
    assertThat(mount.isMounted()).isFalse();
  }

  @Test
  void aMountThatSomebodyElseDetachedStaysForItsUsers() throws Exception {
    Process user = shell("echo ready; read line; cat dir/file");
    Mounts.umount(bytes(target), Mounts.MNT_DETACH);
    expectBusy(false, "still in use");
    assertThat(ask(user, "go")).isEqualTo("content");
    user.waitFor();
    assertThat(mount.await(SOON)).isTrue();
    mount.unmount(false);
  }
}
