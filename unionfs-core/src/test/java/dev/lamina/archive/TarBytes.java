package dev.lamina.archive;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Makes tars byte by byte, good ones and bad ones, without the code under test. */
public final class TarBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** One header block whose fields a test may overwrite before it is added. */
  public static final class Header {
    private final byte[] block = new byte[512];

    /** Makes a ustar header of an empty entry. */
    public Header(String name, char type) {
      text(0, 100, name);
      octal(100, 8, 0644);
      octal(108, 8, 0);
      octal(116, 8, 0);
      octal(124, 12, 0);
      octal(136, 12, 1_700_000_000L);
      block[156] = (byte) type;
      text(257, 8, "ustar\0" + "00");
    }

    /** Sets bytes (characters up to 255) of a field. */
    public Header text(int offset, int length, String text) {
      byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
      Arrays.fill(block, offset, offset + length, (byte) 0);
      System.arraycopy(bytes, 0, block, offset, Math.min(length, bytes.length));
      return this;
    }

    /** Sets an octal field. */
    public Header octal(int offset, int length, long value) {
      return text(offset, length, String.format("%0" + (length - 1) + "o\0", value));
    }

    /** Sets a base-256 field. */
    public Header binary(int offset, int length, long value) {
      for (int i = 0; i < length; i++) {
        int shift = 8 * (length - 1 - i);
        block[offset + i] = (byte) (shift > 56 ? value < 0 ? 0xff : 0 : value >> shift);
      }
      block[offset] = (byte) (value < 0 ? 0xff : block[offset] | 0x80);
      return this;
    }

    /** Sets permission bits. */
    public Header mode(int mode) {
      return octal(100, 8, mode);
    }

    /** Sets the announced size. */
    public Header size(long size) {
      return octal(124, 12, size);
    }

    /** Sets a link's target. */
    public Header link(String target) {
      return text(157, 100, target);
    }

    /** Returns the block with its checksum. */
    public byte[] bytes() {
      Arrays.fill(block, 148, 156, (byte) ' ');
      int sum = 0;
      for (byte b : block) {
        sum += b & 0xff;
      }
      byte[] text = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(text, 0, block, 148, 8);
      return block.clone();
    }
  }

  /** Appends bytes as they are. */
  public TarBytes raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** Appends a header. */
  public TarBytes add(Header header) {
    return raw(header.bytes());
  }

  /** Appends data and its padding. */
  public TarBytes data(byte[] data) {
    raw(data);
    return raw(new byte[-data.length & 511]);
  }

  /** Appends a header, which gets the size of the data, and the data. */
  public TarBytes add(Header header, byte[] data) {
    return add(header.size(data.length)).data(data);
  }

  /** Appends a file. */
  public TarBytes file(String name, String content) {
    return add(new Header(name, '0'), latin(content));
  }

  /** Appends a directory. */
  public TarBytes directory(String name) {
    return add(new Header(name, '5').mode(0755));
  }

  /** Appends a symbolic link. */
  public TarBytes symlink(String name, String target) {
    return add(new Header(name, '2').mode(0777).link(target));
  }

  /** Appends a hard link. */
  public TarBytes link(String name, String target) {
    return add(new Header(name, '1').link(target));
  }

  /** Appends a pax header: key, value, key, value … (characters up to 255 are bytes). */
  public TarBytes pax(String... records) {
    return pax('x', records);
  }

  /** Appends a pax header of a type, {@code x} or {@code g}. */
  public TarBytes pax(char type, String... records) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < records.length; i += 2) {
      String rest = " " + records[i] + "=" + records[i + 1] + "\n";
      int length = rest.length() + 1;
      while (length != rest.length() + Integer.toString(length).length()) {
        length++;
      }
      text.append(length).append(rest);
    }
    return add(new Header("PaxHeaders.0/x", type), latin(text.toString()));
  }

  /** Returns the tar so far with its end marker. */
  public byte[] end() {
    return raw(new byte[1024]).bytes();
  }

  /** Returns the tar so far. */
  public byte[] bytes() {
    return out.toByteArray();
  }

  /** Returns characters up to 255 as bytes. */
  public static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
