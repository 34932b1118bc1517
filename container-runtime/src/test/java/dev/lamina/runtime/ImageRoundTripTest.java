package dev.lamina.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.testing.FileTree;
import dev.lamina.testing.HazardImage;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real image goes in, is mounted, changed, and goes out again; umoci and skopeo are the judges.
 */
@RequiresImage
@RequiresFuse
@TestInstance(Lifecycle.PER_CLASS)
final class ImageRoundTripTest {
  private Path directory;
  private HazardImage image;
  private Commands commands;
  private SortedMap<String, String> unpacked;

  @BeforeAll
  void unpackWithUmoci(@TempDir Path shared) throws Exception {
    directory = shared;
    image = HazardImage.get();
    commands = new Commands(directory);
    unpacked = unpack(image.oci() + ":hazards", "reference");
  }

  @AfterAll
  void stop() throws Exception {
    commands.stop();
  }

  Stream<String> sources() {
    return Stream.of(
        "oci:" + image.oci() + ":hazards",
        "oci:" + image.ociZstd() + ":hazards",
        "docker-archive:" + image.dockerArchive());
  }

  @ParameterizedTest
  @MethodSource("sources")
  void aMountedImageIsWhatUmociUnpacks(String source) throws Exception {
    var name = name(source);
    commands.lamina("import", source, name);
    assertThat(FileTree.differences("umoci", unpacked, "mount", mounted(name))).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("sources")
  void layersComeOutAsTheyWentIn(String source) throws Exception {
    var name = name(source);
    commands.lamina("import", source, name);
    var exported = "oci:" + directory.resolve("exported-" + name) + ":" + name;
    commands.lamina("export", name, exported);
    assertThat(diffIds(exported)).isEqualTo(diffIds("oci:" + image.oci() + ":hazards"));
    // skopeo reads and digests every layer as it copies
    commands.program("skopeo", "copy", exported, "dir:" + directory.resolve("copied-" + name));
  }

  @Test
  void aCommittedVolumeIsTheSameInANewMountAndInUmoci() throws Exception {
    commands.lamina("import", "oci:" + image.oci() + ":hazards", "base");
    var mount = Files.createDirectory(directory.resolve("writable"));
    commands.lamina("mount", "base", mount.toString(), "--volume", "changed");
    SortedMap<String, String> changed;
    try {
      commands.program("sh", "-exc", "cd \"$1\"" + CHANGES, "changes", mount.toString());
      changed = FileTree.describe(mount);
      assertThat(commands.lamina("diff", "changed").lines())
          .contains("D /etc/hostname", "A /srv/added", "C /usr/bin/less");
      commands.lamina("commit", "changed", "committed");
    } finally {
      commands.lamina("umount", mount.toString());
    }
    assertThat(FileTree.differences("volume", changed, "commit", mounted("committed"))).isEmpty();

    var exported = directory.resolve("exported-committed") + ":committed";
    commands.lamina("export", "committed", "oci:" + exported);
    assertThat(FileTree.differences("volume", changed, "umoci", unpack(exported, "judged")))
        .isEmpty();
  }

  private static final String CHANGES =
      """

      rm etc/hostname
      mkdir srv/added && echo new > srv/added/file && ln srv/added/file srv/added/second
      chmod 700 usr/bin/less
      mv usr/share/man srv/man-moved
      rm -r usr/share/base-files etc/apt && mkdir etc/apt && echo x > etc/apt/y
      ln -s ../added srv/app/link-again
      printf more >> srv/hazards/two
      rm srv/hazards/one
      setfattr -n user.new -v value srv/hazards/attributes
      truncate -s 20M srv/added/sparse
      mknod srv/added/device c 1 3
      mkfifo srv/added/fifo
      touch -d '2001-02-03 04:05:06.789' srv/added/old
      """;

  private SortedMap<String, String> mounted(String name) throws Exception {
    var mount = Files.createDirectories(directory.resolve("mount-" + name));
    commands.lamina("mount", name, mount.toString(), "-o", "ro");
    try {
      return FileTree.describe(mount);
    } finally {
      commands.lamina("umount", mount.toString());
    }
  }

  private SortedMap<String, String> unpack(String layout, String bundle) throws Exception {
    var to = directory.resolve(bundle);
    commands.program("umoci", "unpack", "--image", layout, to.toString());
    var tree = FileTree.describe(to.resolve("rootfs"));
    commands.program("rm", "-rf", to.toString());
    return tree;
  }

  private List<String> diffIds(String source) throws Exception {
    var config = commands.program("skopeo", "inspect", "--config", source).output();
    return JsonMapper.shared()
        .readTree(config)
        .at("/rootfs/diff_ids")
        .valueStream()
        .map(JsonNode::asString)
        .toList();
  }

  private static String name(String source) {
    return source.startsWith("docker") ? "docker" : source.contains("zstd") ? "zstd" : "gzip";
  }
}
