package dev.lamina.store;

import dev.lamina.linux.FileIo;
import dev.lamina.linux.LinuxException;
import dev.lamina.tree.Digest;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes one blob from start to end. It stays in memory while it may become an inline one, then
 * goes to a temporary file, in which blocks of zeros become holes. Not thread-safe.
 */
public final class BlobWriter implements AutoCloseable {
  private static final int BLOCK = 64 << 10;
  private static final byte[] ZEROS = new byte[BLOCK];

  private final StoreWriter session;
  private final ObjectFiles objects;
  private final int inlineLimit;
  private final MessageDigest hash = Hashes.sha256();
  private byte[] buffer;
  private int buffered;
  private long size;
  private long written;
  private ObjectFiles.@Nullable Temporary file;
  private boolean finished;

  BlobWriter(StoreWriter session, ObjectFiles objects, int inlineLimit, long sizeHint) {
    this.session = session;
    this.objects = objects;
    this.inlineLimit = inlineLimit;
    long wanted = sizeHint < 0 ? Math.min(inlineLimit, 512) : Math.min(sizeHint, inlineLimit);
    this.buffer = new byte[sizeHint > inlineLimit ? BLOCK : (int) Math.max(wanted, 1)];
  }

  /** Appends bytes. */
  public void write(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    hash.update(bytes, offset, length);
    append(bytes, offset, length);
  }

  /** Appends zeros, which take no space on disk where they are many. */
  public void zeros(long length) {
    long rest = length;
    while (rest > 0) {
      int part = (int) Math.min(rest, BLOCK);
      write(ZEROS, 0, part);
      rest -= part;
    }
  }

  /** Returns how many bytes have been written. */
  public long size() {
    return size;
  }

  private void append(byte[] bytes, int offset, int length) {
    if (finished) {
      throw new IllegalStateException("the blob is finished");
    }
    size += length;
    if (file == null && size > inlineLimit) {
      file = create();
    }
    int done = 0;
    while (done < length) {
      if (buffered == buffer.length) {
        makeRoom(length - done);
      }
      int part = Math.min(length - done, buffer.length - buffered);
      System.arraycopy(bytes, offset + done, buffer, buffered, part);
      buffered += part;
      done += part;
    }
  }

  private ObjectFiles.Temporary create() {
    try {
      return objects.create();
    } catch (LinuxException e) {
      throw StoreException.of("Cannot make a temporary file in the store", e);
    }
  }

  /** The buffer is full: it grows up to a block, and a full block goes to the file. */
  private void makeRoom(int more) {
    if (buffer.length < BLOCK) {
      int wanted = (int) Math.min(Math.max(2L * buffer.length, (long) buffered + more), BLOCK);
      buffer = Arrays.copyOf(buffer, file == null ? Math.max(wanted, 64) : BLOCK);
    } else {
      drain();
    }
  }

  private void drain() {
    ObjectFiles.Temporary target = Objects.requireNonNull(file, "only a large blob fills a block");
    if (!Arrays.equals(buffer, 0, buffered, ZEROS, 0, buffered)) {
      try {
        FileIo.writeFully(target.file().value(), buffer, 0, buffered, written);
      } catch (LinuxException e) {
        throw StoreException.of("Cannot write a blob of " + size + " bytes or more", e);
      }
    }
    written += buffered;
    buffered = 0;
  }

  /**
   * Puts the blob into the store, where it stays while the session is open.
   *
   * @return its digest; none of no bytes, since an empty file has no blob
   */
  public Optional<Digest> finish() {
    if (finished) {
      throw new IllegalStateException("the blob is finished");
    }
    if (size == 0) {
      close();
      return Optional.empty();
    }
    Digest digest = Hashes.digest(hash);
    ObjectFiles.Temporary target = file;
    if (target == null) {
      finished = true;
      session.putInline(digest, Arrays.copyOf(buffer, buffered));
      return Optional.of(digest);
    }
    drain();
    try {
      // The end may be a hole.
      FileIo.ftruncate(target.file().value(), size);
    } catch (LinuxException e) {
      throw StoreException.of("Cannot write a blob of " + size + " bytes", e);
    }
    finished = true;
    target.file().close();
    session.publish(target.name(), digest, size);
    return Optional.of(digest);
  }

  /** Drops what has not been finished. */
  @Override
  public void close() {
    if (!finished) {
      finished = true;
      ObjectFiles.Temporary target = file;
      if (target != null) {
        target.file().close();
        objects.removeTemporary(target.name());
      }
    }
  }
}
