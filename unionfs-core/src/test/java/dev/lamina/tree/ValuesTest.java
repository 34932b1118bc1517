package dev.lamina.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Digests, paths, extended attributes and entries check what they are made of. */
final class ValuesTest {
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @Test
  void a_digest_is_read_and_written_as_manifests_have_it() {
    Digest abc = Digest.sha256(new byte[] {'a'}, new byte[] {'b', 'c'});

    assertThat(abc).hasToString("sha256:" + ABC);
    assertThat(Digest.parse(ABC)).isEqualTo(abc);
    assertThat(Digest.parse("sha256:" + ABC)).isEqualTo(abc);
    assertThat(Digest.of(abc.toBytes())).isEqualTo(abc);
    assertThat(Digest.sha256(new byte[] {0, 'a', 'b', 'c'}, 1, 3)).isEqualTo(abc);
    assertThat(Digest.parse("7f" + ABC.substring(2))).isLessThan(abc);
    for (String wrong : new String[] {"", "sha512:" + ABC, ABC.toUpperCase(Locale.ROOT)}) {
      assertThatThrownBy(() -> Digest.parse(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> Digest.of(new byte[31])).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_path_is_its_names() {
    TreePath path = TreePath.parse("./usr//bin/./env/");

    assertThat(path).hasToString("/usr/bin/env").isEqualTo(TreePath.parse("/usr/bin/env"));
    assertThat(path.toBytes()).asString().isEqualTo("usr/bin/env");
    assertThat(path.size()).isEqualTo(3);
    assertThat(path.name()).isEqualTo(FileName.of("env"));
    assertThat(path.parent()).isEqualTo(TreePath.parse("usr/bin"));
    assertThat(path.parent().child(FileName.of("env"))).isEqualTo(path);
    assertThat(path.startsWith(TreePath.parse("usr"))).isTrue();
    assertThat(path.startsWith(TreePath.parse("us"))).isFalse();
    assertThat(TreePath.parse("/")).isSameAs(TreePath.ROOT).hasToString("/");
    assertThat(TreePath.of(new byte[] {'a', (byte) 0xff})).hasToString("/a\\xff");
    assertThatThrownBy(TreePath.ROOT::name).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(TreePath.ROOT::parent).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_path_is_ordered_as_a_tree_is_walked() {
    assertThat(TreePath.parse("a/z")).isLessThan(TreePath.parse("a!"));
    assertThat(TreePath.parse("a")).isLessThan(TreePath.parse("a/b"));
    assertThat(TreePath.of(new byte[] {'z'})).isLessThan(TreePath.of(new byte[] {(byte) 0x80}));
  }

  @Test
  void a_path_leads_nowhere_but_down() {
    assertThatThrownBy(() -> TreePath.parse("a/../b")).hasMessageContaining("leads upwards");
    assertThatThrownBy(() -> TreePath.parse("a\0b")).hasMessageContaining("NUL");
    assertThatThrownBy(() -> TreePath.parse("n".repeat(256))).hasMessageContaining("256 bytes");
    assertThatThrownBy(() -> TreePath.ROOT.child(FileName.of("a/b"))).hasMessageContaining("slash");
    assertThatThrownBy(() -> TreePath.parse("n/".repeat(2049)))
        .hasMessageContaining("more than 2048 names");
    assertThat(TreePath.parse("n".repeat(255)).name().length()).isEqualTo(255);
  }

  @Test
  void extended_attributes_are_sorted_and_replaced_by_name() {
    Xattrs two =
        Xattrs.of(
            Map.of(FileName.of("user.b"), new byte[] {2}, FileName.of("user.a"), new byte[0]));

    assertThat(two.size()).isEqualTo(2);
    assertThat(two.name(0)).isEqualTo(FileName.of("user.a"));
    assertThat(two.get(FileName.of("user.b"))).contains(new byte[] {2});
    assertThat(two.get(FileName.of("user.c"))).isEmpty();
    assertThat(two.without(FileName.of("user.b")).with(FileName.of("user.b"), new byte[] {2}))
        .isEqualTo(two)
        .hasSameHashCodeAs(two);
    assertThat(two.without(FileName.of("user.a")).without(FileName.of("user.b")))
        .isEqualTo(Xattrs.EMPTY);
    two.value(1)[0] = 9;
    assertThat(two.value(1)).containsExactly(2);
  }

  @Test
  void extended_attributes_keep_the_kernels_limits() {
    assertThatThrownBy(() -> Xattrs.EMPTY.with(FileName.of("n".repeat(256)), new byte[0]))
        .hasMessageContaining("1 to 255 bytes");
    assertThatThrownBy(() -> Xattrs.EMPTY.with(FileName.of("user.x"), new byte[65537]))
        .hasMessageContaining("longer than 64 KiB");
    assertThatThrownBy(() -> Xattrs.EMPTY.with(FileName.of("user.\0"), new byte[0]))
        .hasMessageContaining("NUL");
  }

  @Test
  void entries_are_what_the_format_can_hold() {
    Metadata metadata = Metadata.IMPLIED;
    assertThatThrownBy(() -> metadata.withMode(0100644)).hasMessageContaining("mode beyond 07777");
    assertThatThrownBy(() -> new TreeEntry.File(metadata, 1, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TreeEntry.File(metadata, -1, Optional.empty()))
        .hasMessageContaining("negative");
    assertThatThrownBy(() -> new TreeEntry.Symlink(metadata, new byte[0]))
        .hasMessageContaining("1 to 4095 bytes");
    assertThatThrownBy(() -> new TreeEntry.Symlink(metadata, new byte[] {'a', 0}))
        .hasMessageContaining("NUL");
    assertThatThrownBy(() -> new TreeEntry.Device(metadata, FileKind.FIFO, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new TreeEntry.Special(metadata, FileKind.REGULAR))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
