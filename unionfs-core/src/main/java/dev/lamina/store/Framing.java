package dev.lamina.store;

import com.github.luben.zstd.ZstdInputStream;
import dev.lamina.tree.DamagedException;
import dev.lamina.tree.Digest;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.List;

/** A layer's framing: what, with the blobs, makes its tar again. Immutable, thread-safe. */
public final class Framing {
  private final Digest name;
  private final FramingRow row;
  private final int rowBytes;

  Framing(Digest name, FramingRow row, int rowBytes) {
    this.name = name;
    this.row = row;
    this.rowBytes = rowBytes;
  }

  /** The length of the row. */
  int rowBytes() {
    return rowBytes;
  }

  /** Returns the blobs by the index that {@link FramingWriter#blob} gave out. */
  public List<BlobReference> blobs() {
    return row.blobs();
  }

  /** Returns the length of the archive's own encoding in bytes. */
  public long length() {
    return row.streamLength();
  }

  /**
   * Returns the archive's own encoding. Where it is damaged, reading throws {@link
   * DamagedException}, at its end at the latest.
   */
  public InputStream stream() {
    try {
      return new Checked(
          name, row, new ZstdInputStream(new ByteArrayInputStream(row.compressed())));
    } catch (IOException e) {
      throw new DamagedException(name, "the framing cannot be decompressed: " + e.getMessage());
    }
  }

  /**
   * Reads the encoding to its end, to see whether it is sound.
   *
   * @throws DamagedException where it is not
   */
  void readThrough() {
    try (InputStream in = stream()) {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new DamagedException(name, "the framing cannot be read: " + e.getMessage());
    }
  }

  /** Counts and hashes what is read. */
  private static final class Checked extends FilterInputStream {
    private final Digest name;
    private final FramingRow row;
    private final MessageDigest hash = Hashes.sha256();
    private long left;
    private boolean ended;

    Checked(Digest name, FramingRow row, InputStream in) {
      super(in);
      this.name = name;
      this.row = row;
      this.left = row.streamLength();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int count;
      try {
        count = in.read(target, offset, length);
      } catch (IOException e) {
        throw new DamagedException(name, "the framing cannot be decompressed: " + e.getMessage());
      }
      if (count > left || (count < 0 && left > 0)) {
        throw new DamagedException(name, "the framing has another length");
      }
      if (count < 0) {
        // Asked again at the end, the hash would be that of nothing.
        if (!ended && !Hashes.digest(hash).equals(row.streamDigest())) {
          throw new DamagedException(name, "the framing has other bytes");
        }
        ended = true;
        return -1;
      }
      left -= count;
      hash.update(target, offset, count);
      return count;
    }

    @Override
    public long skip(long count) throws IOException {
      byte[] nowhere = new byte[8192];
      long done = 0;
      while (done < count) {
        int got = read(nowhere, 0, (int) Math.min(nowhere.length, count - done));
        if (got < 0) {
          break;
        }
        done += got;
      }
      return done;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }
}
