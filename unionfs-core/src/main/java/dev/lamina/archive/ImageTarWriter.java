package dev.lamina.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Writes the outer tar of an image archive: plain files, owned by root, without a time, so that the
 * same image makes the same archive. For one thread.
 */
public final class ImageTarWriter implements AutoCloseable {
  private final OutputStream out;
  private final TarArchiveOutputStream tar;

  /** Writes to a stream; {@link #finish} flushes it and {@link #close} closes it. */
  public ImageTarWriter(OutputStream out) {
    this.out = out;
    this.tar = new TarArchiveOutputStream(out, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
  }

  /** Begins a file of exactly this size; returns where its bytes go, which is not to be closed. */
  public OutputStream begin(String path, long size) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(path, TarConstants.LF_NORMAL);
    entry.setMode(0644);
    entry.setUserId(0);
    entry.setGroupId(0);
    entry.setUserName("");
    entry.setGroupName("");
    entry.setModTime(FileTime.from(Instant.EPOCH));
    entry.setSize(size);
    tar.putArchiveEntry(entry);
    return tar;
  }

  /** Ends the file. */
  public void end() throws IOException {
    tar.closeArchiveEntry();
  }

  /** Ends the tar. */
  public void finish() throws IOException {
    tar.finish();
    out.flush();
  }

  /** Closes the stream, whether the tar has been finished or not. */
  @Override
  public void close() throws IOException {
    out.close();
  }
}
