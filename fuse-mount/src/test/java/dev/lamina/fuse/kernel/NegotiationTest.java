package dev.lamina.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

final class NegotiationTest {
  /** What Linux 6.18 offers. */
  private static final long NEW_KERNEL = 0x5fd_73ff_fffbL;

  private final MemorySegment buffer = MemorySegment.ofArray(new byte[4096]);

  private Request init(int major, int minor, long flags, boolean extended) {
    RequestBytes bytes =
        RequestBytes.of(Opcode.INIT, 0).u32(major).u32(minor).u32(131072).u32((int) flags);
    if (extended) {
      bytes.u32((int) (flags >>> 32)).bytes(new byte[44]);
    }
    Request request = new Request(buffer);
    assertThat(request.begin(bytes.into(buffer))).isTrue();
    return request;
  }

  private static Negotiation agreed(Negotiation.Answer answer) {
    assertThat(answer).isInstanceOf(Negotiation.Answer.Agreed.class);
    return ((Negotiation.Answer.Agreed) answer).negotiation();
  }

  @Test
  void aNewKernelIsAskedForEverythingAndLacksNothing() {
    Negotiation negotiation = agreed(Negotiation.decide(init(7, 45, NEW_KERNEL, true), 4096));
    assertThat(negotiation.missing()).isEmpty();
    assertThat(negotiation.features().minor()).isEqualTo(45);
    assertThat(negotiation.features().maxWrite()).isEqualTo(1 << 20);
    assertThat(negotiation.features().has(InitFlag.ALLOW_IDMAP)).isTrue();
    assertThat(negotiation.features().forFileSystem().posixAcl()).isTrue();
    assertThat(negotiation.features().forFileSystem().killPrivileges()).isTrue();
    assertThat(negotiation.features().forFileSystem().passthrough()).isTrue();
  }

  @Test
  void whatIsNotBuiltOrWouldHarmIsNotAskedFor() {
    long flags = agreed(Negotiation.decide(init(7, 45, -1L, true), 4096)).features().flags();
    long posixLocks = 1L << 1;
    long flockLocks = 1L << 10;
    long autoInval = 1L << 12;
    long writeback = 1L << 16;
    long noOpen = 1L << 17;
    long securityContext = 1L << 32;
    long noExport = 1L << 38;
    long ring = 1L << 41;
    assertThat(
            flags
                & (posixLocks
                    | flockLocks
                    | autoInval
                    | writeback
                    | noOpen
                    | securityContext
                    | noExport
                    | ring))
        .isZero();
  }

  @Test
  void anOldKernelIsServedWithLess() {
    Negotiation negotiation =
        agreed(Negotiation.decide(init(7, 31, 0x1ffffffL & ~(1L << 22), false), 4096));
    assertThat(negotiation.features().minor()).isEqualTo(31);
    assertThat(negotiation.features().maxWrite()).isEqualTo(131072);
    assertThat(negotiation.missing())
        .contains(InitFlag.MAX_PAGES, InitFlag.INIT_EXT, InitFlag.HAS_EXPIRE_ONLY)
        .doesNotContain(InitFlag.POSIX_ACL);
    assertThat(negotiation.features().forFileSystem().killPrivileges()).isFalse();
  }

  @Test
  void requestsAreCountedInTheMachinesPages() {
    long flags = 0x1ffffffL & ~(1L << 22);
    Negotiation small = agreed(Negotiation.decide(init(7, 31, flags, false), 16384));
    assertThat(small.features().maxWrite()).isEqualTo(32 * 16384);
    Negotiation large = agreed(Negotiation.decide(init(7, 31, flags, false), 65536));
    assertThat(large.features().maxWrite()).isEqualTo(Negotiation.MAX_WRITE);
    Negotiation newest = agreed(Negotiation.decide(init(7, 45, NEW_KERNEL, true), 65536));
    byte[] bytes = new byte[256];
    newest.put(new Reply(MemorySegment.ofArray(bytes)), 131072, 65536);
    ByteBuffer answer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    assertThat(answer.getShort(44)).isEqualTo((short) 16);
  }

  @Test
  void theUpperFlagsCountOnlyWithInitExt() {
    Negotiation negotiation =
        agreed(Negotiation.decide(init(7, 45, NEW_KERNEL & ~(1L << 30), true), 4096));
    assertThat(negotiation.features().has(InitFlag.HAS_EXPIRE_ONLY)).isFalse();
  }

  @Test
  void aNewerMajorVersionIsToldOurs() {
    assertThat(Negotiation.decide(init(8, 1, 0, false), 4096))
        .isInstanceOf(Negotiation.Answer.AskAgain.class);
  }

  @Test
  void aKernelBefore5_4IsRefused() {
    assertThat(Negotiation.decide(init(7, 30, 0, false), 4096))
        .isEqualTo(new Negotiation.Answer.TooOld(7, 30));
  }

  @Test
  void theAnswerFillsItsStructure() {
    Negotiation negotiation = agreed(Negotiation.decide(init(7, 45, NEW_KERNEL, true), 4096));
    byte[] bytes = new byte[256];
    Reply reply = new Reply(MemorySegment.ofArray(bytes));
    negotiation.put(reply, 131072, 4096);
    assertThat(reply.finish(1)).isEqualTo(80);
    ByteBuffer answer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    assertThat(answer.getInt(16)).isEqualTo(7);
    assertThat(answer.getInt(20)).isEqualTo(45);
    assertThat(answer.getInt(24)).isEqualTo(131072);
    assertThat(answer.getInt(28)).isEqualTo((int) negotiation.features().flags());
    assertThat(answer.getInt(36)).isEqualTo(1 << 20);
    assertThat(answer.getInt(40)).isEqualTo(1);
    assertThat(answer.getShort(44)).isEqualTo((short) 256);
    assertThat(answer.getInt(48)).isEqualTo((int) (negotiation.features().flags() >>> 32));
    // Files that the kernel reads by itself lie on no stacked file system.
    assertThat(answer.getInt(52)).isEqualTo(1);
  }
}
