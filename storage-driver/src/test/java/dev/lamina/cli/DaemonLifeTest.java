package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.archive.TarBytes;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed and interrupted: the daemon, and commands that ask it. */
@RequiresFuse
@RequiresRoot
final class DaemonLifeTest {
  @TempDir private Path directory;
  private Path launcher;
  private Path store;
  private Path mount;

  /** Starts the program as ./lamina does, from the classes under test. */
  @BeforeEach
  void prepare() throws IOException {
    store = directory.resolve("store");
    mount = Files.createDirectory(directory.resolve("mnt")).toRealPath();
    launcher = directory.resolve("lamina");
    String script =
        """
        #!/bin/sh
        export CLASSPATH='%s' LAMINA_LAUNCHER="$0"
        exec '%s/bin/java' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx512m \\
          --enable-native-access=ALL-UNNAMED '-Djava.library.path=%s' dev.lamina.cli.Program "$@"
        """
            .formatted(
                System.getProperty("java.class.path"),
                System.getProperty("java.home"),
                System.getProperty("java.library.path"));
    Files.writeString(launcher, script);
    assertThat(launcher.toFile().setExecutable(true)).isTrue();
    byte[] tar =
        new TarBytes()
            .directory("etc")
            .directory("proc")
            .file("etc/os-release", "NAME=Test\n")
            .end();
    Path file = Files.write(directory.resolve("base.tar"), tar);
    assertThat(run("import", "tar:" + file, "base:1").code()).isZero();
  }

  @AfterEach
  void stop() throws IOException {
    if (isMounted()) {
      run("umount", "--lazy", mount.toString());
    }
    CommandRun stopped = run("daemon", "stop", "--force");
    assertThat(stopped.code()).as(stopped.error()).isZero();
  }

  private Map<String, String> variables() {
    return Map.of("LAMINA_LAUNCHER", launcher.toString(), "LAMINA_STORE", store.toString());
  }

  private CommandRun run(String... arguments) {
    return CommandRun.of(variables(), InputStream.nullInputStream(), arguments);
  }

  private CommandRun ok(String... arguments) {
    CommandRun run = run(arguments);
    assertThat(run.code()).as("%s: %s", List.of(arguments), run.error()).isZero();
    return run;
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(variables());
    return builder.start();
  }

  private ProcessHandle daemon() {
    long pid = ok("daemon", "status", "--json").json().get("pid").asLong();
    return ProcessHandle.of(pid).orElseThrow();
  }

  private static void signal(Process process, String name) throws Exception {
    String pid = Long.toString(process.pid());
    assertThat(new ProcessBuilder("kill", "-" + name, pid).start().waitFor()).isZero();
  }

  private boolean isMounted() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
      return lines.anyMatch(line -> line.contains(" " + mount + " "));
    }
  }

  private void nothingIsHalfDone() {
    assertThat(ok("images").output()).contains("base:1").doesNotContain("half");
    ok("gc");
    ok("verify");
    assertThat(ok("du", "--json").json().get("total").get("unreferenced").asLong()).isZero();
  }

  @Test
  void ctrlCDuringAnImportLeavesNothingHalfDone() throws Exception {
    Process importing = start("import", "-", "half:1");
    try (OutputStream input = importing.getOutputStream()) {
      byte[] files =
          new TarBytes().file("one", "1".repeat(300_000)).file("two", "2".repeat(300_000)).bytes();
      input.write(files);
      input.flush();
      while (ok("daemon", "status", "--json").json().get("operations").asInt() < 2) {
        assertThat(importing.isAlive()).isTrue();
        Thread.sleep(20);
      }
      signal(importing, "INT");
      assertThat(importing.waitFor()).isEqualTo(130);
      while (ok("daemon", "status", "--json").json().get("operations").asInt() > 1) {
        Thread.sleep(20);
      }
    }
    nothingIsHalfDone();
  }

  @Test
  void aTerminatedDaemonUnmountsAndKeepsWhatWasWritten() throws Exception {
    ok("mount", "base:1", mount.toString(), "--volume", "work");
    Files.writeString(mount.resolve("kept"), "written");
    ProcessHandle daemon = daemon();
    assertThat(daemon.destroy()).isTrue();
    daemon.onExit().get();
    assertThat(isMounted()).isFalse();
    assertThat(mount).isEmptyDirectory();
    assertThat(ok("cat", "work:/kept").output()).isEqualTo("written");
    assertThat(daemon().pid()).isNotEqualTo(daemon.pid());
    nothingIsHalfDone();
  }

  @Test
  void aReaderThatHasEnoughIsNoFailureToTellOf() throws Exception {
    Path errors = directory.resolve("errors");
    Path code = directory.resolve("code");
    // the reader is gone long before a JVM has started
    String script = "{ \"$1\" version 2>\"$2\"; echo $? >\"$3\"; } | true";
    Process pipe =
        new ProcessBuilder("sh", "-c", script, "sh", "" + launcher, "" + errors, "" + code).start();
    assertThat(pipe.waitFor()).isZero();
    assertThat(errors).isEmptyFile();
    assertThat(code).hasContent("1");
  }

  @Test
  void whoStillUsesADetachedMountKeepsTheDaemon() throws Exception {
    ok("mount", "base:1", mount.toString(), "--volume", "work");
    Process user =
        new ProcessBuilder("sh", "-c", "cd \"$1\" && echo in && read line", "sh", "" + mount)
            .start();
    try {
      assertThat(user.inputReader().readLine()).isEqualTo("in");
      ok("umount", "--lazy", mount.toString());
      String used =
          "volume work, detached from " + mount + ", is still in use by " + user.pid() + " (sh)";
      CommandRun refused = run("daemon", "stop");
      assertThat(refused.code()).isEqualTo(1);
      assertThat(refused.error()).contains(used, "--force");
    } finally {
      user.getOutputStream().close();
      user.waitFor();
    }
  }

  @Test
  void theLogOfADaemonGoesWithItUnlessItFailed() throws Exception {
    Path log = new DaemonConnection(store.toRealPath(), true, variables()).log();
    ProcessHandle killed = daemon();
    assertThat(log).exists();
    assertThat(killed.destroyForcibly()).isTrue();
    killed.onExit().get();
    assertThat(log).exists();
    ok("daemon", "start");
    ok("daemon", "stop");
    String name = log.getFileName().toString();
    try (Stream<Path> files = Files.list(log.getParent())) {
      assertThat(files).noneMatch(file -> file.getFileName().toString().startsWith(name));
    }
  }

  @Test
  void whatAKilledDaemonLeftIsClearedByUmount() throws Exception {
    ok("mount", "base:1", mount.toString(), "--volume", "work");
    Path kept = Files.writeString(mount.resolve("kept"), "written");
    try (FileChannel channel = FileChannel.open(kept, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    ProcessHandle daemon = daemon();
    assertThat(daemon.destroyForcibly()).isTrue();
    daemon.onExit().get();
    assertThat(isMounted()).isTrue();
    assertThatThrownBy(() -> Files.readString(kept)).hasMessageContaining("not connected");
    ok("umount", mount.toString());
    assertThat(isMounted()).isFalse();
    ok("mount", "work", mount.toString());
    assertThat(mount.resolve("kept")).hasContent("written");
    ok("umount", mount.toString());
    nothingIsHalfDone();
  }

  @Test
  void aStoreMadeByANewerVersionIsRefused() throws Exception {
    ok("daemon", "stop");
    Path format = store.resolve("format");
    String old = Files.readString(format);
    Files.writeString(format, "lamina store 2\n");
    CommandRun refused = run("images");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.error()).contains(store.toString(), "did not start", "newer", "2");
    Files.writeString(format, old);
    assertThat(ok("images").output()).contains("base:1");
  }

  @Test
  void oneDaemonHoldsAStore() throws Exception {
    Process second = start("daemon", "run");
    assertThat(said(second)).contains("in use by process " + daemon().pid());
    assertThat(second.waitFor()).isEqualTo(1);
    assertThat(ok("images").output()).contains("base:1");
  }

  @Test
  void aShellsImageIsMountedForAsLongAsItRuns() throws Exception {
    Path programs = directory.resolve("programs.tar");
    Shells.tar(programs, "/bin/sh", "/bin/sleep");
    ok("import", "tar:" + programs, "programs:1");

    Process nothing = start("shell", "--volume", "work", "programs:1", "no-such-command");
    assertThat(said(nothing)).contains("no-such-command", "volume work keeps the changes");
    assertThat(nothing.waitFor()).isEqualTo(127);
    assertThat(ok("diff", "work").output()).isEmpty();

    Process writing = start("shell", "work", "sh", "-c", "echo made > /etc/new; exit 7");
    assertThat(said(writing)).isEmpty();
    assertThat(writing.waitFor()).isEqualTo(7);
    assertThat(ok("cat", "work:/etc/new").output()).isEqualTo("made\n");
    assertThat(ok("diff", "work").output()).isEqualTo("C /etc\nA /etc/new\n");
    assertThat(ok("mounts", "--json").json().get("mounts")).isEmpty();

    Process sleeping = start("shell", "work", "sleep", "600");
    while (sleeping.descendants().noneMatch(DaemonLifeTest::sleeps)) {
      assertThat(sleeping.isAlive()).isTrue();
      Thread.sleep(20);
    }
    Path at = Path.of(ok("mounts", "--json").json().at("/mounts/0/directory").asString());
    signal(sleeping, "INT");
    assertThat(sleeping.waitFor()).isEqualTo(128 + 15);
    assertThat(at).doesNotExist();
    assertThat(ok("mounts", "--json").json().get("mounts")).isEmpty();
  }

  private Terminal shellThatSleeps() throws Exception {
    Path programs = directory.resolve("programs.tar");
    Shells.tar(programs, "/bin/sh", "/bin/sleep");
    ok("import", "tar:" + programs, "programs:1");
    List<String> command = List.of(launcher.toString(), "shell", "--volume", "work", "programs:1");
    Terminal terminal = Terminal.start(variables(), command);
    terminal.awaitShown("# ");
    terminal.type("sleep 600\n");
    while (terminal.process().descendants().noneMatch(DaemonLifeTest::sleeps)) {
      assertThat(terminal.process().isAlive()).isTrue();
      Thread.sleep(20);
    }
    return terminal;
  }

  @Test
  @Timeout(120)
  void ctrlCOnATerminalReachesTheCommandInTheShellAlone() throws Exception {
    Terminal terminal = shellThatSleeps();
    terminal.type("\u0003");
    terminal.awaitShown("# ");
    terminal.type("echo still $((40 + 2)) here\n");
    terminal.awaitShown("still 42 here");
    assertThat(ok("mounts", "--json").json().get("mounts")).hasSize(1);
    terminal.type("exit 9\n");
    assertThat(terminal.end()).isEqualTo(9);
    assertThat(ok("mounts", "--json").json().get("mounts")).isEmpty();
  }

  @Test
  @Timeout(120)
  void aTerminalThatIsClosedEndsTheShellAndItsMount() throws Exception {
    Terminal terminal = shellThatSleeps();
    Path at = Path.of(ok("mounts", "--json").json().at("/mounts/0/directory").asString());
    terminal.close();
    while (Files.exists(at)) {
      Thread.sleep(50);
    }
    assertThat(ok("mounts", "--json").json().get("mounts")).isEmpty();
  }

  private static boolean sleeps(ProcessHandle process) {
    try {
      Path command = Path.of("/proc", Long.toString(process.pid()), "comm");
      return Files.readString(command).equals("sleep\n");
    } catch (IOException e) {
      return false; // it has ended meanwhile
    }
  }

  private static String said(Process process) throws IOException {
    return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
