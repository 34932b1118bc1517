package dev.lamina.fuse.kernel;

import dev.lamina.fuse.MountStatistics;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a mount serves. Thread-safe; counting allocates nothing. */
final class Counters {
  private final LongAdder[] requests = new LongAdder[Opcode.HIGHEST + 1];
  final LongAdder unknown = new LongAdder();
  final LongAdder errors = new LongAdder();
  final LongAdder defects = new LongAdder();
  final LongAdder malformed = new LongAdder();
  final LongAdder notifications = new LongAdder();
  final LongAdder bytesRead = new LongAdder();
  final LongAdder bytesWritten = new LongAdder();

  Counters() {
    for (int i = 0; i < requests.length; i++) {
      requests[i] = new LongAdder();
    }
  }

  void count(Opcode opcode) {
    requests[opcode.number()].increment();
  }

  MountStatistics statistics(int threads, BackingFiles backings) {
    Map<String, Long> counts = new TreeMap<>();
    for (Opcode opcode : Opcode.values()) {
      long count = requests[opcode.number()].sum();
      if (count > 0) {
        counts.put(opcode.title(), count);
      }
    }
    if (unknown.sum() > 0) {
      counts.put("unknown", unknown.sum());
    }
    return new MountStatistics(
        counts,
        errors.sum(),
        defects.sum(),
        malformed.sum(),
        notifications.sum(),
        bytesRead.sum(),
        bytesWritten.sum(),
        threads,
        backings.registered(),
        backings.kept(),
        backings.everRegistered());
  }
}
