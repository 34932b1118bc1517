package dev.lamina.archive;

import dev.lamina.archive.TarHeader.BadHeaderException;
import dev.lamina.tree.TreePath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Where the files of an uncompressed tar are, so that an image in a tar can be read in any order
 * without unpacking it. Links are followed, inside the tar alone. Immutable.
 */
public final class TarIndex {
  /** Where a file's bytes are. */
  public static final class Range {
    private final long offset;
    private final long size;
    private final Optional<SparseMap> sparse;

    private Range(long offset, long size, Optional<SparseMap> sparse) {
      this.offset = offset;
      this.size = size;
      this.sparse = sparse;
    }

    /** Returns the file's size in bytes. */
    public long size() {
      return size;
    }
  }

  private static final int SEGMENT_MEMORY = 16;

  private static final int MOST_LINKS = 40;

  private final Map<TreePath, Range> files = new HashMap<>();
  private final Map<TreePath, TreePath> links = new HashMap<>();

  private final String archive;
  private final MetadataBudget.Lease memory;

  private TarIndex(String archive, MetadataBudget.Lease memory) {
    this.archive = archive;
    this.memory = memory;
  }

  /**
   * Reads the headers of a tar.
   *
   * @param archive what messages call it
   * @throws ArchiveException where it is no tar, or one that is damaged or cut off
   */
  public static TarIndex read(String archive, FileChannel channel, Limits limits)
      throws IOException {
    TarInput in = new TarInput(new ChannelInput(channel), new FramingEncoder(new NoFraming()));
    MetadataBudget.Lease memory = new MetadataBudget(limits.metadataBytes()).lease();
    TarIndex index = new TarIndex(archive, memory);
    TarEntryReader entries = new TarEntryReader(archive, in, limits, memory);
    SparseEntries sparse = new SparseEntries(in, limits);
    long count = 0;
    for (Optional<TarEntry> e = entries.next(); e.isPresent(); e = entries.next()) {
      count++;
      if (count > limits.entries()) {
        throw new ArchiveException(archive, "more than " + limits.entries() + " entries");
      }
      try {
        index.add(e.get(), sparse, channel);
      } catch (BadHeaderException bad) {
        throw new ArchiveException(
            archive, Optional.of(TarEntryReader.print(e.get().name())), bad.reason());
      }
    }
    return index;
  }

  /** Returns about how many bytes of memory this takes; more, where much of the tar is no file. */
  public long memory() {
    return memory.taken();
  }

  private void add(TarEntry entry, SparseEntries sparse, FileChannel channel)
      throws IOException, BadHeaderException {
    byte type = entry.header().type();
    boolean file =
        type == TarConstants.LF_NORMAL
            || type == TarConstants.LF_OLDNORM
            || type == TarConstants.LF_CONTIG
            || type == TarConstants.LF_GNUTYPE_SPARSE;
    if (type >= '1' && type <= '6') {
      if (type == TarConstants.LF_SYMLINK || type == TarConstants.LF_LINK) {
        addLink(EntryName.ofEntry(entry.name()), entry.link(), type == TarConstants.LF_SYMLINK);
      }
      return;
    }
    long stored = entry.pax().number("size").orElse(entry.header().size());
    long start = channel.position();
    Optional<SparseMap> map =
        file && SparseEntries.isSparse(entry)
            ? Optional.of(sparse.map(entry, stored))
            : Optional.empty();
    account(entry, map);
    long offset = channel.position();
    long left = map.isPresent() ? map.get().stored() : stored;
    if (left > channel.size() - offset) {
      throw new BadHeaderException(
          "the archive is cut off inside it (it announces " + stored + " bytes)");
    }
    // The map of GNU's old format is no part of what the entry announces, that of the newest is.
    long counted = SparseEntries.isOldGnu(entry) ? offset : start;
    channel.position(Math.min(channel.size(), counted + stored + TarInput.padding(stored)));
    if (file) {
      TreePath path = EntryName.ofEntry(SparseEntries.name(entry));
      files.put(path, new Range(offset, map.isPresent() ? map.get().size() : stored, map));
      links.remove(path);
    }
  }

  /** A sparse map is kept as long as the index, and a few bytes of it can hide many. */
  private void account(TarEntry entry, Optional<SparseMap> map) throws ArchiveException {
    long bytes = map.isPresent() ? (long) SEGMENT_MEMORY * map.get().segments() : 0;
    if (memory.take(bytes) != MetadataBudget.Answer.ENOUGH) {
      throw new ArchiveException(
          archive,
          Optional.of(TarEntryReader.print(entry.name())),
          "the names and the maps of sparse files up to this entry take more than "
              + memory.most()
              + " bytes of memory");
    }
  }

  private void addLink(TreePath path, byte[] target, boolean symbolic) throws BadHeaderException {
    Optional<TreePath> to =
        symbolic ? LinkedPaths.inside(path, target) : Optional.of(EntryName.ofLink(target));
    files.remove(path);
    if (to.isPresent()) {
      links.put(path, to.get());
    }
  }

  /** Returns where a file is, by its path. */
  public Optional<Range> find(String path) {
    TreePath at;
    try {
      at = TreePath.parse(path);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    for (int i = 0; i < MOST_LINKS; i++) {
      Range range = files.get(at);
      if (range != null) {
        return Optional.of(range);
      }
      TreePath link = links.get(at);
      if (link == null) {
        return Optional.empty();
      }
      at = link;
    }
    return Optional.empty();
  }

  /** Returns the names of the first level below which a file of this name is. */
  public Set<String> directoriesWith(String file) {
    Set<String> names = new TreeSet<>();
    for (TreePath path : files.keySet()) {
      if (path.size() == 2 && path.name().is(file)) {
        names.add(path.get(0).toString());
      }
    }
    return names;
  }

  /** Opens a file's bytes; the channel's own position is not used. */
  public static InputStream open(FileChannel channel, Range range) {
    return range.sparse.isPresent()
        ? new SparseInput(channel, range.offset, range.sparse.get())
        : new RangeInput(channel, range.offset, range.size);
  }

  /** Reads from the position of a channel, no byte more than asked for. */
  private static final class ChannelInput extends InputStream {
    private final FileChannel channel;

    ChannelInput(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return channel.read(ByteBuffer.wrap(target, offset, length));
    }
  }
}
