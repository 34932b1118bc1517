package dev.lamina.fuse.kernel;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.linux.Processes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * How many files all connections of this process have registered with the kernel, which has a
 * bound; and those of them that nobody uses, which make room for others, the longest unused first.
 * Each may hold a descriptor of this process. Thread-safe; its monitor is a leaf.
 */
final class KeptBackings {
  /** The most files that are registered at a time. */
  static final int MOST = 4096;

  /** Which part of a process's descriptors those may be that are kept with a file. */
  private static final int SHARE = 4;

  private final int most;

  @GuardedBy("this")
  private final SequencedSet<BackingFiles.KeptFile> kept = new LinkedHashSet<>();

  /** Those in use, too. */
  @GuardedBy("this")
  private int registered;

  /**
   * @param most how many files may be registered
   */
  KeptBackings(int most) {
    this.most = most;
  }

  /** With the bound that this process's limit of descriptors allows. */
  static KeptBackings ofProcess() {
    long limit = Processes.resourceLimit(Processes.RLIMIT_NOFILE).soft();
    // No limit is the largest number there is.
    boolean isUnbounded = limit < 0;
    return new KeptBackings(isUnbounded ? MOST : (int) Math.min(MOST, limit / SHARE));
  }

  int most() {
    return most;
  }

  /** Counts one more, for which another may have to go; false where all are in use. */
  boolean admit() {
    BackingFiles.KeptFile eldest;
    synchronized (this) {
      if (registered < most) {
        registered++;
        return true;
      }
      // The newcomer has its place.
      eldest = kept.isEmpty() ? null : kept.removeFirst();
    }
    if (eldest == null) {
      return false;
    }
    eldest.close();
    return true;
  }

  /** One that was counted is registered no more. */
  synchronized void left() {
    registered--;
  }

  synchronized void keep(BackingFiles.KeptFile file) {
    kept.add(file);
  }

  /** Takes one out; false where it is not there any more. It stays counted. */
  synchronized boolean take(BackingFiles.KeptFile file) {
    return kept.remove(file);
  }

  /** Takes out those of one connection. They stay counted. */
  synchronized List<BackingFiles.KeptFile> takeAll(BackingFiles of) {
    List<BackingFiles.KeptFile> all = new ArrayList<>();
    for (BackingFiles.KeptFile file : kept) {
      if (file.isOf(of)) {
        all.add(file);
      }
    }
    kept.removeAll(all);
    return all;
  }
}
