package dev.lamina.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.fs.FileName;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestTest {
  private final MemorySegment buffer = MemorySegment.ofArray(new byte[8192]);
  private final Request request = new Request(buffer);
  private final FileName name = FileName.borrowed();

  private void put(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
    assertThat(request.begin(bytes.length)).isTrue();
  }

  @Test
  void aLookupIsReadFromItsBytes() {
    // len 44, opcode 1, unique 2, node 1, uid 0, gid 0, pid 77, no extensions; "etc"
    put(
        "2c000000 01000000 0200000000000000 0100000000000000"
            + "00000000 00000000 4d000000 0000 0000 65746300");
    assertThat(request.opcode()).isEqualTo(Opcode.LOOKUP.number());
    assertThat(request.unique()).isEqualTo(2);
    assertThat(request.node()).isEqualTo(1);
    assertThat(request.pid()).isEqualTo(77);
    request.lookupNameAt(0, name);
    assertThat(name).hasToString("etc");
  }

  @Test
  void extensionsBehindTheArgumentsAreNoArguments() {
    // as above with one extension of 8 bytes
    put(
        "34000000 01000000 0200000000000000 0100000000000000"
            + "00000000 00000000 4d000000 0100 0000 65746300 ffffffffffffffff");
    assertThat(request.length()).isEqualTo(4);
    assertThatThrownBy(() -> request.longAt(0)).isInstanceOf(FsException.class);
  }

  @Test
  void theLengthFieldMustBeWhatWasRead() {
    int length = RequestBytes.of(Opcode.GETATTR, 1).u64(0).u64(0).into(buffer);
    assertThat(request.begin(length)).isTrue();
    assertThat(request.begin(length - 1)).isFalse();
    assertThat(request.hasUnique()).isTrue();
    assertThat(request.begin(39)).isFalse();
    assertThat(request.begin(3)).isFalse();
    assertThat(request.hasUnique()).isFalse();
  }

  @Test
  void twoNamesAreReadOneAfterTheOther() {
    request.begin(RequestBytes.of(Opcode.RENAME, 1).u64(5).name("old").name("new").into(buffer));
    FileName second = FileName.borrowed();
    request.nameAt(request.nameAt(8, name), second);
    assertThat(name).hasToString("old");
    assertThat(second).hasToString("new");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", ".", "..", "/"})
  void whatIsNoNameIsRefused(String bad) {
    request.begin(RequestBytes.of(Opcode.UNLINK, 1).name(bad).into(buffer));
    assertThatThrownBy(() -> request.nameAt(0, name))
        .isInstanceOfSatisfying(
            FsException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
  }

  @Test
  void aNameThatDoesNotEndIsRefused() {
    request.begin(RequestBytes.of(Opcode.UNLINK, 1).bytes(new byte[] {'a', 'b'}).into(buffer));
    assertThatThrownBy(() -> request.nameAt(0, name)).isInstanceOf(FsException.class);
  }

  @Test
  void aNameOf255BytesIsTakenAndALongerOneIsNot() {
    request.begin(RequestBytes.of(Opcode.UNLINK, 1).name("n".repeat(255)).into(buffer));
    request.nameAt(0, name);
    assertThat(name.length()).isEqualTo(255);
    request.begin(RequestBytes.of(Opcode.UNLINK, 1).name("n".repeat(256)).into(buffer));
    assertThatThrownBy(() -> request.nameAt(0, name))
        .isInstanceOfSatisfying(
            FsException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENAMETOOLONG));
  }

  @Test
  void payloadOutsideTheRequestIsRefused() {
    request.begin(RequestBytes.of(Opcode.WRITE, 1).u64(1).u64(2).into(buffer));
    assertThat(request.payload(8, 8)).isEqualTo(48);
    for (int[] range : new int[][] {{8, 9}, {-1, 1}, {0, -1}, {17, 0}, {1, Integer.MAX_VALUE}}) {
      assertThatThrownBy(() -> request.payload(range[0], range[1])).isInstanceOf(FsException.class);
    }
  }
}
