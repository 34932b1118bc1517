package dev.lamina.image;

import dev.lamina.archive.ImageTarWriter;
import dev.lamina.tree.Digest;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Writes files into a tar: a new file that appears when it is whole, a device, or a stream. */
final class TarTarget implements FileTarget {
  private final Path scratch;
  private final ImageTarWriter tar;
  private final Set<String> written = new HashSet<>();
  private final Placement placement;

  /** Gives the finished tar its place, or takes away the unfinished one. */
  private interface Placement {
    void finish() throws IOException;

    void discard() throws IOException;
  }

  private TarTarget(Path scratch, OutputStream out, Placement placement) {
    this.scratch = scratch;
    this.tar = new ImageTarWriter(new BufferedOutputStream(out, 1 << 16));
    this.placement = placement;
  }

  /** Writes a file. */
  static TarTarget file(Path file, Path scratch, PathSync sync) throws IOException {
    GrowingFile growing = GrowingFile.create(file, sync);
    return new TarTarget(
        scratch,
        growing.out(),
        new Placement() {
          @Override
          public void finish() throws IOException {
            growing.finish();
          }

          @Override
          public void discard() throws IOException {
            growing.close();
          }
        });
  }

  /** Writes to a stream, which stays open. */
  static TarTarget stream(OutputStream out, Path scratch) {
    return new TarTarget(
        scratch,
        new FilterOutputStream(out) {
          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
          }

          @Override
          public void close() throws IOException {
            out.flush();
          }
        },
        new Placement() {
          @Override
          public void finish() throws IOException {
            out.flush();
          }

          @Override
          public void discard() {
            // What was written to a stream cannot be taken back.
          }
        });
  }

  @Override
  public boolean has(String path, Digest digest, long size) {
    return written.contains(path);
  }

  @Override
  public void write(String path, long size, Content content) throws IOException {
    written.add(path);
    content.writeTo(tar.begin(path, size));
    tar.end();
  }

  @Override
  public void take(String path, Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      write(path, Files.size(file), in::transferTo);
    }
    Files.delete(file);
  }

  @Override
  public Path scratch() {
    return scratch;
  }

  @Override
  public void finish() throws IOException {
    tar.finish();
    placement.finish();
  }

  @Override
  public void close() throws IOException {
    tar.close();
    placement.discard();
  }
}
