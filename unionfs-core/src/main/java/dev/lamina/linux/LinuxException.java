package dev.lamina.linux;

import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A Linux call failed. It carries the error number and, for whoever prints it, which call on which
 * file; the text is made when it is asked for. There is no stack trace: most of these are answers
 * (no such file), not faults, and they are thrown on hot paths.
 */
public final class LinuxException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private static final byte[] NO_NAME = {};
  private static final int NO_FD = Integer.MIN_VALUE;

  private final Errno errno;
  private final int number;
  private final String call;
  private final byte[] name;
  private final byte[] secondName;
  private final int fd;

  private LinuxException(int number, String call, byte[] name, byte[] secondName, int fd) {
    super(null, null, false, false);
    // A number that the public headers lack cannot be passed on to programs; the text keeps it.
    this.errno = Errno.isKnown(number) ? Errno.of(number) : Errno.EIO;
    this.number = number;
    this.call = call;
    this.name = name;
    this.secondName = secondName;
    this.fd = fd;
  }

  static LinuxException ofCall(Syscall call, int number, int fd) {
    return new LinuxException(number, call.title(), NO_NAME, NO_NAME, fd);
  }

  static LinuxException ofCall(Syscall call, int number, byte[] name) {
    return new LinuxException(number, call.title(), name.clone(), NO_NAME, NO_FD);
  }

  static LinuxException ofCall(Syscall call, int number, byte[] from, byte[] to) {
    return new LinuxException(number, call.title(), from.clone(), to.clone(), NO_FD);
  }

  static LinuxException ofName(Errno errno, byte[] name) {
    return new LinuxException(errno.number(), "argument", name.clone(), NO_NAME, NO_FD);
  }

  static LinuxException ofFunction(String function, int number, byte[] name) {
    return new LinuxException(number, function, name.clone(), NO_NAME, NO_FD);
  }

  /** What went wrong; EIO for a number that the kernel's public headers do not define. */
  public Errno errno() {
    return errno;
  }

  /** The call, its file and the error: {@code openat 'a/b': No such file or directory (ENOENT)}. */
  @Override
  public String getMessage() {
    StringBuilder text = new StringBuilder(call);
    if (name.length > 0) {
      text.append(' ').append(printable(name));
      if (secondName.length > 0) {
        text.append(" to ").append(printable(secondName));
      }
    } else if (fd != NO_FD) {
      text.append(" on descriptor ").append(fd);
    }
    if (Errno.isKnown(number)) {
      text.append(": ").append(errno.message()).append(" (").append(errno).append(')');
    } else {
      text.append(": unknown error ").append(number);
    }
    return text.toString();
  }

  /** A name in quotes; bytes that are not UTF-8, or would break the line, as \xNN. */
  private static String printable(byte[] name) {
    String decoded = new String(name, StandardCharsets.UTF_8);
    boolean utf8 = Arrays.equals(decoded.getBytes(StandardCharsets.UTF_8), name);
    String characters = utf8 ? decoded : new String(name, StandardCharsets.ISO_8859_1);
    StringBuilder text = new StringBuilder("'");
    for (int i = 0; i < characters.length(); i++) {
      char c = characters.charAt(i);
      if (Character.isISOControl(c) || (!utf8 && c > 0x7e)) {
        text.append("\\x").append(HexFormat.of().toHexDigits((byte) c));
      } else {
        text.append(c);
      }
    }
    return text.append('\'').toString();
  }
}
