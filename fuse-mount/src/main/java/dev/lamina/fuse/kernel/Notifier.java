package dev.lamina.fuse.kernel;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.lamina.fs.FileName;
import dev.lamina.fs.Invalidations;
import dev.lamina.fuse.DefectLog;
import dev.lamina.linux.FileIo;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells the kernel what it must no longer believe. The kernel may make the sender wait for a page
 * that a request is filling, so one thread sends and holds nothing meanwhile; whoever has something
 * to say only queues it. What is said twice before it is sent is sent once, so the queue is bounded
 * by the nodes and names that the kernel knows. Thread-safe.
 */
final class Notifier implements Invalidations {
  private static final int NOTIFY_INVAL_INODE = 2;
  private static final int NOTIFY_INVAL_ENTRY = 3;
  private static final int EXPIRE_ONLY = 1;
  private static final int LARGE = 1 << 16;
  private static final int LONGEST = 512;

  /** What there is to say. */
  private sealed interface Stale {
    record OfAttributes(long node) implements Stale {}

    record OfContent(long node) implements Stale {}

    record OfName(long parent, FileName name) implements Stale {}
  }

  private final int device;
  private final boolean expireOnly;
  private final Counters counters;
  private final DefectLog log;
  private final MemorySegment buffer;
  private final Reply message;
  private final ReentrantLock sending = new ReentrantLock();

  @GuardedBy("sending")
  private final MemorySegment ownBuffer;

  @GuardedBy("sending")
  private final Reply ownMessage;

  /** Whether the queue may hold something about attributes: who asks takes no lock. */
  private volatile boolean attributesQueued;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private final Set<Stale> queue = new LinkedHashSet<>();

  @GuardedBy("lock")
  private boolean stopped;

  /**
   * @param device the connection's descriptor
   * @param buffer native, at least 1 KiB
   */
  Notifier(int device, Features features, Counters counters, DefectLog log, MemorySegment buffer) {
    this.device = device;
    this.expireOnly = features.has(InitFlag.HAS_EXPIRE_ONLY);
    this.counters = counters;
    this.log = log;
    this.buffer = buffer.asSlice(0, LONGEST);
    this.message = new Reply(this.buffer);
    this.ownBuffer = buffer.asSlice(LONGEST, LONGEST);
    this.ownMessage = new Reply(ownBuffer);
  }

  @Override
  public void attributes(long node) {
    add(new Stale.OfAttributes(node));
  }

  @Override
  public void content(long node) {
    add(new Stale.OfContent(node));
  }

  /**
   * Without EXPIRE_ONLY the kernel would unmount what is bound over the name, so then nothing is
   * said: the name stays as the kernel knows it.
   */
  @Override
  public void name(long parent, FileName name) {
    if (expireOnly) {
      add(new Stale.OfName(parent, name.keep()));
    }
  }

  /**
   * Sends what is queued about attributes from the calling thread, which has a request to answer:
   * whoever made it is then to see what it changed, by whatever node id. Attributes alone never
   * make the sender wait for a page.
   */
  void sendAttributes() {
    if (!attributesQueued) {
      return;
    }
    sending.lock();
    try {
      for (Stale stale : takeAttributes()) {
        FileIo.tryWrite(device, ownBuffer.address(), encode(ownMessage, stale));
        counters.notifications.increment();
      }
      sent();
    } finally {
      sending.unlock();
    }
  }

  /** Only behind the sending: who has queued something waits for whoever sends it. */
  private void sent() {
    lock.lock();
    try {
      attributesQueued = queue.stream().anyMatch(Stale.OfAttributes.class::isInstance);
    } finally {
      lock.unlock();
    }
  }

  private List<Stale> takeAttributes() {
    List<Stale> taken = new ArrayList<>();
    lock.lock();
    try {
      queue.removeIf(stale -> stale instanceof Stale.OfAttributes && taken.add(stale));
    } finally {
      lock.unlock();
    }
    return taken;
  }

  private void add(Stale stale) {
    lock.lock();
    try {
      if (!stopped && queue.add(stale)) {
        if (stale instanceof Stale.OfAttributes) {
          attributesQueued = true;
        }
        changed.signal();
        if (queue.size() == LARGE) {
          log.once(
              System.Logger.Level.WARNING,
              "the kernel takes notifications more slowly than they come: " + LARGE + " wait");
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends {@link #run}; what is queued is dropped. */
  void stop() {
    lock.lock();
    try {
      stopped = true;
      queue.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Sends until it is stopped: the body of the notifier's thread. */
  void run() {
    while (true) {
      Stale next;
      lock.lock();
      try {
        while (queue.isEmpty() && !stopped) {
          changed.awaitUninterruptibly();
        }
        if (stopped) {
          return;
        }
        Iterator<Stale> first = queue.iterator();
        next = first.next();
        if (!(next instanceof Stale.OfAttributes)) {
          first.remove();
        }
      } finally {
        lock.unlock();
      }
      if (next instanceof Stale.OfAttributes) {
        sendAttributes();
        continue;
      }
      // ENOENT: the kernel has forgotten the inode or name. ENODEV: it has ended the connection,
      // and whoever reads from it will find out.
      FileIo.tryWrite(device, buffer.address(), encode(message, next));
      counters.notifications.increment();
    }
  }

  private static int encode(Reply message, Stale stale) {
    message.begin();
    return switch (stale) {
      case Stale.OfAttributes(long node) -> inode(message, node, -1);
      case Stale.OfContent(long node) -> inode(message, node, 0);
      case Stale.OfName(long parent, FileName name) -> entry(message, parent, name);
    };
  }

  /**
   * {@code struct fuse_notify_inval_inode_out}: node u64, position i64, length i64. Attributes go
   * in any case; pages from a position that is not negative, with length 0 all of them.
   */
  static int inode(Reply message, long node, long position) {
    message.putLong(node);
    message.putLong(position);
    message.putLong(0);
    return message.notification(NOTIFY_INVAL_INODE);
  }

  /** {@code struct fuse_notify_inval_entry_out}: parent u64, length u32, flags u32; name. */
  static int entry(Reply message, long parent, FileName name) {
    message.putLong(parent);
    message.putInt(name.length());
    message.putInt(EXPIRE_ONLY);
    message.putName(name);
    message.putZeros(1);
    return message.notification(NOTIFY_INVAL_ENTRY);
  }
}
