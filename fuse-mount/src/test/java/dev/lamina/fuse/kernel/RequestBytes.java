package dev.lamina.fuse.kernel;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Builds the bytes of requests as the kernel would send them. */
final class RequestBytes {
  static final long UNIQUE = 0x1122334455667788L;

  private final ByteArrayOutputStream arguments = new ByteArrayOutputStream();
  private final int opcode;
  private final long node;

  private RequestBytes(int opcode, long node) {
    this.opcode = opcode;
    this.node = node;
  }

  static RequestBytes of(Opcode opcode, long node) {
    return new RequestBytes(opcode.number(), node);
  }

  static RequestBytes of(int opcode, long node) {
    return new RequestBytes(opcode, node);
  }

  RequestBytes u32(int value) {
    arguments.writeBytes(order(ByteBuffer.allocate(4)).putInt(value).array());
    return this;
  }

  RequestBytes u64(long value) {
    arguments.writeBytes(order(ByteBuffer.allocate(8)).putLong(value).array());
    return this;
  }

  RequestBytes name(String name) {
    arguments.writeBytes(name.getBytes(StandardCharsets.UTF_8));
    arguments.write(0);
    return this;
  }

  RequestBytes bytes(byte[] bytes) {
    arguments.writeBytes(bytes);
    return this;
  }

  byte[] build() {
    return order(ByteBuffer.allocate(40 + arguments.size()))
        .putInt(40 + arguments.size())
        .putInt(opcode)
        .putLong(UNIQUE)
        .putLong(node)
        .putInt(1000)
        .putInt(1001)
        .putInt(4242)
        .putInt(0)
        .put(arguments.toByteArray())
        .array();
  }

  /** Puts a request at the start of a buffer; its length. */
  int into(MemorySegment buffer) {
    byte[] bytes = build();
    MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return bytes.length;
  }

  private static ByteBuffer order(ByteBuffer buffer) {
    return buffer.order(ByteOrder.nativeOrder());
  }
}
