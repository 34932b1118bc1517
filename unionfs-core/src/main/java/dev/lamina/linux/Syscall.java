package dev.lamina.linux;

import java.util.Locale;

/**
 * The system calls used here with their numbers: those of x86_64 (arch/x86/entry/syscalls) and of
 * aarch64, which has the generic ones (include/uapi/asm-generic/unistd.h).
 */
enum Syscall {
  CLOSE(3, 57),
  COPY_FILE_RANGE(326, 285),
  EVENTFD2(290, 19),
  FALLOCATE(285, 47),
  FCHMOD(91, 52),
  FCHMODAT(268, 53),
  FCHOWNAT(260, 54),
  FCNTL(72, 25),
  FDATASYNC(75, 83),
  FGETXATTR(193, 10),
  FLISTXATTR(196, 13),
  FLOCK(73, 32),
  FREMOVEXATTR(199, 16),
  FSCONFIG(431, 431),
  FSETXATTR(190, 7),
  FSMOUNT(432, 432),
  FSOPEN(430, 430),
  FSTATFS(138, 44),
  FSYNC(74, 82),
  FTRUNCATE(77, 46),
  GETDENTS64(217, 61),
  GETEGID(108, 177),
  GETEUID(107, 175),
  GETGID(104, 176),
  GETPID(39, 172),
  GETTID(186, 178),
  GETUID(102, 174),
  GETXATTR(191, 8),
  IOCTL(16, 29),
  KILL(62, 129),
  LGETXATTR(192, 9),
  LINKAT(265, 37),
  LISTXATTR(194, 11),
  LLISTXATTR(195, 12),
  LREMOVEXATTR(198, 15),
  LSEEK(8, 62),
  LSETXATTR(189, 6),
  MEMFD_CREATE(319, 279),
  MKDIRAT(258, 34),
  MKNODAT(259, 33),
  MMAP(9, 222),
  MOUNT(165, 40),
  MOUNT_SETATTR(442, 442),
  MOVE_MOUNT(429, 429),
  MSYNC(26, 227),
  MUNMAP(11, 215),
  NAME_TO_HANDLE_AT(303, 264),
  OPEN_BY_HANDLE_AT(304, 265),
  OPEN_TREE(428, 428),
  OPENAT(257, 56),
  OPENAT2(437, 437),
  PIDFD_GETFD(438, 438),
  PIDFD_OPEN(434, 434),
  PIDFD_SEND_SIGNAL(424, 424),
  PIPE2(293, 59),
  PPOLL(271, 73),
  PRCTL(157, 167),
  PREAD64(17, 67),
  PRLIMIT64(302, 261),
  PWRITE64(18, 68),
  READ(0, 63),
  READLINKAT(267, 78),
  READV(19, 65),
  RECVMSG(47, 212),
  REMOVEXATTR(197, 14),
  RENAMEAT2(316, 276),
  SENDMSG(46, 211),
  SETFSGID(123, 152),
  SETFSUID(122, 151),
  SETXATTR(188, 5),
  SOCKETPAIR(53, 199),
  STATFS(137, 43),
  STATX(332, 291),
  SYMLINKAT(266, 36),
  SYNC(162, 81),
  SYNC_FILE_RANGE(277, 84),
  SYNCFS(306, 267),
  TRUNCATE(76, 45),
  UMASK(95, 166),
  UMOUNT2(166, 39),
  UNLINKAT(263, 35),
  UNSHARE(272, 97),
  UTIMENSAT(280, 88),
  WAITID(247, 95),
  WRITE(1, 64),
  WRITEV(20, 66);

  private final int number;

  Syscall(int onX86, int onAarch64) {
    this.number = Architecture.current().pick(onX86, onAarch64);
  }

  /** The number on this machine's architecture. */
  int number() {
    return number;
  }

  /** The call's name as its manual page has it, for messages. */
  String title() {
    return name().toLowerCase(Locale.ROOT);
  }
}
