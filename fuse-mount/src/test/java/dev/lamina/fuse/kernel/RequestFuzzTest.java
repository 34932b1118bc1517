package dev.lamina.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fuse.DefectLog;
import dev.lamina.linux.Errno;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.MemoryFileSystem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes, a session goes on: a reply that is one, or none. */
final class RequestFuzzTest {
  private static final int MAX = 1 << 14;
  private static final int REQUESTS = 20_000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void noRequestEndsTheSession(long seed) {
    Random random = new Random(seed);
    MemorySegment requests = MemorySegment.ofArray(new byte[MAX + 4096]);
    MemorySegment replies = MemorySegment.ofArray(new byte[MAX + 4096]);
    Counters counters = new Counters();
    try (MemoryFileSystem fileSystem =
        new MemoryFileSystem(
            LowerTree.empty().directory("a").file("a/b", "content").symlink("l", "a"),
            InstantSource.system())) {
      RequestHandler handler =
          new RequestHandler(
              requests,
              replies,
              fileSystem,
              new Features(45, allFlags(), MAX),
              counters,
              new DefectLog("fuzz"),
              false);
      for (int i = 0; i < REQUESTS; i++) {
        int received = mutated(random, requests);
        int length = handler.handle(received);
        if (random.nextInt(16) == 0) {
          handler.notTaken();
        }
        if (length != RequestHandler.NO_REPLY) {
          assertThat(length).as("seed %d, request %d", seed, i).isBetween(16, MAX + 4096);
          assertThat(replies.get(ValueLayout.JAVA_INT_UNALIGNED, 0)).isEqualTo(length);
          assertThat(replies.get(ValueLayout.JAVA_LONG_UNALIGNED, 8))
              .isEqualTo(requests.get(ValueLayout.JAVA_LONG_UNALIGNED, 8));
          int error = replies.get(ValueLayout.JAVA_INT_UNALIGNED, 4);
          assertThat(error == 0 || Errno.isKnown(-error)).isTrue();
          assertThat(error == 0 || length == 16).isTrue();
        }
      }
    }
    assertThat(counters.malformed.sum()).isPositive();
    assertThat(counters.defects.sum()).as("defects, seed %d", seed).isZero();
  }

  private static long allFlags() {
    long flags = 0;
    for (InitFlag flag : EnumSet.allOf(InitFlag.class)) {
      flags |= flag.bit();
    }
    return flags;
  }

  /** A request that could be one, with some bytes or its length changed. */
  private static int mutated(Random random, MemorySegment buffer) {
    int opcode = random.nextInt(56);
    RequestBytes request = RequestBytes.of(opcode, random.nextInt(8));
    int words = random.nextInt(8);
    for (int i = 0; i < words; i++) {
      request.u64(random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(8));
    }
    int names = random.nextInt(3);
    for (int i = 0; i < names; i++) {
      request.name(
          switch (random.nextInt(6)) {
            case 0 -> "a";
            case 1 -> "b";
            case 2 -> "n".repeat(random.nextInt(300));
            case 3 -> "user.x";
            case 4 -> "..";
            default -> "f" + random.nextInt(20);
          });
    }
    request.bytes("x".repeat(random.nextInt(64)).getBytes(StandardCharsets.UTF_8));
    int length = request.into(buffer);
    int flips = random.nextInt(4) == 0 ? random.nextInt(6) : 0;
    for (int i = 0; i < flips; i++) {
      buffer.set(ValueLayout.JAVA_BYTE, random.nextInt(length), (byte) random.nextInt(256));
    }
    return random.nextInt(20) == 0 ? random.nextInt(length + 1) : length;
  }
}
