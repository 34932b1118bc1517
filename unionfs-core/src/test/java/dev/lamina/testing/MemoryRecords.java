package dev.lamina.testing;

import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import dev.lamina.tree.RecordSink;
import dev.lamina.tree.RecordSource;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Records in memory, with counts of what was read and written. Thread-safe. */
public final class MemoryRecords implements RecordSource, RecordSink {
  private final Map<Digest, byte[]> records = new ConcurrentHashMap<>();
  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong puts = new AtomicLong();

  /** Makes an empty set of records. */
  public MemoryRecords() {}

  @Override
  public byte[] record(Digest digest) {
    reads.incrementAndGet();
    byte[] encoded = records.get(digest);
    if (encoded == null) {
      throw new DamagedException(digest, "there is none of this name");
    }
    return encoded;
  }

  @Override
  public Digest put(byte[] encoded) {
    puts.incrementAndGet();
    Digest digest = Digest.sha256(encoded, 0, encoded.length);
    records.put(digest, encoded);
    return digest;
  }

  /** Replaces the bytes of a record without changing its name: damages it. */
  public void damage(Digest digest, byte[] bytes) {
    records.put(digest, bytes);
  }

  /** Removes a record. */
  public void remove(Digest digest) {
    records.remove(digest);
  }

  /** Returns the names of all records. */
  public Set<Digest> digests() {
    return new TreeMap<>(records).navigableKeySet();
  }

  /** Returns the number of different records. */
  public int size() {
    return records.size();
  }

  /** Returns how often a record was put. */
  public long puts() {
    return puts.get();
  }

  /** Returns how often a record was read. */
  public long reads() {
    return reads.get();
  }
}
