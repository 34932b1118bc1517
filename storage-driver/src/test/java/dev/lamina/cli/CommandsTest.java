package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lamina.archive.TarBytes;
import dev.lamina.linux.Mounts;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.tree.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The commands, as somebody uses them one after another. */
@RequiresFuse
final class CommandsTest {
  private static final String RELEASE = "NAME=Test\n";

  @TempDir private Path directory;
  private RunningDaemon lamina;
  private Path mount;

  @BeforeEach
  void start() throws IOException {
    lamina = RunningDaemon.of(directory.resolve("store"));
    mount = Files.createDirectory(directory.resolve("mnt")).toRealPath();
    byte[] tar =
        new TarBytes()
            .directory("etc")
            .file("etc/os-release", RELEASE)
            .file("etc/gone", "x")
            .file("big", "b".repeat(50_000))
            .symlink("link", "etc/os-release")
            .end();
    Path file = Files.write(directory.resolve("base.tar"), tar);
    CommandRun imported = ok("import", "tar:" + file, "base:1");
    assertThat(imported.output()).startsWith("base:1  ").contains("1 layers, 0 of them there");
  }

  @AfterEach
  void stop() throws IOException {
    lamina.close();
  }

  private CommandRun ok(String... arguments) {
    CommandRun run = lamina.run(arguments);
    assertThat(run.code()).as("%s: %s", List.of(arguments), run.error()).isZero();
    return run;
  }

  private CommandRun refused(String... arguments) {
    CommandRun run = lamina.run(arguments);
    assertThat(run.code()).as("%s: %s", List.of(arguments), run.output()).isEqualTo(1);
    assertThat(run.error()).startsWith("lamina: ").doesNotContain("Exception", "defect");
    return run;
  }

  private JsonNode json(String... arguments) {
    return ok(arguments).json();
  }

  @Test
  void anImageIsLookedAtWithoutMounting() {
    assertThat(ok("images").output()).contains("base:1");
    JsonNode image = json("images", "--json").get("images").get(0);
    assertThat(image.get("name").asString()).isEqualTo("base:1");
    String prefix = image.get("id").asString().substring("sha256:".length()).substring(0, 8);
    assertThat(ok("cat", "base:1:/etc/os-release").output()).isEqualTo(RELEASE);
    assertThat(ok("cat", prefix + ":/etc/os-release").output()).isEqualTo(RELEASE);
    assertThat(ok("ls", "base:1:/").output()).contains("etc", "big", "link -> etc/os-release");
    assertThat(json("ls", "base:1:/etc", "--json").get("files")).hasSize(2);
    assertThat(ok("stat", "base:1:/big").output()).contains("50000");
    assertThat(json("stat", "--json", "base:1:/big").get("size").asLong()).isEqualTo(50_000);
    assertThat(json("layers", "--json", "base:1").get("layers")).hasSize(1);
    assertThat(ok("layers", "base:1").output()).contains("sha256:");
    assertThat(json("history", "--json", "base:1").get("entries")).hasSize(1);
    assertThat(ok("history", "base:1").code()).isZero();
    assertThat(json("inspect", "base:1").get("kind").asString()).isEqualTo("image");
    assertThat(refused("cat", "base:1:/etc/absent").error()).contains("/etc/absent");
    assertThat(refused("cat", "base:1:/etc").error()).contains("/etc");
    assertThat(refused("ls", "nothing:/").error()).contains("no image nothing");
    ok("tag", "base:1", "other:2");
    assertThat(json("images", "--json").get("images")).hasSize(2);
    assertThat(ok("rm", "other:2").output()).isEqualTo("other:2\n");
  }

  @Test
  @RequiresRoot
  void aSavedStateStaysAlsoWhereItsMountIsMadeWritable() throws IOException {
    ok("mount", "base:1", mount.toString(), "--volume", "work");
    Files.writeString(mount.resolve("new"), "first");
    ok("snapshot", "work", "before");
    ok("umount", mount.toString());
    ok("mount", "-o", "ro", "work@before", mount.toString());
    byte[] place = mount.toString().getBytes(StandardCharsets.UTF_8);
    Mounts.mount(place, place, "", Mounts.MS_REMOUNT, new byte[0]);
    assertThatExceptionOfType(FileSystemException.class)
        .isThrownBy(() -> Files.writeString(mount.resolve("new"), "changed"))
        .withMessageContaining("Read-only file system");
    assertThat(mount.resolve("new")).hasContent("first");
    ok("umount", mount.toString());
    ok("rm", "work", "work@before");
  }

  @Test
  void aVolumeIsForkedSavedAndRolledBack() throws IOException {
    ok("mount", "base:1", mount.toString(), "--volume", "work");
    Files.writeString(mount.resolve("new"), "first");
    ok("snapshot", "work", "before");
    Files.writeString(mount.resolve("new"), "second");
    Files.delete(mount.resolve("big"));
    ok("fork", "work", "branch");
    Files.writeString(mount.resolve("new"), "third");
    assertThat(ok("cat", "work@before:/new").output()).isEqualTo("first");
    assertThat(ok("cat", "branch:/new").output()).isEqualTo("second");
    assertThat(ok("diff", "work@before").output()).isEqualTo("A /new\n");
    assertThat(ok("volumes").output()).contains("work@before", "branch");

    assertThat(refused("rollback", "work", "before").error()).contains("mounted on " + mount);
    ok("umount", mount.toString());
    ok("rollback", "work", "before");
    ok("mount", "work", mount.toString());
    assertThat(mount.resolve("new")).hasContent("first");
    assertThat(mount.resolve("big")).hasSize(50_000);
    ok("umount", mount.toString());

    ok("export", "work@before", "oci:" + directory.resolve("saved"));
    ok("mount", "-o", "ro", "work@before", mount.toString());
    assertThat(mount.resolve("new")).hasContent("first");
    ok("umount", mount.toString());
    CommandRun written = lamina.run("mount", "work@before", mount.toString());
    assertThat(written.code()).isEqualTo(2);
    assertThat(written.error()).contains("-o ro", "lamina fork work@before NAME");
    assertThat(refused("rm", "work").error()).contains("work@before; remove that first");
    assertThat(refused("rollback", "work", "never").error()).contains("work@never");
    assertThat(refused("snapshot", "work", "before").error()).contains("work@before");
    assertThat(lamina.run("fork", "work", "a@b").code()).isEqualTo(2);
    assertThat(ok("rm", "work", "branch", "work@before").output().lines())
        .containsExactlyInAnyOrder("work", "branch", "work@before");
    assertThat(ok("verify").code()).isZero();
  }

  @Test
  void whatIsDoneInAMountIsShownCommittedAndExported() throws IOException {
    assertThat(ok("mount", "base:1", mount.toString(), "--volume", "work").output())
        .isEqualTo("work\n");
    Files.writeString(mount.resolve("new"), "made in the mount");
    Files.delete(mount.resolve("etc/gone"));
    Files.writeString(mount.resolve("etc/os-release"), "NAME=Changed\n");
    assertThat(ok("diff", "work").output().lines())
        .containsExactly("C /etc", "D /etc/gone", "C /etc/os-release", "A /new");
    assertThat(json("diff", "--json", "work").get("changes")).hasSize(4);
    assertThat(ok("mounts").output()).contains(mount.toString(), "base:1", "work", "rw", "native");
    JsonNode volume = json("volumes", "--json").get("volumes").get(0);
    assertThat(volume.get("mountedAt").asString()).isEqualTo(mount.toString());
    assertThat(ok("cat", "work:/new").output()).isEqualTo("made in the mount");

    CommandRun committed =
        ok("commit", "work", "made:1", "--message", "by hand", "--change", "CMD [\"/new\"]");
    assertThat(committed.output()).contains("made:1");
    assertThat(json("layers", "--json", "made:1").get("layers")).hasSize(2);
    assertThat(ok("history", "made:1").output()).contains("by hand");
    assertThat(ok("inspect", "made:1").output()).contains("\"/new\"");
    assertThat(ok("cat", "made:1:/etc/os-release").output()).isEqualTo("NAME=Changed\n");
    assertThat(refused("cat", "made:1:/etc/gone").error()).contains("/etc/gone");

    Path exported = directory.resolve("exported");
    ok("export", "made:1", "oci:" + exported + ":made");
    CommandRun again = ok("import", "oci:" + exported + ":made", "again:1");
    assertThat(again.output()).contains("2 layers, 2 of them there already");
    assertThat(json("du", "--json").get("entries").toString()).contains("again:1", "work");
    assertThat(ok("du").output()).contains("made:1");

    ok("umount", mount.toString());
    assertThat(mount).isEmptyDirectory();
    assertThat(json("mounts", "--json").get("mounts")).isEmpty();
    ok("mount", "work", mount.toString(), "-o", "ro");
    assertThat(mount.resolve("new")).hasContent("made in the mount");
    ok("umount", mount.toString());
    ok("rm", "work", "made:1", "again:1");
    assertThat(ok("gc").code()).isZero();
    assertThat(json("verify", "--json").get("damages")).isEmpty();
    assertThat(json("verify", "--deep", "--json").get("damages")).isEmpty();
    assertThat(json("gc", "--json").get("objects").asLong()).isZero();
    assertThat(ok("cat", "base:1:/etc/os-release").output()).isEqualTo(RELEASE);
  }

  @Test
  void whatIsDamagedIsNamedAndRepaired() throws IOException {
    String digest =
        Digest.sha256("b".repeat(50_000).getBytes(StandardCharsets.US_ASCII)).toString();
    String hex = digest.substring("sha256:".length());
    Path object =
        directory.resolve("store/objects").resolve(hex.substring(0, 2) + "/" + hex.substring(2));
    assertThat(object.toFile().setWritable(true)).isTrue();
    byte[] bytes = Files.readAllBytes(object);
    bytes[17] ^= 1;
    Files.write(object, bytes);
    CommandRun run = lamina.run("verify", "--deep");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.output())
        .contains("blob " + digest, "has other bytes; needed by image base:1 at /big", "1 damaged");
    assertThat(refused("verify", "--repair", "tar:" + directory.resolve("absent")).error())
        .contains("absent");
    CommandRun repaired =
        ok("verify", "--deep", "--repair", "tar:" + directory.resolve("base.tar"));
    assertThat(repaired.output()).contains("blob " + digest, "taken again: 1 layers", "all sound");
    assertThat(json("verify", "--deep", "--json").get("damages")).isEmpty();
    assertThat(ok("cat", "base:1:/big").output()).isEqualTo("b".repeat(50_000));
  }

  @Test
  void everyFormThatIsExportedImportsAgain() throws IOException {
    String id = json("images", "--json").get("images").get(0).get("id").asString();
    for (String form :
        List.of("oci:%s:t", "oci-archive:%s", "docker-archive:%s", "tar:%s", "dir:%s")) {
      Path at = directory.resolve("out-" + form.substring(0, form.indexOf(':')));
      String target = form.formatted(at);
      ok("export", "base:1", target, "--compress", "none");
      JsonNode imported = json("import", "--json", target, "back:1");
      if (form.startsWith("oci") || form.startsWith("docker")) {
        assertThat(imported.get("id").asString()).as(form).isEqualTo(id);
      }
      assertThat(ok("cat", "back:1:/etc/os-release").output()).as(form).isEqualTo(RELEASE);
    }
    CommandRun stream =
        lamina.reading(Files.readAllBytes(directory.resolve("base.tar")), "import", "-", "piped:1");
    assertThat(stream.code()).as(stream.error()).isZero();
    assertThat(ok("cat", "piped:1:/etc/os-release").output()).isEqualTo(RELEASE);
  }

  @Test
  void mountsThatCannotBeAreRefused() throws IOException {
    Path other = Files.createDirectory(directory.resolve("other"));
    Files.writeString(other.resolve("mine"), "x");
    assertThat(refused("mount", "base:1", other.toString()).error())
        .contains("not empty", "--force");
    Path inside = Files.createDirectory(directory.resolve("store/tmp/here"));
    assertThat(refused("mount", "base:1", inside.toString()).error()).contains("inside the store");
    Files.delete(inside);
    assertThat(refused("mount", "--force", "base:1", directory.toString()).error())
        .contains("would be hidden");
    assertThat(refused("mount", "base:1", directory.resolve("absent").toString()).error())
        .contains("does not exist", "mkdir");
    assertThat(refused("mount", "nothing:1", mount.toString()).error()).contains("nothing:1");
    assertThat(lamina.run("mount", "base:1", mount.toString(), "-o", "fast").code()).isEqualTo(2);
    assertThat(json("volumes", "--json").get("volumes")).isEmpty();

    ok("mount", "base:1", mount.toString(), "--volume", "work");
    assertThat(refused("mount", "base:1", mount.toString(), "--force").error())
        .contains("mounted already", "lamina umount");
    Path second = Files.createDirectory(directory.resolve("second"));
    assertThat(refused("mount", "work", second.toString()).error())
        .contains("work", mount.toString());
    assertThat(refused("mount", "base:1", second.toString(), "--volume", "work").error())
        .contains("work");
    assertThat(refused("rm", "base:1", "work").error()).contains("work is in use", "mounted on");
    ok("mount", "--force", "base:1", other.toString(), "-o", "ro");
    assertThat(other.resolve("etc/os-release")).hasContent(RELEASE);
    assertThat(refused("rm", "base:1").error()).contains("base:1 is in use", other.toString());
    ok("umount", other.toString());
    assertThat(other.resolve("mine")).hasContent("x");
    ok("umount", mount.toString());
    assertThat(refused("umount", mount.toString()).error()).contains("nothing is mounted");
  }

  @Test
  void whoKeepsAMountBusyIsNamed() throws Exception {
    ok("mount", "base:1", mount.toString(), "--volume", "work");
    Process sleeper =
        new ProcessBuilder("sleep", "600").directory(mount.resolve("etc").toFile()).start();
    try {
      assertThat(refused("umount", mount.toString()).error())
          .contains("in use by " + sleeper.pid() + " (sleep)", "--lazy");
      assertThat(mount.resolve("etc/os-release")).hasContent(RELEASE);
      ok("umount", "--lazy", mount.toString());
      assertThat(mount).isEmptyDirectory();
      // Detached, it is the sleeper's still, and so is the volume.
      assertThat(refused("rm", "work").error())
          .contains(
              "volume work, detached from " + mount, "in use by " + sleeper.pid() + " (sleep)");
      assertThat(ok("mounts").output()).contains(mount.toString(), "detached");
    } finally {
      sleeper.destroyForcibly().waitFor();
    }
    // The kernel ends the mount soon after its last user.
    for (int i = 0; i < 1000 && lamina.run("mount", "work", mount.toString()).code() != 0; i++) {
      Thread.sleep(10);
    }
    ok("umount", mount.toString());
    ok("rm", "work");
  }
}
