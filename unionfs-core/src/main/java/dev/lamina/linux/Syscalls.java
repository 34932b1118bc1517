package dev.lamina.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The one place that links native code. Every call goes through the C library's variadic {@code
 * long syscall(long, ...)} with six integer arguments, because linking a further function shape
 * costs 8 to 23 ms of start-up each. Pointers travel as {@code long}.
 *
 * <p>A call answers its result, or the error number negated, as the kernel itself does; {@link
 * #check} makes an exception of the latter. A call that a signal interrupted is begun again, but
 * for {@code close} and {@code ppoll}: a descriptor is gone although its close was interrupted, and
 * a wait would start over. Nothing is allocated unless a call fails. Threads do not disturb each
 * other: the error number is captured into memory of the calling thread.
 */
final class Syscalls {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final FunctionDescriptor SHAPE =
      FunctionDescriptor.of(
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG);
  private static final int EINTR = 4;
  private static final MethodHandle SYSCALL = link("syscall");

  private Syscalls() {}

  /**
   * Links a function of the C library in the shape all calls share. Only {@link Spawn} needs one
   * besides {@code syscall}: seven integer registers suit any function that takes at most seven
   * integers or pointers, on both architectures; a function that answers an {@code int} leaves the
   * upper half of the result undefined.
   */
  @SuppressWarnings("restricted")
  static MethodHandle link(String function) {
    Optional<MemorySegment> address = LINKER.defaultLookup().find(function);
    if (address.isEmpty()) {
      throw new UnsupportedOperationException(
          "The C library has no function "
              + function
              + "; Lamina's native calls need Linux with glibc or musl.");
    }
    return LINKER.downcallHandle(
        address.get(),
        SHAPE,
        Linker.Option.firstVariadicArg(1),
        Linker.Option.captureCallState("errno"));
  }

  static long call(Syscall call) {
    return call(call, 0, 0, 0, 0, 0, 0);
  }

  static long call(Syscall call, long a) {
    return call(call, a, 0, 0, 0, 0, 0);
  }

  static long call(Syscall call, long a, long b) {
    return call(call, a, b, 0, 0, 0, 0);
  }

  static long call(Syscall call, long a, long b, long c) {
    return call(call, a, b, c, 0, 0, 0);
  }

  static long call(Syscall call, long a, long b, long c, long d) {
    return call(call, a, b, c, d, 0, 0);
  }

  static long call(Syscall call, long a, long b, long c, long d, long e) {
    return call(call, a, b, c, d, e, 0);
  }

  /** Makes the call, as often as a signal interrupts it; the result, or the negated errno. */
  static long call(Syscall call, long a, long b, long c, long d, long e, long f) {
    long result;
    do {
      result = once(call, a, b, c, d, e, f);
    } while (result == -EINTR);
    return result;
  }

  /** Makes the call once; the result, or the negated errno, which may be that of EINTR. */
  static long once(Syscall call, long a, long b, long c, long d, long e, long f) {
    MemorySegment errno = Scratch.current().errno();
    return invoke(SYSCALL, errno, call.number(), a, b, c, d, e, f);
  }

  /** Calls a function of {@link #link}; what it returns, unchecked. */
  static long callLinked(
      MethodHandle function, long a, long b, long c, long d, long e, long f, long g) {
    MemorySegment errno = Scratch.current().errno();
    try {
      return (long) function.invokeExact(errno, a, b, c, d, e, f, g);
    } catch (Throwable impossible) {
      throw new AssertionError("A native call itself throws nothing", impossible);
    }
  }

  /** Returns the result of a call, or throws its error with the descriptor it was about. */
  static long check(long result, Syscall call, int fd) {
    if (result < 0) {
      throw LinuxException.ofCall(call, (int) -result, fd);
    }
    return result;
  }

  /** Returns the result of a call, or throws its error with the file name it was about. */
  static long check(long result, Syscall call, byte[] name) {
    if (result < 0) {
      throw LinuxException.ofCall(call, (int) -result, name);
    }
    return result;
  }

  /** Returns the result of a call, or throws its error with both names it was about. */
  static long check(long result, Syscall call, byte[] from, byte[] to) {
    if (result < 0) {
      throw LinuxException.ofCall(call, (int) -result, from, to);
    }
    return result;
  }

  private static long invoke(
      MethodHandle handle,
      MemorySegment errno,
      long number,
      long a,
      long b,
      long c,
      long d,
      long e,
      long f) {
    long result;
    try {
      result = (long) handle.invokeExact(errno, number, a, b, c, d, e, f);
    } catch (Throwable impossible) {
      throw new AssertionError("A native call itself throws nothing", impossible);
    }
    return result == -1 ? -errno.get(ValueLayout.JAVA_INT, 0) : result;
  }
}
