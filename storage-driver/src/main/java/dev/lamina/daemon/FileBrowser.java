package dev.lamina.daemon;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.fs.Attributes;
import dev.lamina.fs.DirectoryListing;
import dev.lamina.fs.Entry;
import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileName;
import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.fs.NodeId;
import dev.lamina.fs.OpenFile;
import dev.lamina.volume.VolumeFileSystem;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Looks at a file system from beside its mount, if it has one: finds paths, following symlinks as
 * inside a chroot, and lists and reads what is there. Who unmounts it meanwhile waits for one
 * operation at most, never for whoever this writes to. Gives back every reference it took when it
 * is closed. Not thread-safe.
 */
final class FileBrowser implements AutoCloseable {
  private static final int MOST_SYMLINKS = 40;
  private static final int PIECE = 1 << 20;
  private static final int PERMISSIONS = 07777;
  private static final long NANOS = 1_000_000_000L;

  private final String what;
  private final VolumeFileSystem fileSystem;
  private final Map<Long, Long> references = new HashMap<>();

  /**
   * @param what the name of the image or volume, for messages
   */
  FileBrowser(String what, VolumeFileSystem fileSystem) {
    this.what = what;
    this.fileSystem = fileSystem;
  }

  /** Does one operation. */
  private <T> T ask(Function<FileSystem, T> operation) throws ControlException {
    return fileSystem
        .whileOpen(() -> operation.apply(fileSystem))
        .orElseThrow(
            () ->
                ControlException.failed(what + " was unmounted while it was looked at; try again"));
  }

  /** Does one operation, unless the file system is closed, which has done this already. */
  private void tell(Runnable operation) {
    Optional<Boolean> _ =
        fileSystem.whileOpen(
            () -> {
              operation.run();
              return true;
            });
  }

  /** A node that was found. */
  private record Place(long node, Attributes attributes) {
    FileKind kind() {
      return attributes.kind();
    }
  }

  /** Returns a directory's entries, or the one file the path leads to. */
  List<Answer.FileDetail> list(String path) throws ControlException {
    Place place = find(path, true);
    if (place.kind() != FileKind.DIRECTORY) {
      return List.of(detail(path, place));
    }
    List<Answer.FileDetail> details = new ArrayList<>();
    for (FileName name : names(place.node())) {
      details.add(detail(name.toString(), child(place.node(), name, path)));
    }
    details.sort((a, b) -> a.name().compareTo(b.name()));
    return details;
  }

  /** Returns what is known of a path; of a symlink itself. */
  Answer.FileDetail stat(String path) throws ControlException {
    return detail(path, find(path, false));
  }

  /** Writes a file's content. */
  void cat(String path, OutputStream to) throws ControlException, IOException {
    Place place = find(path, true);
    if (place.kind() != FileKind.REGULAR) {
      throw ControlException.failed(
          path + " is a " + word(place.kind()) + ", and only a file has content to show");
    }
    OpenFile file =
        ask(
            fs -> {
              OpenFile opened = new OpenFile();
              fs.open(place.node(), 0, false, opened);
              return opened;
            });
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(PIECE);
      byte[] bytes = new byte[PIECE];
      long position = 0;
      while (true) {
        long at = position;
        int n = ask(fs -> fs.read(place.node(), file.handle, at, buffer, 0, PIECE));
        if (n == 0) {
          return;
        }
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, 0, n);
        to.write(bytes, 0, n);
        position += n;
      }
    } finally {
      tell(() -> fileSystem.release(place.node(), file.handle));
    }
  }

  private Place find(String path, boolean follow) throws ControlException {
    Deque<Place> above = new ArrayDeque<>();
    above.push(ask(FileBrowser::root));
    Deque<String> rest = new ArrayDeque<>(List.of(path.split("/", -1)));
    int symlinks = 0;
    while (!rest.isEmpty()) {
      String part = rest.pop();
      if (part.equals("..") && above.size() > 1) {
        above.pop();
      }
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        continue;
      }
      Place place = child(directory(above, path), FileName.of(part), path);
      if (place.kind() == FileKind.SYMLINK && (follow || !rest.isEmpty())) {
        if (++symlinks > MOST_SYMLINKS) {
          throw ControlException.failed(path + ": too many symlinks; two may lead to each other");
        }
        String target = new String(ask(fs -> fs.readlink(place.node())), StandardCharsets.UTF_8);
        if (target.startsWith("/")) {
          while (above.size() > 1) {
            above.pop();
          }
        }
        String[] parts = target.split("/", -1);
        for (int i = parts.length - 1; i >= 0; i--) {
          rest.push(parts[i]);
        }
      } else {
        above.push(place);
      }
    }
    return above.element();
  }

  private static Place root(FileSystem fileSystem) {
    Attributes attributes = new Attributes();
    fileSystem.getattr(NodeId.ROOT, FileSystem.NO_HANDLE, attributes);
    return new Place(NodeId.ROOT, attributes);
  }

  private static long directory(Deque<Place> above, String path) throws ControlException {
    Place last = above.element();
    if (last.kind() != FileKind.DIRECTORY) {
      throw ControlException.failed(path + ": a part before the last is a " + word(last.kind()));
    }
    return last.node();
  }

  private Place child(long parent, FileName name, String path) throws ControlException {
    Entry entry = new Entry();
    try {
      if (ask(fs -> fs.lookup(parent, name, entry))) {
        references.merge(entry.node, 1L, Long::sum);
        return new Place(entry.node, entry.attributes);
      }
    } catch (FsException e) {
      throw ControlException.failed(path + ": " + e.getMessage(), e);
    }
    throw ControlException.failed("there is no " + path + " (" + name + " is missing)");
  }

  private List<FileName> names(long directory) throws ControlException {
    Names names = new Names();
    int before;
    do {
      before = names.found.size();
    } while (ask(fs -> names.readOn(fs, directory)) > before);
    return names.found;
  }

  /** Takes a listing's names, and where it goes on. */
  private static final class Names implements DirectoryListing {
    private final List<FileName> found = new ArrayList<>();
    private long cookie;

    /** Returns how many there are now. */
    private int readOn(FileSystem fileSystem, long directory) {
      fileSystem.readdir(directory, cookie, this);
      return found.size();
    }

    @Override
    public boolean withAttributes() {
      return false;
    }

    @Override
    public boolean add(FileName name, long next, long inode, FileKind kind) {
      if (!name.is(".") && !name.is("..")) {
        found.add(name.keep());
      }
      cookie = next;
      return true;
    }

    @Override
    public boolean add(FileName name, long next, Entry entry) {
      throw new IllegalStateException("asked for no attributes");
    }
  }

  private Answer.FileDetail detail(String name, Place place) throws ControlException {
    Attributes a = place.attributes();
    FileKind kind = place.kind();
    return new Answer.FileDetail(
        name,
        word(kind),
        String.format("%04o", a.mode & PERMISSIONS),
        Integer.toUnsignedLong(a.uid),
        Integer.toUnsignedLong(a.gid),
        a.size,
        a.links,
        a.inode,
        Instant.ofEpochSecond(
            Math.floorDiv(a.modifyTime, NANOS), Math.floorMod(a.modifyTime, NANOS)),
        kind == FileKind.SYMLINK
            ? Optional.of(FileName.of(this.<byte[]>ask(fs -> fs.readlink(place.node()))).toString())
            : Optional.empty(),
        kind.isDevice() ? Optional.of(device(a.device)) : Optional.empty(),
        Optional.empty(),
        ask(fs -> xattrs(fs, place.node())));
  }

  private static Map<String, String> xattrs(FileSystem fileSystem, long node) {
    Map<String, String> xattrs = new TreeMap<>();
    byte[] names = fileSystem.listxattr(node);
    int start = 0;
    for (int i = 0; i < names.length; i++) {
      if (names[i] == 0) {
        FileName name = FileName.of(names, start, i - start);
        xattrs.put(
            name.toString(), Base64.getEncoder().encodeToString(fileSystem.getxattr(node, name)));
        start = i + 1;
      }
    }
    return xattrs;
  }

  private static String device(long device) {
    return dev.lamina.linux.DeviceNumber.major(device)
        + ":"
        + dev.lamina.linux.DeviceNumber.minor(device);
  }

  private static String word(FileKind kind) {
    return switch (kind) {
      case REGULAR -> "file";
      case DIRECTORY -> "directory";
      case SYMLINK -> "symlink";
      case CHARACTER_DEVICE -> "character device";
      case BLOCK_DEVICE -> "block device";
      case FIFO -> "fifo";
      case SOCKET -> "socket";
    };
  }

  @Override
  public void close() {
    references.forEach((node, count) -> tell(() -> fileSystem.forget(node, count)));
    references.clear();
  }
}
