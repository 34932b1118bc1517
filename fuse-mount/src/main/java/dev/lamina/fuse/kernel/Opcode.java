package dev.lamina.fuse.kernel;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a request asks for ({@code enum fuse_opcode}, include/uapi/linux/fuse.h). */
enum Opcode {
  LOOKUP(1),
  FORGET(2),
  GETATTR(3),
  SETATTR(4),
  READLINK(5),
  SYMLINK(6),
  MKNOD(8),
  MKDIR(9),
  UNLINK(10),
  RMDIR(11),
  RENAME(12),
  LINK(13),
  OPEN(14),
  READ(15),
  WRITE(16),
  STATFS(17),
  RELEASE(18),
  FSYNC(20),
  SETXATTR(21),
  GETXATTR(22),
  LISTXATTR(23),
  REMOVEXATTR(24),
  FLUSH(25),
  INIT(26),
  OPENDIR(27),
  READDIR(28),
  RELEASEDIR(29),
  FSYNCDIR(30),
  GETLK(31),
  SETLK(32),
  SETLKW(33),
  ACCESS(34),
  CREATE(35),
  INTERRUPT(36),
  BMAP(37),
  DESTROY(38),
  IOCTL(39),
  POLL(40),
  NOTIFY_REPLY(41),
  BATCH_FORGET(42),
  FALLOCATE(43),
  READDIRPLUS(44),
  RENAME2(45),
  LSEEK(46),
  COPY_FILE_RANGE(47),
  SETUPMAPPING(48),
  REMOVEMAPPING(49),
  SYNCFS(50),
  TMPFILE(51),
  STATX(52),
  COPY_FILE_RANGE_64(53);

  /** The highest number there is. */
  static final int HIGHEST = 53;

  private static final @Nullable Opcode[] BY_NUMBER = new @Nullable Opcode[HIGHEST + 1];

  static {
    for (Opcode opcode : values()) {
      BY_NUMBER[opcode.number] = opcode;
    }
  }

  private final int number;
  private final String title;

  Opcode(int number) {
    this.number = number;
    this.title = name().toLowerCase(Locale.ROOT);
  }

  /** The number on the wire. */
  int number() {
    return number;
  }

  /** The protocol's name in lower case, for statistics and logs. */
  String title() {
    return title;
  }

  /** Whether the kernel waits for an answer. */
  boolean isAnswered() {
    return this != FORGET && this != BATCH_FORGET && this != INTERRUPT && this != NOTIFY_REPLY;
  }

  /** The opcode of a number, null where this protocol version has none: a hot path. */
  static @Nullable Opcode of(int number) {
    return number >= 0 && number <= HIGHEST ? BY_NUMBER[number] : null;
  }
}
