package dev.lamina.control;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;

/** One frame on the control socket: a type byte, the length as 32 bits big-endian, the bytes. */
final class Frame {
  /** The longest frame; a longer one is a broken or hostile peer. */
  static final int MAX_LENGTH = 64 << 20;

  /** The longest frame that a client sends. */
  static final int MAX_REQUEST_LENGTH = 1 << 20;

  private static final int HEADER = 5;

  private final Type type;
  private final byte[] bytes;

  /** Makes a frame of at most {@link #MAX_LENGTH} bytes, which are not copied. */
  Frame(Type type, byte[] bytes) {
    this.type = type;
    this.bytes = bytes;
  }

  Type type() {
    return type;
  }

  byte[] bytes() {
    return bytes;
  }

  /** What a frame carries. */
  enum Type {
    /** A request or reply as JSON. */
    MESSAGE(1),
    /** A piece of a stream. */
    DATA(2),
    /** The end of a stream; no bytes. */
    END(3);

    private final int number;

    Type(int number) {
      this.number = number;
    }

    private static Type of(int number) throws IOException {
      for (Type type : values()) {
        if (type.number == number) {
          return type;
        }
      }
      throw new IOException("not a frame: type " + number);
    }
  }

  /** Writes the frame whole. */
  void write(WritableByteChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(HEADER + bytes.length);
    buffer.put((byte) type.number).putInt(bytes.length).put(bytes).flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /**
   * Reads a frame; empty where the peer closed before one.
   *
   * @throws IOException where the peer closed within one, or sent what is no frame
   */
  static Optional<Frame> read(ReadableByteChannel channel) throws IOException {
    return read(channel, MAX_LENGTH);
  }

  /**
   * As {@link #read(ReadableByteChannel)}, with room for less: a length that the peer only claims
   * takes that much memory.
   *
   * @param longest the most bytes a frame may have
   */
  static Optional<Frame> read(ReadableByteChannel channel, int longest) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    if (!fill(channel, header, true)) {
      return Optional.empty();
    }
    Type type = Type.of(header.get(0));
    int length = header.getInt(1);
    if (length < 0 || length > longest) {
      throw new IOException("not a frame: length " + length);
    }
    ByteBuffer body = ByteBuffer.allocate(length);
    fill(channel, body, false);
    return Optional.of(new Frame(type, body.array()));
  }

  private static boolean fill(ReadableByteChannel channel, ByteBuffer buffer, boolean mayEnd)
      throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        if (mayEnd && buffer.position() == 0) {
          return false;
        }
        throw new EOFException("the peer closed within a frame");
      }
    }
    return true;
  }
}
