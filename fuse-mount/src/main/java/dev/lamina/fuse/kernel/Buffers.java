package dev.lamina.fuse.kernel;

import dev.lamina.linux.FileMapping;
import java.lang.foreign.MemorySegment;

/**
 * The two buffers of a worker. They are mapped rather than allocated, so that only the pages which
 * a worker's largest request has touched are memory in use.
 */
final class Buffers implements AutoCloseable {
  private static final long PAGE = 4096;

  private final FileMapping requests;
  private final FileMapping replies;
  private final MemorySegment requestSegment;
  private final MemorySegment replySegment;

  /**
   * @param largest the most bytes of payload in one request or reply
   */
  Buffers(int largest) {
    // The kernel refuses a read with less room than a write request of the agreed size needs.
    requests = FileMapping.anonymous(largest + PAGE);
    replies = FileMapping.anonymous(largest + PAGE);
    requestSegment = requests.segment();
    replySegment = replies.segment();
  }

  MemorySegment requests() {
    return requestSegment;
  }

  MemorySegment replies() {
    return replySegment;
  }

  @Override
  public void close() {
    try (requests) {
      replies.close();
    }
  }
}
