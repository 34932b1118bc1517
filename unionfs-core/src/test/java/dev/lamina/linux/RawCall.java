package dev.lamina.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * System calls as a test makes them: with any arguments, wrong ones too, and with the kernel's own
 * answer. The numbers are those of x86_64 and of aarch64 (include/uapi/asm-generic/unistd.h). A
 * call is made once, also where a signal interrupts it. Thread-safe.
 */
public enum RawCall {
  ACCEPT4(288, 242),
  BIND(49, 200),
  CAPGET(125, 90),
  CAPSET(126, 91),
  CHDIR(80, 49),
  CLOSE(3, 57),
  CONNECT(42, 203),
  COPY_FILE_RANGE(326, 285),
  DUP(32, 23),
  FACCESSAT2(439, 439),
  FADVISE64(221, 223),
  FALLOCATE(285, 47),
  FCHDIR(81, 50),
  FCHMOD(91, 52),
  FCHMODAT(268, 53),
  FCHMODAT2(452, 452),
  FCHOWN(93, 55),
  FCHOWNAT(260, 54),
  FCNTL(72, 25),
  FDATASYNC(75, 83),
  FGETXATTR(193, 10),
  FLISTXATTR(196, 13),
  FLOCK(73, 32),
  FREMOVEXATTR(199, 16),
  FSETXATTR(190, 7),
  FSTATFS(138, 44),
  FSYNC(74, 82),
  FTRUNCATE(77, 46),
  GETCWD(79, 17),
  GETDENTS64(217, 61),
  GETXATTR(191, 8),
  INOTIFY_ADD_WATCH(254, 27),
  INOTIFY_INIT1(294, 26),
  INOTIFY_RM_WATCH(255, 28),
  IOCTL(16, 29),
  LGETXATTR(192, 9),
  LINKAT(265, 37),
  LISTEN(50, 201),
  LISTXATTR(194, 11),
  LLISTXATTR(195, 12),
  LREMOVEXATTR(198, 15),
  LSEEK(8, 62),
  LSETXATTR(189, 6),
  MKDIRAT(258, 34),
  MKNODAT(259, 33),
  MMAP(9, 222),
  MOUNT(165, 40),
  MREMAP(25, 216),
  MSYNC(26, 227),
  MUNMAP(11, 215),
  NAME_TO_HANDLE_AT(303, 264),
  OPEN_BY_HANDLE_AT(304, 265),
  OPENAT(257, 56),
  OPENAT2(437, 437),
  PREAD64(17, 67),
  PREADV2(327, 286),
  PWRITE64(18, 68),
  PWRITEV2(328, 287),
  READ(0, 63),
  READLINKAT(267, 78),
  REMOVEXATTR(197, 14),
  RENAMEAT2(316, 276),
  SENDFILE(40, 71),
  SETGROUPS(116, 159),
  SETRESGID(119, 149),
  SETRESUID(117, 147),
  SETXATTR(188, 5),
  SOCKET(41, 198),
  SPLICE(275, 76),
  STATFS(137, 43),
  STATX(332, 291),
  SYMLINKAT(266, 36),
  TRUNCATE(76, 45),
  UMASK(95, 166),
  UMOUNT2(166, 39),
  UNLINKAT(263, 35),
  UNSHARE(272, 97),
  UTIMENSAT(280, 88),
  WRITE(1, 64);

  private static final int ARGUMENTS = 6;
  private static final MethodHandle SYSCALL = Syscalls.link("syscall");

  private final int number;

  RawCall(int onX86, int onAarch64) {
    this.number = Architecture.current().pick(onX86, onAarch64);
  }

  /**
   * Makes the call.
   *
   * @param arguments numbers as they are; a text (a character a byte) or an array of bytes as the
   *     address of a copy with a zero after it; a segment as its address
   * @return the result, or the error number negated
   */
  public long of(Object... arguments) {
    if (arguments.length > ARGUMENTS) {
      throw new IllegalArgumentException("A call has at most " + ARGUMENTS + " arguments");
    }
    try (Arena arena = Arena.ofConfined()) {
      long[] words = new long[ARGUMENTS];
      for (int i = 0; i < arguments.length; i++) {
        words[i] = word(arguments[i], arena);
      }
      long result =
          Syscalls.callLinked(
              SYSCALL, number, words[0], words[1], words[2], words[3], words[4], words[5]);
      MemorySegment errno = Scratch.current().errno();
      return result == -1 ? -errno.get(ValueLayout.JAVA_INT, 0) : result;
    }
  }

  private static long word(Object argument, Arena arena) {
    return switch (argument) {
      case Number value -> value.longValue();
      case String text -> copy(text.getBytes(StandardCharsets.ISO_8859_1), arena);
      case byte[] bytes -> copy(bytes, arena);
      case MemorySegment segment -> segment.address();
      default -> throw new IllegalArgumentException("No argument of a call: " + argument);
    };
  }

  private static long copy(byte[] bytes, Arena arena) {
    MemorySegment copy = arena.allocate(bytes.length + 1L, 8);
    MemorySegment.copy(bytes, 0, copy, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return copy.address();
  }
}
