package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.Limits;
import dev.lamina.archive.TarIndex;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The files of an image in an uncompressed tar. */
final class TarFiles implements ImageFiles {
  private static final int IMAGE_SHARE = 8;

  private final String name;
  private final FileChannel channel;
  private final TarIndex index;

  private TarFiles(String name, FileChannel channel, TarIndex index) {
    this.name = name;
    this.channel = channel;
    this.index = index;
  }

  /** Opens a tar and reads its headers. */
  static TarFiles open(String name, Path file, Limits limits) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new TarFiles(name, channel, TarIndex.read(name, channel, limits));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Refuses what has more files than an image needs: where they are is kept in memory as long as
   * its layers are read.
   */
  TarFiles requireImage(Limits limits) throws ArchiveException {
    long most = limits.metadataBytes() / IMAGE_SHARE;
    if (index.memory() > most) {
      throw new ArchiveException(
          name,
          "has too many files for an image: their names take more memory than "
              + most
              + " bytes, which is the limit; raise the limit of entries to import it");
    }
    return this;
  }

  /** Returns the names of the tar's first level below which a file of this name is. */
  Set<String> directoriesWith(String file) {
    return index.directoriesWith(file);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public OptionalLong size(String path) {
    Optional<TarIndex.Range> range = index.find(path);
    return range.isPresent() ? OptionalLong.of(range.get().size()) : OptionalLong.empty();
  }

  @Override
  public InputStream open(String path) throws IOException {
    Optional<TarIndex.Range> range = index.find(path);
    if (range.isEmpty()) {
      throw new ArchiveException(name, Optional.of(path), "is not there");
    }
    return TarIndex.open(channel, range.get());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
