package dev.lamina.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.testing.FileTree;
import dev.lamina.testing.HazardImage;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that people run do their work in a mounted volume of a real Debian image; all of it is
 * there again in a mount of the commit, which is made while the volume is mounted.
 */
@RequiresImage
@RequiresFuse
final class RealWorkTest {
  @TempDir private Path directory;
  private Commands commands;
  private Path mount;

  @BeforeEach
  void mountVolume() throws Exception {
    commands = new Commands(directory);
    commands.lamina("import", "oci:" + HazardImage.get().oci() + ":debian", "debian");
    mount = Files.createDirectory(directory.resolve("mount"));
    commands.lamina("mount", "debian", mount.toString(), "--volume", "work");
  }

  @AfterEach
  void stop() throws Exception {
    commands.stop();
  }

  /** Commits the volume, ends its mount and mounts the commit, where {@link #mount} was. */
  private void commitAndMountAgain() throws Exception {
    SortedMap<String, String> before = FileTree.describe(mount);
    commands.lamina("commit", "work", "done");
    commands.lamina("umount", mount.toString());
    commands.lamina("mount", "done", mount.toString(), "-o", "ro");
    assertThat(FileTree.differences("volume", before, "commit", FileTree.describe(mount)))
        .isEmpty();
  }

  @Test
  void aClonedRepositoryIsSound() throws Exception {
    var origin = directory.resolve("origin");
    shell(
        """
        git init -q "$1" && cd "$1"
        for d in $(seq 40); do
          mkdir "d$d"
          for f in $(seq 50); do echo "$d $f $((d * f))" >"d$d/f$f"; done
        done
        ln -s d1/f1 link; cp d1/f1 program; chmod +x program
        git add .; git -c user.name=a -c user.email=a@localhost commit -qm first
        git mv d1 moved; git -c user.name=a -c user.email=a@localhost commit -qm second
        """,
        origin);
    var clone = mount.resolve("srv/clone");
    commands.program("git", "clone", "-q", "--no-hardlinks", origin.toString(), clone.toString());
    assertSound(clone);
    shell("cd \"$1\" && git gc -q && git checkout -q HEAD~1 && git checkout -q -", clone);
    assertSound(clone);

    commitAndMountAgain();
    assertSound(clone);
    commands.program("diff", "-r", origin.resolve("moved") + "", clone.resolve("moved") + "");
  }

  private void assertSound(Path clone) throws Exception {
    shell("git -C \"$1\" -c safe.directory='*' fsck --full --strict", clone);
    assertThat(
            shell(
                    "git -C \"$1\" -c safe.directory='*' --no-optional-locks status --porcelain",
                    clone)
                .output())
        .isEmpty();
  }

  @Test
  void aPackageIsInstalledAndReplaced() throws Exception {
    for (var version : new String[] {"1", "2"}) {
      var root = directory.resolve("package-" + version);
      shell(
          """
          mkdir -p "$1/DEBIAN" "$1/usr/share/lamina-test/many" "$1/etc"
          printf 'Package: lamina-test\\nVersion: %s\\nArchitecture: all\\nDescription: test\\n\
          Maintainer: a <a@localhost>\\n' "$2" >"$1/DEBIAN/control"
          echo /etc/lamina-test.conf >"$1/DEBIAN/conffiles"; echo "v=$2" >"$1/etc/lamina-test.conf"
          for f in $(seq 500); do echo "$2 $f" >"$1/usr/share/lamina-test/many/f$((f * $2))"; done
          (cd "$1" && find usr etc -type f -exec md5sum {} + >DEBIAN/md5sums)
          dpkg-deb --root-owner-group -Zgzip -b "$1" "$3/tmp/lamina-test_$2.deb"
          """,
          root, version, mount.toString());
      shell("chroot \"$1\" dpkg --install \"/tmp/lamina-test_$2.deb\"", mount, version);
      assertThat(dpkg()).isEqualTo(version);
    }
    commitAndMountAgain();
    assertThat(dpkg()).isEqualTo("2");
    // only of the second version, which has the even names
    assertThat(mount.resolve("usr/share/lamina-test/many/f1")).doesNotExist();
    assertThat(mount.resolve("usr/share/lamina-test/many/f1000")).hasContent("2 500");
  }

  /** The version of the package that is installed, all files of which are as they should be. */
  private String dpkg() throws Exception {
    assertThat(shell("chroot \"$1\" dpkg --verify lamina-test", mount).output()).isEmpty();
    return shell("chroot \"$1\" dpkg-query -W -f '${Version}' lamina-test", mount).output();
  }

  @Test
  void aBuildIsCompleteAndUpToDate() throws Exception {
    var build = Files.createDirectories(mount.resolve("srv/build"));
    Files.writeString(
        build.resolve("Makefile"),
        """
        objects := $(addprefix out/,$(addsuffix .o,$(shell seq 200)))
        out/program: $(objects)
        \tcat $^ >$@.new && chmod 755 $@.new && mv $@.new $@
        out/%.o: source | out
        \t{ printf '# %s\\n' $*; cat $<; } >$@.new && mv $@.new $@
        out:
        \tmkdir $@
        install: out/program
        \tinstall -D $< $(DESTDIR)/usr/local/bin/program
        .PHONY: install
        """);
    Files.writeString(build.resolve("source"), "echo built\n");
    shell("make -s -j4 -C \"$1\" && make -s -C \"$1\" install DESTDIR=\"$2\"", build, "" + mount);
    assertBuilt(build);
    commitAndMountAgain();
    assertBuilt(build);
  }

  private void assertBuilt(Path build) throws Exception {
    // -q fails where something is older than what it is made of
    shell("make -q -C \"$1\"", build);
    assertThat(shell("chroot \"$1\" sh /usr/local/bin/program", mount).lines())
        .hasSize(200)
        .containsOnly("built");
  }

  private Commands.Result shell(String script, Path first, String... others) throws Exception {
    var command = new String[5 + others.length];
    command[0] = "sh";
    command[1] = "-euc";
    command[2] = script;
    command[3] = "script";
    command[4] = first.toString();
    System.arraycopy(others, 0, command, 5, others.length);
    return commands.program(command);
  }
}
