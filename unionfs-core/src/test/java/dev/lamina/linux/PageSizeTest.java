package dev.lamina.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

final class PageSizeTest {
  @Test
  void itIsWhatTheSystemSays() throws Exception {
    Process process = new ProcessBuilder("getconf", "PAGESIZE").start();
    String said = new String(process.getInputStream().readAllBytes(), US_ASCII).strip();
    assertThat(Memory.pageSize()).isEqualTo(Integer.parseInt(said));
    assertThat(Memory.pageAligned(1).address() % Memory.pageSize()).isZero();
  }

  @Test
  void itIsFoundAmongOtherPairs() {
    byte[] pairs = new byte[64];
    ByteBuffer.wrap(pairs)
        .order(ByteOrder.nativeOrder())
        .putLong(33)
        .putLong(1)
        .putLong(6)
        .putLong(65536);
    assertThat(PageSize.find(pairs)).isEqualTo(65536);
    assertThatIllegalStateException().isThrownBy(() -> PageSize.find(new byte[64]));
  }
}
