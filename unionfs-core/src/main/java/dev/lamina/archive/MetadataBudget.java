package dev.lamina.archive;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much memory the entries of an import may take together, whatever number of layers they are
 * spread over: an image of many hostile layers costs no more than one of one. Thread-safe.
 */
final class MetadataBudget {
  private final long most;
  private final AtomicLong taken = new AtomicLong();

  /** Makes a budget of so many bytes. */
  MetadataBudget(long most) {
    this.most = most;
  }

  /** Begins one layer's share, which is given back when the layer has been applied. */
  Lease lease() {
    return new Lease(this);
  }

  /** Whether there was as much as a layer took. */
  enum Answer {
    /** There was. */
    ENOUGH,
    /** Not beside what others have taken. */
    SHORT,
    /** This layer by itself takes more than there is. */
    TOO_MUCH
  }

  /** What one layer has taken. For one thread at a time. */
  static final class Lease implements AutoCloseable {
    private final MetadataBudget budget;
    private long bytes;

    private Lease(MetadataBudget budget) {
      this.budget = budget;
    }

    /** Takes so many bytes more, and says whether there were as many. */
    Answer take(long more) {
      bytes += more;
      long all = budget.taken.addAndGet(more);
      if (bytes > budget.most) {
        return Answer.TOO_MUCH;
      }
      return all > budget.most ? Answer.SHORT : Answer.ENOUGH;
    }

    /** Returns how many bytes have been taken. */
    long taken() {
      return bytes;
    }

    long most() {
      return budget.most;
    }

    /** Gives all of it back. */
    @Override
    public void close() {
      budget.taken.addAndGet(-bytes);
      bytes = 0;
    }
  }
}
