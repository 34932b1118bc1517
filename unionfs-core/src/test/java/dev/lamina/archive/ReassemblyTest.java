package dev.lamina.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.store.BlobReference;
import dev.lamina.tree.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What it costs to put a tar together. */
final class ReassemblyTest {
  private static final int SEGMENTS = 5_000;
  private static final int DISTANCE = 64;

  private final AtomicInteger opens = new AtomicInteger();
  private final AtomicLong read = new AtomicLong();

  private InputStream counted(byte[] content) {
    opens.incrementAndGet();
    return new ByteArrayInputStream(content) {
      @Override
      public synchronized int read(byte[] target, int offset, int length) {
        int count = super.read(target, offset, length);
        read.addAndGet(Math.max(0, count));
        return count;
      }
    };
  }

  @Test
  void aSparseFileIsOpenedOnceAndOnlyItsSegmentsAreRead() throws Exception {
    byte[] content = new byte[SEGMENTS * DISTANCE];
    new Random(1).nextBytes(content);
    Digest digest = Digest.sha256(content);
    MemoryLayer layer = new MemoryLayer();
    FramingEncoder encoder = new FramingEncoder(layer);
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    for (int i = 0; i < SEGMENTS; i++) {
      encoder.part(digest, content.length, (long) i * DISTANCE, 3);
      expected.write(content, i * DISTANCE, 3);
    }
    encoder.part(digest, content.length, 5, 2); // backwards, as no tar has it
    expected.write(content, 5, 2);
    encoder.finish();
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    Reassembly.copy(
        layer.framingStream(),
        List.of(new BlobReference(digest, content.length)),
        (_, _) -> counted(content),
        tar);
    assertThat(tar.toByteArray()).isEqualTo(expected.toByteArray());
    assertThat(opens).hasValue(2);
    assertThat(read).hasValue(SEGMENTS * 3 + 2);
  }
}
