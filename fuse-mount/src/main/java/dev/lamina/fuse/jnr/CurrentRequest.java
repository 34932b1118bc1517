package dev.lamina.fuse.jnr;

import dev.lamina.fs.Caller;
import dev.lamina.fs.FileName;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.Memory;
import java.util.Optional;

/**
 * The kernel's request that a thread hands to libfuse, as the kernel sent it: libfuse calls by path
 * and does not say what for, and what it makes of a request can be told from what its user asked
 * only here. {@code struct fuse_in_header} and the requests of include/uapi/linux/fuse.h; the
 * kernel is trusted to send them whole. Not thread-safe: it is its thread's own.
 */
final class CurrentRequest {
  static final int LOOKUP = 1;
  static final int GETATTR = 3;
  static final int SYMLINK = 6;
  static final int MKNOD = 8;
  static final int MKDIR = 9;
  static final int UNLINK = 10;
  static final int RENAME = 12;
  static final int WRITE = 16;
  static final int CREATE = 35;

  private static final int HEADER = 40;
  private static final int GETATTR_FH = 1;
  private static final int RENAME_IN = 8;
  private static final int WRITE_CACHE = 1;
  private static final int WRITE_KILL_SUIDGID = 1 << 2;

  private static final ThreadLocal<CurrentRequest> CURRENT =
      ThreadLocal.withInitial(CurrentRequest::new);

  /** Where the request lies; 0 where the thread serves none. */
  private long address;

  private int length;
  private Optional<Reference> asked = Optional.empty();
  private Optional<FileName> hidden = Optional.empty();

  /** The calling thread's; it says {@link #isNone} where libfuse acts by itself. */
  static CurrentRequest get() {
    return CURRENT.get();
  }

  /** Points it at a request. */
  void begin(long buffer, int size) {
    address = buffer;
    length = size;
    hidden = Optional.empty();
  }

  /** The request is answered. */
  void end() {
    address = 0;
    asked.ifPresent(Reference::close);
    asked = Optional.empty();
  }

  /** Whether libfuse acts by itself: it frees what it has. */
  boolean isNone() {
    return address == 0;
  }

  /** Whether it is of a kind. */
  boolean is(int opcode) {
    return address != 0 && Memory.getInt(address + 4) == opcode;
  }

  /**
   * The number that libfuse gave to the node in question; of what makes or takes a name its parent.
   */
  long node() {
    return address == 0 ? 0 : Memory.getLong(address + 16);
  }

  /**
   * Makes a question for a node's attributes, which libfuse would ask for by path, one for those of
   * an open file, which it needs no path for: {@code struct fuse_getattr_in}, flags u32, padding,
   * handle u64.
   *
   * @param node the node, closed when the request has ended
   */
  void askByHandle(Reference node) {
    Memory.putInt(address + HEADER, GETATTR_FH);
    asked = Optional.of(node);
  }

  /** The node in question after {@link #askByHandle}: then the handle says nothing. */
  Optional<Reference> askedByHandle() {
    return asked;
  }

  /** Who asks, with the umask where the request has one. */
  Caller caller() {
    int umask =
        switch (Memory.getInt(address + 4)) {
          case MKNOD, CREATE -> Memory.getInt(address + HEADER + 8);
          case MKDIR -> Memory.getInt(address + HEADER + 4);
          default -> 0;
        };
    return new Caller(
        Memory.getInt(address + 24),
        Memory.getInt(address + 28),
        Memory.getInt(address + 32),
        umask & 0777);
  }

  /**
   * Whether a write, {@code struct fuse_write_in}, takes set-user-id and the like. The kernel says
   * so of those that pass its cache by alone; before the others it takes them itself.
   */
  boolean killsPrivileges() {
    return is(WRITE) && (Memory.getInt(address + HEADER + 20) & WRITE_KILL_SUIDGID) != 0;
  }

  /**
   * Whether a write goes to the file's end, and not to where the kernel says: not where it writes a
   * mapping's page back, which it does through any descriptor that may write.
   */
  boolean appends() {
    return is(WRITE)
        && (Memory.getInt(address + HEADER + 20) & WRITE_CACHE) == 0
        && (Memory.getInt(address + HEADER + 32) & FileOpen.O_APPEND) != 0;
  }

  /** Whether a rename's user asked for this new name. */
  boolean renamesTo(FileName name) {
    long first = address + HEADER + RENAME_IN;
    int most = length - HEADER - RENAME_IN;
    int behind = Memory.stringLength(first, most) + 1;
    long second = first + behind;
    return FileName.of(Memory.bytes(second, Memory.stringLength(second, most - behind)))
        .equals(name);
  }

  /** Remembers that the file which a rename replaces has got this name from libfuse. */
  void hides(FileName name) {
    hidden = Optional.of(name);
  }

  /** The name of the file that a rename replaces, where it is open. */
  Optional<FileName> hidden() {
    return hidden;
  }
}
