package dev.lamina.volume;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The open files by number. A number is a place in the table, in the low half, and how often the
 * place has been used, above: never 0 and not soon used again. Finding a handle takes no lock and
 * allocates nothing. Thread-safe.
 */
final class HandleTable {
  private static final int SMALLEST = 64;

  private record Slot(long number, Handle handle) {}

  private volatile AtomicReferenceArray<@Nullable Slot> slots =
      new AtomicReferenceArray<>(SMALLEST);

  @GuardedBy("this")
  private final ArrayDeque<Long> free = new ArrayDeque<>();

  @GuardedBy("this")
  private int used;

  /** Adds a handle and returns its number. */
  synchronized long add(Handle handle) {
    Long reused = free.poll();
    long number;
    if (reused == null) {
      if (used == slots.length()) {
        grow();
      }
      number = (1L << 32) | used++;
    } else {
      number = reused + (1L << 32);
    }
    slots.set((int) number, new Slot(number, handle));
    return number;
  }

  /**
   * Returns a handle.
   *
   * @throws FsException EBADF where the number names none
   */
  Handle get(long number) {
    AtomicReferenceArray<@Nullable Slot> current = slots;
    int place = (int) number;
    Slot slot = place >= 0 && place < current.length() ? current.get(place) : null;
    if (slot == null || slot.number != number) {
      throw FsException.of(Errno.EBADF);
    }
    return slot.handle;
  }

  /** Takes a handle out; null where the number names none. */
  synchronized @Nullable Handle remove(long number) {
    int place = (int) number;
    Slot slot = place >= 0 && place < slots.length() ? slots.get(place) : null;
    if (slot == null || slot.number != number) {
      return null;
    }
    slots.set(place, null);
    free.add(number);
    return slot.handle;
  }

  /** Returns the numbers of all handles. */
  synchronized List<Long> all() {
    List<Long> all = new ArrayList<>();
    for (int i = 0; i < slots.length(); i++) {
      Slot slot = slots.get(i);
      if (slot != null) {
        all.add(slot.number);
      }
    }
    return all;
  }

  @GuardedBy("this")
  private void grow() {
    AtomicReferenceArray<@Nullable Slot> old = slots;
    AtomicReferenceArray<@Nullable Slot> larger = new AtomicReferenceArray<>(old.length() * 2);
    for (int i = 0; i < old.length(); i++) {
      larger.set(i, old.get(i));
    }
    slots = larger;
  }
}
