package dev.lamina.store;

import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.LinuxException;
import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Checks blobs, each once, on all processors. */
final class BlobCheck {
  private static final int BUFFER = 1 << 20;

  private final Blobs blobs;
  private final VerifyOptions options;
  private final Faults faults;
  private final DigestSet known = new DigestSet();
  private final List<BlobReference> waiting = new ArrayList<>();
  private final AtomicLong bytes = new AtomicLong();

  BlobCheck(Blobs blobs, VerifyOptions options, Faults faults) {
    this.blobs = blobs;
    this.options = options;
    this.faults = faults;
  }

  void add(Digest digest, long size) {
    if (known.add(digest)) {
      waiting.add(new BlobReference(digest, size));
    }
  }

  boolean knows(Digest digest) {
    return known.contains(digest);
  }

  long count() {
    return known.size();
  }

  long bytes() {
    return bytes.get();
  }

  /** Checks all that were added. */
  void run() {
    AtomicInteger next = new AtomicInteger();
    Callable<Boolean> worker =
        () -> {
          byte[] buffer = new byte[BUFFER];
          for (int i = next.getAndIncrement(); i < waiting.size(); i = next.getAndIncrement()) {
            check(waiting.get(i), buffer);
          }
          return true;
        };
    int threads = Runtime.getRuntime().availableProcessors();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (Future<Boolean> one : pool.invokeAll(Collections.nCopies(threads, worker))) {
        one.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("Interrupted while blobs were checked");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private void check(BlobReference wanted, byte[] buffer) {
    FileStatus seen = new FileStatus();
    try {
      switch (blobs.blob(wanted.digest(), wanted.size())) {
        case Blob.Inline inline -> count(inline.bytes().length);
        case Blob.ObjectFile object -> {
          if (options.deep()) {
            checkObject(object, seen, buffer);
          }
        }
      }
    } catch (DamagedException e) {
      faults.add(Damage.Kind.BLOB, wanted.digest(), e.reason());
      blobs.condemn(wanted.digest(), wanted.size(), seen.inode());
    }
  }

  private void checkObject(Blob.ObjectFile object, FileStatus seen, byte[] buffer) {
    MessageDigest hash = Hashes.sha256();
    long done = 0;
    try (Fd file = blobs.openObject(object.digest(), object.size())) {
      FileAttributes.fstat(file.value(), seen);
      int count;
      do {
        count = FileIo.readFully(file.value(), buffer, 0, buffer.length, done);
        hash.update(buffer, 0, count);
        done += count;
        count(count);
      } while (count == buffer.length);
    } catch (LinuxException e) {
      throw new DamagedException(
          object.digest(), "the file " + object.path() + " cannot be read: " + e.getMessage());
    }
    if (!Hashes.digest(hash).equals(object.digest())) {
      throw new DamagedException(object.digest(), "the file " + object.path() + " has other bytes");
    }
  }

  private void count(long more) {
    options.progress().accept(bytes.addAndGet(more));
  }
}
