package dev.lamina.volume;

/**
 * What a request that changed something was answered, kept in case it is sent again. It is written
 * in the batch of the change itself, so it is there exactly if the change is.
 *
 * @param request the request's number, at least 1
 * @param errno 0 so far: only what has been done is answered from its row
 * @param inode the inode that the answer is about, 0 for none
 */
record ReplyRow(long request, int errno, long inode) {
  /** How many are kept: of two requests with one place the later one's. */
  static final int PLACES = 4_096;

  /** Where a request's row is, from 0. */
  static int place(long request) {
    return (int) Long.remainderUnsigned(request, PLACES);
  }

  /** Where this one is. */
  int place() {
    return place(request);
  }
}
