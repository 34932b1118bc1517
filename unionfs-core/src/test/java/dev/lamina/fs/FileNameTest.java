package dev.lamina.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class FileNameTest {
  @Test
  void aBorrowedNameFindsAKeptOne() {
    Map<FileName, Integer> map = new HashMap<>();
    map.put(FileName.of("etc"), 1);
    byte[] request = "xxetcyy".getBytes(StandardCharsets.US_ASCII);
    FileName borrowed = FileName.borrowed().point(request, 2, 3);
    assertThat(map).containsEntry(borrowed, 1);
    borrowed.point(request, 0, 2);
    assertThat(map).doesNotContainKey(borrowed);
  }

  @Test
  void keepingCopiesWhatIsBorrowed() {
    byte[] request = "name".getBytes(StandardCharsets.US_ASCII);
    FileName kept = FileName.borrowed().point(request, 0, 4).keep();
    request[0] = 'X';
    assertThat(kept).hasToString("name");
    assertThat(kept.keep()).isSameAs(kept);
    assertThatThrownBy(() -> kept.point(request, 0, 1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void namesAreOrderedAsUnsignedBytes() {
    FileName ascii = FileName.of("z");
    FileName high = FileName.of(new byte[] {(byte) 0x80});
    assertThat(ascii).isLessThan(high);
    assertThat(FileName.of("a")).isLessThan(FileName.of("ab"));
    assertThat(high.compareTo(new byte[] {0, (byte) 0x80, 0}, 1, 1)).isZero();
  }

  @Test
  void whatIsNoTextIsPrintedInHexadecimal() {
    assertThat(FileName.of("é 名")).hasToString("é 名");
    assertThat(FileName.of("é\tx")).hasToString("é\\x09x");
    assertThat(FileName.of(new byte[] {'a', (byte) 0xff, '\n'})).hasToString("a\\xff\\x0a");
  }
}
