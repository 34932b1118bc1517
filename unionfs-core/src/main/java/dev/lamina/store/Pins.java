package dev.lamina.store;

import dev.lamina.tree.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What sessions hold before anything names it. A session pins a digest under the digest's stripe
 * lock before it looks whether there is such a thing; the sweep deletes under the same lock what is
 * not pinned. So either the session finds it and it stays, or it is gone and the session sees that.
 *
 * <p>Pins held when a collection takes its roots, or later, last until the collection ends: what a
 * session names in the end was unnamed at that moment, hence unmarked.
 */
final class Pins {
  private static final int STRIPES = 256;

  private final List<Stripe> stripes;
  private final CopyOnWriteArrayList<Session> sessions = new CopyOnWriteArrayList<>();
  private final List<Session> lingering = new ArrayList<>();
  private boolean collecting;

  Pins() {
    List<Stripe> made = new ArrayList<>(STRIPES);
    for (int i = 0; i < STRIPES; i++) {
      made.add(new Stripe(i));
    }
    stripes = List.copyOf(made);
  }

  /** One of the locks, with its place. */
  static final class Stripe {
    private final int index;
    private final ReentrantLock lock = new ReentrantLock();

    private Stripe(int index) {
      this.index = index;
    }

    /** Takes the lock until closed, by the same thread. */
    Hold lock() {
      lock.lock();
      return lock::unlock;
    }
  }

  /** The pins of one session; each part is guarded by the stripe of the same place. */
  static final class Session {
    private final DigestSet[] parts = new DigestSet[STRIPES];

    private Session() {
      for (int i = 0; i < STRIPES; i++) {
        parts[i] = new DigestSet();
      }
    }
  }

  Stripe stripe(Digest digest) {
    return stripes.get((int) (digest.a() >>> 56));
  }

  Session open() {
    Session session = new Session();
    sessions.add(session);
    return session;
  }

  /** Pins a digest. */
  void pin(Session session, Digest digest) {
    Stripe stripe = stripe(digest);
    try (Hold _ = stripe.lock()) {
      session.parts[stripe.index].add(digest);
    }
  }

  /** Lets go of all pins of a session: at once, or when the running collection ends. */
  synchronized void close(Session session) {
    if (collecting) {
      lingering.add(session);
    } else {
      sessions.remove(session);
    }
  }

  /** Whether somebody has pinned it; called with its stripe locked. */
  boolean isPinned(Digest digest) {
    int index = stripe(digest).index;
    for (Session session : sessions) {
      if (session.parts[index].contains(digest)) {
        return true;
      }
    }
    return false;
  }

  /** A collection is about to take its roots. */
  synchronized void begin() {
    collecting = true;
  }

  /** The collection is over. */
  synchronized void end() {
    collecting = false;
    sessions.removeAll(lingering);
    lingering.clear();
  }
}
