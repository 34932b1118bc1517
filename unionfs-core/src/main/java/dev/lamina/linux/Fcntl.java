package dev.lamina.linux;

/** Commands of fcntl(2) (include/uapi/asm-generic/fcntl.h, include/uapi/linux/fcntl.h). */
final class Fcntl {
  static final int F_GETFL = 3;
  static final int F_SETFL = 4;
  static final int F_SETSIG = 10;
  static final int F_OFD_GETLK = 36;
  static final int F_OFD_SETLK = 37;
  static final int F_OFD_SETLKW = 38;
  static final int F_SETLEASE = 1024;
  static final int F_GETLEASE = 1025;
  static final int F_DUPFD_CLOEXEC = 1030;

  private Fcntl() {}

  static int call(int fd, int command, long argument) {
    return (int)
        Syscalls.check(Syscalls.call(Syscall.FCNTL, fd, command, argument), Syscall.FCNTL, fd);
  }
}
