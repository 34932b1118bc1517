package dev.lamina.testing.data;

import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileMapping;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Memory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Does random things to one file through several descriptors and mappings, and compares each result
 * with an array of bytes. The same seed does the same things. A program of its own, since a Java
 * machine that maps files of a mount it serves itself may stop for ever.
 */
public final class FileExercise implements AutoCloseable {
  private static final int LARGEST = 256 * 1024;
  private static final int LONGEST = 64 * 1024;
  private static final int BLOCK = 4096;
  private static final int REMEMBERED = 40;

  /** What is done, each as often as its weight says. */
  enum Kind {
    READ(20),
    WRITE(20),
    APPEND(4),
    TRUNCATE(8),
    TRUNCATE_BY_NAME(2),
    MAP_READ(8),
    MAP_WRITE(8),
    MAP_KEEP(2),
    PUNCH(5),
    ALLOCATE(3),
    COPY(5),
    DIRECT_READ(4),
    DIRECT_WRITE(4),
    SEEK(1),
    STAT(5),
    SYNC(1),
    REOPEN(2),
    RENAME(1),
    WHOLE(1);

    private static final Set<Kind> MAPS =
        Collections.unmodifiableSet(EnumSet.of(MAP_READ, MAP_WRITE, MAP_KEEP));
    private static final Set<Kind> DIRECT =
        Collections.unmodifiableSet(EnumSet.of(DIRECT_READ, DIRECT_WRITE));

    private final int weight;

    Kind(int weight) {
      this.weight = weight;
    }
  }

  private final SplittableRandom random;
  private final List<Kind> kinds = new ArrayList<>();
  private final Deque<String> last = new ArrayDeque<>();
  private final MemorySegment aligned = Memory.pageAligned(LONGEST);
  private final FileModel model;
  private final Path first;
  private final boolean direct;
  private Path file;
  private Fd writer;
  private Fd appender;
  private Fd reader;
  private @Nullable Fd unbuffered;
  private @Nullable FileMapping kept;
  private int keptFrom;
  private boolean storedMapped;

  private FileExercise(Path file, long seed, boolean maps, boolean direct) throws IOException {
    this.random = new SplittableRandom(seed);
    this.first = file;
    this.file = file;
    this.direct = direct;
    this.model = new FileModel(Files.exists(file) ? Files.readAllBytes(file) : new byte[0]);
    for (Kind kind : Kind.values()) {
      boolean isLeftOut =
          (Kind.MAPS.contains(kind) && !maps) || (Kind.DIRECT.contains(kind) && !direct);
      kinds.addAll(Collections.nCopies(isLeftOut ? 0 : kind.weight, kind));
    }
    // What is opened before the first writer of a file may go on seeing the file as it was.
    this.writer = open(FileOpen.O_RDWR | FileOpen.O_CREAT);
    this.appender = open(FileOpen.O_RDWR | FileOpen.O_APPEND);
    this.reader = open(FileOpen.O_RDONLY);
    this.unbuffered = direct ? open(FileOpen.O_RDWR | FileOpen.O_DIRECT) : null;
  }

  /**
   * Exercises a file: FILE SEED OPERATIONS, then {@code nomap} to map nothing and {@code nodirect}
   * to bypass no cache. Prints the sha256 of what the file, whose name is FILE or FILE.moved, holds
   * at the end; or ends with 1 and says what went wrong.
   */
  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    long operations = Long.parseLong(arguments[2]);
    List<String> options = List.of(arguments).subList(3, arguments.length);
    try (FileExercise exercise =
        new FileExercise(file, seed, !options.contains("nomap"), !options.contains("nodirect"))) {
      exercise.run(seed, operations);
      System.out.println(exercise.model.sha256());
    }
  }

  private void run(long seed, long operations) {
    for (long i = 0; i < operations; i++) {
      Kind kind = kinds.get(random.nextInt(kinds.size()));
      try {
        step(kind);
      } catch (IOException | RuntimeException | Error e) {
        System.out.println(
            "seed " + seed + ", operation " + i + ", " + kind + ": " + e + "\nafter these:");
        last.forEach(line -> System.out.println("  " + line));
        System.exit(1);
      }
    }
  }

  private void note(String what) {
    last.addLast(what);
    if (last.size() > REMEMBERED) {
      last.removeFirst();
    }
  }

  private void step(Kind kind) throws IOException {
    switch (kind) {
      case READ -> read();
      case WRITE -> write();
      case APPEND -> append();
      case TRUNCATE -> truncate(false);
      case TRUNCATE_BY_NAME -> truncate(true);
      case MAP_READ -> map(false);
      case MAP_WRITE -> map(true);
      case MAP_KEEP -> keepMapping();
      case PUNCH -> punch();
      case ALLOCATE -> allocate();
      case COPY -> copy();
      case DIRECT_READ -> directRead();
      case DIRECT_WRITE -> directWrite();
      case SEEK -> seek();
      case STAT -> stat();
      case SYNC -> sync();
      case REOPEN -> reopen();
      case RENAME -> rename();
      case WHOLE -> whole();
    }
  }

  private Fd open(int flags) {
    return FileOpen.openat(Fd.CWD, name(), flags, 0644);
  }

  private byte[] name() {
    return file.toString().getBytes(StandardCharsets.UTF_8);
  }

  private int position(int below) {
    return below <= 0 ? 0 : random.nextInt(below);
  }

  /** Mostly short, sometimes long, at least 1. */
  private int length(int most) {
    int bound = random.nextInt(4) == 0 ? LONGEST : 6_000;
    return 1 + random.nextInt(Math.max(1, Math.min(bound, most)));
  }

  private byte[] data(int length) {
    byte[] data = new byte[length];
    random.nextBytes(data);
    return data;
  }

  private Fd anyReader() {
    return random.nextBoolean() ? reader : writer;
  }

  /** To map: through a descriptor that appends a mapping changes what is there all the same. */
  private Fd anyWriter() {
    return random.nextBoolean() ? appender : writer;
  }

  private void read() {
    int position = position(model.size() + 100);
    int length = length(LONGEST);
    note("read " + position + " " + length);
    byte[] read = new byte[length];
    int got = FileIo.readFully(anyReader().value(), read, 0, length, position);
    model.check("read", read, got, position, length);
  }

  private void write() {
    int length = length(LONGEST);
    int position = position(Math.min(LARGEST - length, model.size() + 10_000));
    note("write " + position + " " + length);
    byte[] data = data(length);
    FileIo.writeFully(writer.value(), data, 0, length, position);
    model.write(position, data);
  }

  private void append() {
    byte[] data = data(length(5_000));
    if (model.size() + data.length > LARGEST) {
      return;
    }
    note("append " + data.length + " to " + model.size());
    Memory.copyIn(aligned.address(), data, 0, data.length);
    int written = FileIo.write(appender.value(), aligned.address(), data.length);
    require(written == data.length, "append wrote " + written + " bytes");
    model.write(model.size(), data);
  }

  private void truncate(boolean byName) {
    int size = position(random.nextInt(3) == 0 ? LARGEST : model.size() + 5_000);
    note((byName ? "truncate by name " : "truncate ") + model.size() + " to " + size);
    dropMapping();
    if (byName) {
      FileIo.truncate(name(), size);
    } else {
      FileIo.ftruncate(writer.value(), size);
    }
    model.resize(size);
  }

  private void map(boolean writes) {
    if (model.size() == 0) {
      return;
    }
    int position = position(model.size());
    int length = Math.min(length(LONGEST), model.size() - position);
    int from = position / BLOCK * BLOCK;
    note((writes ? "write mapped " : "read mapped ") + position + " " + length);
    int fd = writes ? anyWriter().value() : anyReader().value();
    try (FileMapping mapping = FileMapping.shared(fd, from, position + length - from, writes)) {
      access(mapping.segment(), position - from, position, length, writes);
      if (writes && random.nextInt(200) == 0) {
        mapping.sync();
      }
    }
  }

  private void access(MemorySegment memory, int at, int position, int length, boolean writes) {
    byte[] bytes = new byte[length];
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, at, bytes, 0, length);
    model.check("mapping", bytes, length, position, length);
    if (writes) {
      storedMapped = true;
      byte[] data = data(length);
      MemorySegment.copy(data, 0, memory, ValueLayout.JAVA_BYTE, at, length);
      model.write(position, data);
    }
  }

  /** A mapping that stays over other operations, until the file becomes shorter. */
  private void keepMapping() {
    FileMapping mapping = kept;
    if (mapping != null) {
      int length = (int) mapping.length();
      note("use kept mapping " + keptFrom + " " + length);
      access(mapping.segment(), 0, keptFrom, length, random.nextBoolean());
      if (random.nextInt(4) == 0) {
        dropMapping();
      }
    } else if (model.size() > BLOCK) {
      keptFrom = position(model.size() - BLOCK) / BLOCK * BLOCK;
      int length = Math.min(length(LONGEST), model.size() - keptFrom);
      note("keep mapping " + keptFrom + " " + length);
      kept = FileMapping.shared(anyWriter().value(), keptFrom, length, true);
    }
  }

  private void dropMapping() {
    FileMapping mapping = kept;
    if (mapping != null) {
      mapping.close();
      kept = null;
    }
  }

  private void punch() {
    int position = position(model.size() + 5_000);
    int length = length(LONGEST);
    note("punch " + position + " " + length);
    int mode = FileIo.FALLOC_FL_PUNCH_HOLE | FileIo.FALLOC_FL_KEEP_SIZE;
    FileIo.fallocate(writer.value(), mode, position, length);
    model.zero(position, length);
  }

  private void allocate() {
    boolean keepsSize = random.nextBoolean();
    int length = length(LONGEST);
    int position = position(Math.min(LARGEST - length, model.size() + 5_000));
    note("allocate " + position + " " + length + (keepsSize ? " keeping the size" : ""));
    FileIo.fallocate(writer.value(), keepsSize ? FileIo.FALLOC_FL_KEEP_SIZE : 0, position, length);
    if (!keepsSize && position + length > model.size()) {
      model.resize(position + length);
    }
  }

  private void copy() {
    int half = model.size() / 2;
    if (half < 2) {
      return;
    }
    boolean isForward = random.nextBoolean();
    int length = Math.min(length(LONGEST), half);
    int low = position(half - length + 1);
    int high = half + position(LARGEST - half - length);
    int from = isForward ? low : Math.min(high, model.size() - length);
    int to = isForward ? high : low;
    note("copy " + from + " to " + to + " " + length);
    int done = 0;
    while (done < length) {
      long copied =
          FileIo.copyFileRange(
              anyReader().value(), from + done, writer.value(), to + done, length - done);
      require(copied > 0, "copy_file_range ended after " + done + " of " + length);
      model.copy(from + done, to + done, (int) copied);
      done += (int) copied;
    }
  }

  private void directRead() {
    int position = position(model.size() + BLOCK) / BLOCK * BLOCK;
    int length = blocks();
    note("read uncached " + position + " " + length);
    int got = FileIo.pread(unbuffered().value(), aligned.address(), length, position);
    model.check("uncached read", Memory.bytes(aligned.address(), got), got, position, length);
  }

  private void directWrite() {
    int length = blocks();
    int position = position(Math.min(LARGEST - length, model.size() + 10_000)) / BLOCK * BLOCK;
    note("write uncached " + position + " " + length);
    byte[] data = data(length);
    Memory.copyIn(aligned.address(), data, 0, length);
    int written = FileIo.pwrite(unbuffered().value(), aligned.address(), length, position);
    require(written == length, "uncached write wrote " + written + " of " + length);
    model.write(position, data);
  }

  private int blocks() {
    return BLOCK * (1 + random.nextInt(LONGEST / BLOCK));
  }

  private Fd unbuffered() {
    Fd descriptor = unbuffered;
    if (descriptor == null) {
      throw new IllegalStateException("no descriptor bypasses the cache");
    }
    return descriptor;
  }

  /** A hole reads as zeros, and the end is a hole. */
  private void seek() {
    if (model.size() == 0) {
      return;
    }
    int position = position(model.size());
    note("seek hole and data " + position);
    // A cache above may hold what the file below has not been told of.
    if (storedMapped) {
      writeBack();
    }
    int fd = anyReader().value();
    long hole = FileIo.lseek(fd, position, FileIo.SEEK_HOLE);
    require(hole >= position && hole <= model.size(), "a hole at " + hole);
    long data;
    try {
      data = FileIo.lseek(fd, position, FileIo.SEEK_DATA);
    } catch (LinuxException e) {
      require(e.errno() == Errno.ENXIO, "SEEK_DATA: " + e.errno());
      data = model.size();
    }
    require(data >= position && data <= model.size(), "data at " + data);
    require(
        model.isZero(position, (int) data - position),
        "what is a hole up to " + data + " holds data");
  }

  private void stat() {
    FileStatus status = new FileStatus();
    boolean byName = random.nextBoolean();
    note(byName ? "stat" : "fstat");
    if (byName) {
      FileAttributes.lstatat(Fd.CWD, name(), status);
    } else {
      FileAttributes.fstat(anyReader().value(), status);
    }
    require(status.size() == model.size(), "size " + status.size() + ", not " + model.size());
  }

  /** Mostly no more than writeback, since a disk takes its time. */
  private void sync() {
    note("sync");
    switch (random.nextInt(100)) {
      case 0 -> FileIo.fsync(writer.value());
      case 1 -> FileIo.fdatasync(appender.value());
      default -> writeBack();
    }
  }

  private void writeBack() {
    int all =
        FileIo.SYNC_FILE_RANGE_WAIT_BEFORE
            | FileIo.SYNC_FILE_RANGE_WRITE
            | FileIo.SYNC_FILE_RANGE_WAIT_AFTER;
    FileIo.syncFileRange(writer.value(), 0, 0, all);
    storedMapped = false;
  }

  private void reopen() {
    int which = random.nextInt(direct ? 5 : 4);
    note("reopen " + which);
    switch (which) {
      case 0 -> {
        writer.close();
        writer = open(FileOpen.O_RDWR);
      }
      case 1 -> {
        appender.close();
        appender = open(FileOpen.O_RDWR | FileOpen.O_APPEND);
      }
      case 2 -> {
        reader.close();
        reader = open(FileOpen.O_RDONLY);
      }
      case 3 -> {
        closeAll();
        openAll();
      }
      default -> {
        unbuffered().close();
        unbuffered = open(FileOpen.O_RDWR | FileOpen.O_DIRECT);
      }
    }
  }

  private void closeAll() {
    dropMapping();
    writer.close();
    appender.close();
    reader.close();
    if (unbuffered != null) {
      unbuffered.close();
    }
  }

  /** In an order that is another each time. */
  private void openAll() {
    boolean readerFirst = random.nextBoolean();
    if (readerFirst) {
      reader = open(FileOpen.O_RDONLY);
    }
    unbuffered = direct ? open(FileOpen.O_RDWR | FileOpen.O_DIRECT) : null;
    writer = open(FileOpen.O_RDWR);
    appender = open(FileOpen.O_RDWR | FileOpen.O_APPEND);
    if (!readerFirst) {
      reader = open(FileOpen.O_RDONLY);
    }
  }

  private void rename() throws IOException {
    note("rename");
    Path other = file.equals(first) ? first.resolveSibling(first.getFileName() + ".moved") : first;
    Files.move(file, other, StandardCopyOption.ATOMIC_MOVE);
    file = other;
  }

  private void whole() throws IOException {
    note("read the whole");
    byte[] all = Files.readAllBytes(file);
    model.check("whole", all, all.length, 0, LARGEST * 2);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  @Override
  public void close() {
    closeAll();
  }
}
