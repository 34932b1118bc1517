package dev.lamina.linux;

import static dev.lamina.linux.Bytes.assertFails;
import static dev.lamina.linux.Bytes.directory;
import static dev.lamina.linux.Bytes.text;
import static dev.lamina.linux.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileMappingTest {

  @TempDir Path temp;
  private Fd dir;

  @BeforeEach
  void open() {
    dir = directory(temp);
  }

  @AfterEach
  void close() {
    dir.close();
  }

  private Fd create(String name) {
    int flags = FileOpen.O_CREAT | FileOpen.O_RDWR;
    return FileOpen.openat(dir.value(), utf8(name), flags, 0600);
  }

  @Test
  void what_is_stored_is_in_the_file_and_the_other_way() {
    try (Fd file = create("f")) {
      FileIo.ftruncate(file.value(), 8192);
      try (FileMapping mapping = FileMapping.shared(file.value(), 4096, 4096, true)) {
        Memory.putLong(mapping.address(), 0x1122334455667788L);
        mapping.sync();
        byte[] read = new byte[8];
        FileIo.readFully(file.value(), read, 0, 8, 4096);
        assertThat(Memory.getLong(mapping.address())).isEqualTo(0x1122334455667788L);
        assertThat(read).contains(0x11, 0x88);
        FileIo.writeFully(file.value(), new byte[] {42}, 0, 1, 4096 + 100);
        assertThat(Memory.getByte(mapping.address() + 100)).isEqualTo((byte) 42);
        assertThat(mapping.length()).isEqualTo(4096);
      }
      assertFails(Errno.EINVAL, () -> FileMapping.shared(file.value(), 1, 4096, false));
    }
  }

  @Test
  void pages_of_nobody_are_zero_and_given_back_once() {
    FileMapping pages = FileMapping.anonymous(1 << 20);
    assertThat(pages.address() % 4096).isZero();
    assertThat(Memory.getLong(pages.address() + (1 << 20) - 8)).isZero();
    Memory.putInt(pages.address(), 5);
    pages.close();
    pages.close();
  }

  @Test
  void memory_is_peeked_and_poked_at_any_alignment() {
    MemorySegment buffer = Memory.pageAligned(64);
    long at = buffer.address() + 3;
    assertThat(buffer.address() % 4096).isZero();
    Memory.putByte(at, (byte) -1);
    Memory.putShort(at + 1, (short) -2);
    Memory.putInt(at + 3, -3);
    Memory.putLong(at + 7, -4);
    assertThat(Memory.getByte(at)).isEqualTo((byte) -1);
    assertThat(Memory.getShort(at + 1)).isEqualTo((short) -2);
    assertThat(Memory.getInt(at + 3)).isEqualTo(-3);
    assertThat(Memory.getLong(at + 7)).isEqualTo(-4);
    Memory.copyIn(at, utf8("abcdef"), 1, 4);
    Memory.copy(at, at + 2, 4);
    assertThat(text(Memory.bytes(at, 6))).isEqualTo("bcbcde");
    byte[] out = new byte[4];
    Memory.copyOut(at + 4, out, 1, 2);
    assertThat(out).isEqualTo(new byte[] {0, 'd', 'e', 0});
    Memory.clear(at, 11);
    assertThat(Memory.stringLength(at, 10)).isZero();
    assertThat(Memory.bytes(at, 11)).containsOnly(0);
    Memory.copyIn(at, utf8("xyz"), 0, 3);
    assertThat(Memory.stringLength(at, 10)).isEqualTo(3);
    assertThat(Memory.stringLength(at, 2)).isEqualTo(2);
  }
}
