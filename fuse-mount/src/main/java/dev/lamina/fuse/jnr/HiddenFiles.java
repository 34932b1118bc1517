package dev.lamina.fuse.jnr;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The open files that have lost the name they were opened by. libfuse renames such a file to {@code
 * .fuse_hiddenNNNNNNNNCCCCCCCC} (its number of the node, and a count), asks for it by this name
 * from then on and unlinks it with its last descriptor. Here the file is unlinked at once; the name
 * leads to the node, which is held here, and exists nowhere else. Thread-safe.
 */
final class HiddenFiles {
  private static final String PREFIX = ".fuse_hidden";
  private static final int DIGITS = 8;
  private static final int HEXADECIMAL = 16;

  @GuardedBy("this")
  private final Map<Long, Hidden> byNumber = new HashMap<>();

  /** One of them. */
  private static final class Hidden {
    private final FileName name;
    private final Reference node;

    /** Whether it stays when libfuse is done with it. */
    private boolean kept;

    /** Whether libfuse counts the name that it made among those of the file. */
    private boolean counted = true;

    private Hidden(FileName name, Reference node) {
      this.name = name;
      this.node = node;
    }
  }

  /** Whether a name is of the form that libfuse makes. */
  static boolean isMade(FileName name) {
    return number(name) >= 0;
  }

  /** libfuse's number of the node in a name that it made; -1 where it did not. */
  private static long number(FileName name) {
    int start = PREFIX.length();
    if (name.length() != start + 2 * DIGITS || !name.startsWith(PREFIX)) {
      return -1;
    }
    long number = 0;
    for (int i = start; i < start + 2 * DIGITS; i++) {
      int digit = Character.digit(name.byteAt(i), HEXADECIMAL);
      if (digit < 0) {
        return -1;
      }
      if (i < start + DIGITS) {
        number = number << 4 | digit;
      }
    }
    return number;
  }

  /** Takes a node in. */
  synchronized void add(FileName name, Reference node) {
    byNumber.put(number(name), new Hidden(name.keep(), node));
  }

  /** Whether libfuse takes the name that it made from the count of names of this node of its. */
  synchronized boolean isCounted(long number) {
    Hidden hidden = byNumber.get(number);
    return hidden != null && hidden.counted;
  }

  /** Refuses to make a name that libfuse would take for that of a hidden node. */
  synchronized void refuse(FileName name) {
    if (find(name).isPresent()) {
      throw FsException.of(Errno.EBUSY, "libfuse uses the name for a file that is open");
    }
  }

  @GuardedBy("this")
  private Optional<Hidden> find(FileName name) {
    long number = number(name);
    return number < 0
        ? Optional.empty()
        : Optional.ofNullable(byNumber.get(number)).filter(hidden -> hidden.name.equals(name));
  }

  /** The node that a name leads to, to be closed. */
  synchronized Optional<Reference> use(FileName name) {
    return find(name).map(hidden -> hidden.node.share());
  }

  /** The node that libfuse has given a number, to be closed. */
  synchronized Optional<Reference> use(long number) {
    return Optional.ofNullable(byNumber.get(number)).map(hidden -> hidden.node.share());
  }

  /**
   * Keeps a node to the end: the name that it was to lose is still there, and the kernel may ask
   * for it by the hidden one.
   */
  synchronized void keep(FileName name) {
    find(name).ifPresent(hidden -> hidden.kept = true);
  }

  /** libfuse is done with a name. */
  synchronized void remove(FileName name) {
    find(name).ifPresent(this::leave);
  }

  /** Nobody has a node open any more: libfuse may not say so where its directory is gone. */
  synchronized void removeAllOf(long node) {
    for (Hidden hidden : List.copyOf(byNumber.values())) {
      if (hidden.node.node() == node) {
        leave(hidden);
      }
    }
  }

  @GuardedBy("this")
  private void leave(Hidden hidden) {
    hidden.counted = false;
    if (!hidden.kept) {
      take(hidden);
    }
  }

  @GuardedBy("this")
  private void take(Hidden hidden) {
    byNumber.remove(number(hidden.name));
    hidden.node.close();
  }

  /** Nothing is asked any more. */
  synchronized void clear() {
    List.copyOf(byNumber.values()).forEach(this::take);
  }
}
