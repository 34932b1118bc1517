package dev.lamina.testing.fs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.linux.Errno;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileOpen;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Holes, allocation and copying between files. */
interface AllocationContract extends ContractSubject {
  /** Mode bits of fallocate(2). */
  int PUNCH = FileIo.FALLOC_FL_PUNCH_HOLE | FileIo.FALLOC_FL_KEEP_SIZE;

  private static byte[] filled(int length) {
    return "x".repeat(length).getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  default void D3_10_files_may_be_larger_than_4_GiB() {
    requires(Capability.LARGE_FILES);
    Workspace workspace = workspace();
    long far = 5L << 30;
    workspace.write("file", far, "far away");
    workspace.truncate("twin", far);
    Workspace again = remount(workspace);
    assertThat(again.attributes("file").size).isEqualTo(far + 8);
    assertThat(again.attributes("twin").size).isEqualTo(far);
    try (Handle handle = again.open("file", FileOpen.O_RDONLY)) {
      assertThat(handle.read(far + 4, 100)).asString().isEqualTo("away");
      assertThat(handle.read(far - 3, 3)).containsOnly(0);
      assertThat(handle.read(0, 5)).asString().isEqualTo("lower");
    }
  }

  @Test
  default void D3_4_holes_use_no_space_and_are_found() {
    requires(Capability.HOLES);
    Workspace workspace = workspace();
    long mebibyte = 1 << 20;
    try (Handle handle = workspace.open("file", FileOpen.O_RDWR)) {
      handle.truncate(16 * mebibyte);
      handle.write(8 * mebibyte, filled(65536));
      assertThat(handle.seekData(0)).isZero();
      long hole = handle.seekHole(0);
      assertThat(hole).isBetween(13L, mebibyte);
      assertThat(handle.seekData(hole)).isBetween(7 * mebibyte, 8 * mebibyte);
      assertThat(handle.seekHole(8 * mebibyte)).isBetween(8 * mebibyte + 65536, 9 * mebibyte);
      fails(Errno.ENXIO, () -> handle.seekData(10 * mebibyte));
      assertThat(handle.attributes().blocks * 512).isLessThan(2 * mebibyte);
    }
  }

  @Test
  default void the_end_of_a_file_is_a_hole_and_behind_it_is_nothing() {
    Workspace workspace = workspace();
    workspace.file("new", "new content!!");
    for (String name : new String[] {"file", "new"}) {
      try (Handle handle = workspace.open(name, FileOpen.O_RDONLY)) {
        assertThat(handle.seekData(5)).as(name).isEqualTo(5);
        assertThat(handle.seekHole(5)).as(name).isEqualTo(13);
        fails(Errno.ENXIO, () -> handle.seekData(13));
        fails(Errno.ENXIO, () -> handle.seekHole(13));
        fails(Errno.ENXIO, () -> handle.seekHole(100));
      }
    }
    try (Handle handle = workspace.open("void", FileOpen.O_RDONLY)) {
      fails(Errno.ENXIO, () -> handle.seekData(0));
    }
  }

  @Test
  default void allocation_extends_unless_told_not_to() {
    Workspace workspace = workspace();
    try (Handle handle = workspace.open("file", FileOpen.O_RDWR)) {
      handle.fallocate(FileIo.FALLOC_FL_KEEP_SIZE, 0, 10_000);
      assertThat(handle.text()).isEqualTo("lower content");
      handle.fallocate(0, 10, 10);
      assertThat(handle.text()).isEqualTo("lower content" + "\0".repeat(7));
    }
    Workspace again = remount(workspace);
    assertThat(again.text("file")).isEqualTo("lower content" + "\0".repeat(7));
    assertThat(again.attributes("file").modifyTime).isGreaterThan(LowerTree.DEFAULT_TIME);
  }

  @Test
  default void D3_1_punching_a_lower_file_makes_zeros_and_keeps_the_size() {
    Workspace workspace = workspace(LOWER.file("big", filled(50_000)));
    try (Handle handle = workspace.open("big", FileOpen.O_RDWR)) {
      handle.fallocate(PUNCH, 1000, 20_000);
      handle.fallocate(PUNCH, 49_000, 100_000);
      handle.fallocate(PUNCH, 80_000, 10);
    }
    String expected = "x".repeat(1000) + "\0".repeat(20_000) + "x".repeat(28_000);
    assertThat(remount(workspace).text("big")).isEqualTo(expected + "\0".repeat(1000));
  }

  @Test
  default void zeroing_extends_unless_told_not_to() {
    Workspace workspace = workspace();
    int zero = FileIo.FALLOC_FL_ZERO_RANGE;
    try (Handle handle = workspace.open("file", FileOpen.O_RDWR)) {
      handle.fallocate(zero | FileIo.FALLOC_FL_KEEP_SIZE, 10, 10);
      assertThat(handle.text()).isEqualTo("lower cont\0\0\0");
      handle.fallocate(zero, 4, 12);
      assertThat(handle.text()).isEqualTo("lowe" + "\0".repeat(12));
    }
  }

  @Test
  default void allocation_that_means_nothing_is_refused() {
    Workspace workspace = workspace();
    try (Handle handle = workspace.open("file", FileOpen.O_RDWR)) {
      fails(Errno.EINVAL, () -> handle.fallocate(0, 0, 0));
      fails(Errno.EINVAL, () -> handle.fallocate(0, -1, 10));
      fails(Errno.EOPNOTSUPP, () -> handle.fallocate(FileIo.FALLOC_FL_PUNCH_HOLE, 0, 10));
      fails(Errno.EFBIG, () -> handle.fallocate(0, Long.MAX_VALUE - 10, 10));
    }
    assertThat(workspace.text("file")).isEqualTo("lower content");
  }

  @Test
  default void copying_between_files_copies_what_there_is() {
    Workspace workspace = workspace(LOWER.file("big", filled(100_000)));
    workspace.file("new", "");
    try (Handle big = workspace.open("big", FileOpen.O_RDONLY);
        Handle made = workspace.open("new", FileOpen.O_RDWR);
        Handle file = workspace.open("file", FileOpen.O_RDWR)) {
      long copied = 0;
      while (copied < 60_000) {
        copied += big.copyTo(40_000 + copied, made, 3 + copied, 1_000_000);
      }
      assertThat(copied).isEqualTo(60_000);
      assertThat(big.copyTo(100_000, made, 0, 10)).isZero();
      assertThat(big.copyTo(0, file, 6, 3)).isEqualTo(3);
      assertThat(file.copyTo(0, file, 20, 5)).isEqualTo(5);
      fails(Errno.EINVAL, () -> file.copyTo(0, file, 2, 5));
    }
    Workspace again = remount(workspace);
    assertThat(again.text("new")).isEqualTo("\0\0\0" + "x".repeat(60_000));
    assertThat(again.text("file")).isEqualTo("lower xxxtent" + "\0".repeat(7) + "lower");
    assertThat(again.read("big")).isEqualTo(filled(100_000));
  }
}
