package dev.lamina.fuse.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountOptions;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileHandle;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileMapping;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.Ioctl;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Timespec;
import dev.lamina.linux.Xattrs;
import dev.lamina.store.Blob;
import dev.lamina.store.VerifyOptions;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.tree.Digest;
import dev.lamina.volume.TestStore;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Files that the kernel reads and writes by itself: the rules that keep it from writing into an
 * object. After each test every object has the digest that it is named by.
 */
@RequiresFuse
@RequiresRoot
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PassthroughTest {
  private static final String OBJECT = "o".repeat(100_000);
  private static final String OTHER = "p".repeat(50_000);
  private static final int READ = FileOpen.O_RDONLY;
  private static final int WRITE = FileOpen.O_RDWR;

  @TempDir Path directory;

  private TestStore store;
  private VolumeId id;
  private Path target;
  private Mount mount;

  @BeforeEach
  void openStore() throws IOException {
    store = new TestStore(directory.resolve("store"));
    target = Files.createDirectory(directory.resolve("mount"));
    LowerTree lower =
        LowerTree.empty()
            .file("object", OBJECT)
            .hardLink("link", "object")
            .file("other", OTHER)
            .file("inline", "inline")
            .file("void", "")
            .directory("dir");
    id = store.volume(lower);
    mount = mountVolume("");
  }

  private Mount mountVolume(String options) {
    return new NativeTransport().mount(store.open(id), target, MountOptions.parse(options));
  }

  @AfterEach
  void noObjectWasWritten() throws IOException {
    try {
      expectNoBackings();
      mount.close();
      expectObjectsIntact();
    } finally {
      mount.close();
      store.close();
    }
  }

  private void expectObjectsIntact() throws IOException {
    assertThat(store.store().verify(VerifyOptions.everything()).damages()).isEmpty();
    Path all = store.store().layout().objects();
    try (Stream<Path> objects = Files.walk(all)) {
      for (Path object : objects.filter(Files::isRegularFile).toList()) {
        String name = all.relativize(object).toString().replace("/", "");
        assertThat(Digest.sha256(Files.readAllBytes(object)).hex()).isEqualTo(name);
      }
    }
  }

  /** The kernel says asynchronously that it has closed a file. */
  private void expectBackings(int count) {
    for (int i = 0; i < 1000 && mount.statistics().backings() != count; i++) {
      pause();
    }
    assertThat(mount.statistics().backings()).isEqualTo(count);
  }

  private void expectNoBackings() {
    expectBackings(0);
  }

  private static void pause() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void fails(Errno errno, ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(LinuxException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  private byte[] bytes(String path) {
    return target.resolve(path).toString().getBytes(UTF_8);
  }

  private Fd open(String path, int flags) {
    return FileOpen.openat(Fd.CWD, bytes(path), flags, 0644);
  }

  private FileStatus status(String path) {
    FileStatus status = new FileStatus();
    FileAttributes.lstatat(Fd.CWD, bytes(path), status);
    return status;
  }

  private static FileStatus status(Fd file) {
    FileStatus status = new FileStatus();
    FileAttributes.fstat(file.value(), status);
    return status;
  }

  private static String text(Fd file) {
    byte[] content = new byte[200_000];
    int read = FileIo.readFully(file.value(), content, 0, content.length, 0);
    return new String(content, 0, read, UTF_8);
  }

  private String text(String path) {
    try (Fd file = open(path, READ)) {
      return text(file);
    }
  }

  private static void write(Fd file, String text, long position) {
    byte[] bytes = text.getBytes(UTF_8);
    FileIo.writeFully(file.value(), bytes, 0, bytes.length, position);
  }

  private long requests(String... operations) {
    return Stream.of(operations).mapToLong(mount.statistics()::of).sum();
  }

  // What it is for

  @Test
  void the_kernel_reads_and_writes_large_files_without_asking() {
    try (Fd file = open("object", READ)) {
      assertThat(text(file)).isEqualTo(OBJECT);
      expectBackings(1);
    }
    try (Fd file = open("made", WRITE | FileOpen.O_CREAT)) {
      write(file, OTHER, 0);
      write(file, "end", OTHER.length());
      assertThat(status(file).size()).isEqualTo(OTHER.length() + 3);
      assertThat(status("made").size()).isEqualTo(OTHER.length() + 3);
      assertThat(text(file)).isEqualTo(OTHER + "end");
    }
    try (Fd file = open("other", WRITE | FileOpen.O_APPEND)) {
      write(file, "appended", 0);
      assertThat(status("other").size()).isEqualTo(OTHER.length() + 8);
    }
    assertThat(text("other")).isEqualTo(OTHER + "appended");
    assertThat(requests("read", "write")).isZero();
  }

  @Test
  void it_is_left_out_where_asked() {
    mount.close();
    mount = mountVolume("nopassthrough");
    try (Fd reader = open("object", READ);
        Fd writer = open("object", WRITE)) {
      write(writer, "new", 0);
      // One inode throughout, so that the reader sees it.
      assertThat(text(reader)).startsWith("newooo");
      assertThat(mount.statistics().backingsOpened()).isZero();
      assertThat(requests("write")).isEqualTo(1);
    }
  }

  // Rule 1

  @Test
  void rule_1_all_opens_of_a_node_share_one_backing_until_the_last_is_closed() {
    List<Fd> open = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      open.add(open(i % 2 == 0 ? "object" : "link", READ));
    }
    expectBackings(1);
    open.removeFirst().close();
    assertThat(text("link")).isEqualTo(OBJECT);
    expectBackings(1);
    open.forEach(Fd::close);
    expectNoBackings();
    try (Fd writer = open("object", WRITE);
        Fd reader = open("link", READ);
        Fd appender = open("link", FileOpen.O_WRONLY | FileOpen.O_APPEND)) {
      write(writer, "new", 0);
      write(appender, "end", 0);
      assertThat(text(reader)).isEqualTo("new" + OBJECT.substring(3) + "end");
      expectBackings(1);
    }
    assertThat(mount.statistics().backingsOpened()).isEqualTo(2);
  }

  @Test
  void rule_1_a_file_that_the_daemon_serves_is_served_until_it_is_idle() {
    try (Fd reader = open("inline", READ)) {
      try (Fd writer = open("inline", WRITE)) {
        write(writer, OTHER, 0);
        assertThat(text(reader)).isEqualTo(OTHER);
      }
      try (Fd second = open("inline", WRITE)) {
        write(second, "x", 0);
        assertThat(text(reader)).isEqualTo("x" + OTHER.substring(1));
      }
      assertThat(mount.statistics().backingsOpened()).isZero();
    }
    long served = requests("read", "write");
    expectIdle("inline");
    try (Fd file = open("inline", WRITE)) {
      expectBackings(1);
      assertThat(text(file)).isEqualTo("x" + OTHER.substring(1));
      write(file, "y", 0);
      assertThat(text(file)).startsWith("ypp");
    }
    assertThat(requests("read", "write")).isEqualTo(served);
  }

  /** Waits until the last close has come through: an open is then given a backing. */
  private void expectIdle(String path) {
    for (int i = 0; i < 1000; i++) {
      try (Fd file = open(path, READ)) {
        assertThat(file.isOpen()).isTrue();
        if (mount.statistics().backings() > 0) {
          return;
        }
      }
      pause();
    }
    throw new AssertionError(path + " is open still");
  }

  @Test
  void rule_1_an_empty_file_is_served_by_the_daemon_until_it_is_idle() {
    try (Fd reader = open("void", READ);
        Fd writer = open("void", WRITE)) {
      write(writer, OTHER, 0);
      assertThat(text(reader)).isEqualTo(OTHER);
      assertThat(mount.statistics().backingsOpened()).isZero();
    }
    expectIdle("void");
    assertThat(text("void")).isEqualTo(OTHER);
  }

  // Rule 2

  /** How a file is changed while somebody reads its object. */
  enum Way {
    WRITE,
    WRITE_ONLY,
    APPEND,
    TRUNCATING_OPEN,
    CREATING_OPEN,
    TRUNCATE_BY_NAME,
    TRUNCATE_TO_NOTHING,
    BY_ANOTHER_NAME,
    AFTER_RENAME,
    MAPPING
  }

  /** Changes the object and returns what it holds then. */
  private String change(Way way) {
    return switch (way) {
      case WRITE -> changed("object", FileOpen.O_RDWR, "new" + OBJECT.substring(3));
      case WRITE_ONLY -> changed("object", FileOpen.O_WRONLY, "new" + OBJECT.substring(3));
      case APPEND -> changed("object", FileOpen.O_WRONLY | FileOpen.O_APPEND, OBJECT + "new");
      case TRUNCATING_OPEN -> changed("object", FileOpen.O_WRONLY | FileOpen.O_TRUNC, "new");
      case CREATING_OPEN ->
          changed("object", FileOpen.O_RDWR | FileOpen.O_CREAT | FileOpen.O_TRUNC, "new");
      case TRUNCATE_BY_NAME -> {
        FileIo.truncate(bytes("object"), 5);
        yield "ooooo";
      }
      case TRUNCATE_TO_NOTHING -> {
        FileIo.truncate(bytes("object"), 0);
        yield "";
      }
      case BY_ANOTHER_NAME -> changed("link", FileOpen.O_RDWR, "new" + OBJECT.substring(3));
      case AFTER_RENAME -> {
        FileNames.renameat(Fd.CWD, bytes("object"), Fd.CWD, bytes("dir/moved"));
        String content = changed("dir/moved", FileOpen.O_RDWR, "new" + OBJECT.substring(3));
        FileNames.renameat(Fd.CWD, bytes("dir/moved"), Fd.CWD, bytes("object"));
        yield content;
      }
      case MAPPING -> {
        try (FileMapping map = mapping("object")) {
          map.segment().setString(0, "new");
          map.segment().set(ValueLayout.JAVA_BYTE, 3, (byte) 'o');
        }
        yield "new" + OBJECT.substring(3);
      }
    };
  }

  /** A writable mapping of a file whose descriptor is closed. */
  private FileMapping mapping(String path) {
    try (Fd file = open(path, WRITE)) {
      return FileMapping.shared(file.value(), 0, 4096, true);
    }
  }

  private String changed(String path, int flags, String content) {
    try (Fd file = open(path, flags)) {
      write(file, "new", 0);
    }
    return content;
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void rule_2_a_writer_never_reaches_the_object_that_is_read(Way way) {
    long inode = status("object").inode();
    try (Fd reader = open("object", READ);
        FileMapping map = FileMapping.shared(reader.value(), 0, 4096, false)) {
      assertThat(text(reader)).isEqualTo(OBJECT);
      String content = change(way);
      assertThat(text("object")).isEqualTo(content);
      assertThat(text("link")).isEqualTo(content);
      // What reads on by the old descriptor has what it had; it is the same inode all the same.
      assertThat(text(reader)).isEqualTo(OBJECT);
      assertThat(map.segment().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'o');
      for (FileStatus status : List.of(status(reader), status("object"), status("link"))) {
        assertThat(status.inode()).isEqualTo(inode);
        assertThat(status.size()).isEqualTo(content.length());
        assertThat(status.links()).isEqualTo(2);
      }
      // Again, now that the file has data of its own.
      try (Fd again = open("link", WRITE)) {
        write(again, "again", 0);
        assertThat(text("object")).startsWith("again");
        assertThat(text(reader)).isEqualTo(OBJECT);
      }
    }
    expectNoBackings();
    assertThat(text("object")).startsWith("again");
    assertThat(mount.statistics().defects()).isZero();
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void rule_2_a_reader_behind_the_writer_reads_what_is_written(Way way) {
    try (Fd writer = open("link", WRITE)) {
      String content = change(way);
      try (Fd reader = open("object", READ)) {
        assertThat(text(reader)).isEqualTo(content);
        write(writer, "more", 0);
        assertThat(text(reader)).startsWith("more");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void rule_2_a_mapping_without_a_descriptor_keeps_the_object(Way way) {
    FileMapping map;
    try (Fd reader = open("object", READ)) {
      map = FileMapping.shared(reader.value(), 0, OBJECT.length(), false);
    }
    expectNoBackings();
    try (map) {
      String content = change(way);
      assertThat(map.segment().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'o');
      assertThat(text("object")).isEqualTo(content);
    }
  }

  @Test
  void rule_2_copy_ups_that_race_leave_one_file_and_an_intact_object() throws Exception {
    int writers = 8;
    for (int round = 0; round < 10; round++) {
      String name = "race" + round;
      try (ExecutorService pool = Executors.newFixedThreadPool(writers + 1);
          Fd reader = open("object", READ)) {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
          int place = i;
          running.add(
              pool.submit(
                  () -> {
                    try (Fd file = open(place % 2 == 0 ? "object" : "link", WRITE)) {
                      write(file, Character.toString('A' + place), place);
                    }
                  }));
        }
        running.add(pool.submit(() -> text("object")));
        for (Future<?> one : running) {
          one.get();
        }
        assertThat(text(reader)).as(name).startsWith(round == 0 ? "oooo" : "ABCDEFGHo");
        assertThat(text("object")).as(name).startsWith("ABCDEFGHo");
      }
      expectNoBackings();
    }
  }

  @Test
  void rule_2_readers_and_writers_that_race_see_no_error() throws Exception {
    for (int i = 0; i < 30; i++) {
      try (Fd file = open("file" + i, FileOpen.O_CREAT | FileOpen.O_WRONLY)) {
        write(file, OBJECT + i, 0);
      }
    }
    Consumer<Integer> read = i -> assertThat(text("file" + i)).hasSizeGreaterThan(OBJECT.length());
    Consumer<Integer> write =
        i -> {
          try (Fd file = open("file" + i, WRITE)) {
            write(file, "w", i);
          }
        };
    try (ExecutorService pool = Executors.newFixedThreadPool(6)) {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < 6; t++) {
        Consumer<Integer> work = t % 2 == 0 ? read : write;
        running.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < 150; i++) {
                    work.accept(i % 30);
                  }
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
    assertThat(mount.statistics().defects()).isZero();
  }

  // Rule 3

  @Test
  void rule_3_a_retired_node_is_not_opened_but_all_else_on_it_is_done_to_the_inode() {
    try (Fd old = open("object", READ)) {
      change(Way.WRITE);
      fails(Errno.ESTALE, () -> FileOpen.reopen(old.value(), WRITE).close());
      fails(Errno.ESTALE, () -> FileOpen.reopen(old.value(), READ).close());

      FileAttributes.fchmod(old.value(), 0604);
      assertThat(status("object").permissions()).isEqualTo(0604);
      assertThat(status(old).permissions()).isEqualTo(0604);
      FileAttributes.fchown(old.value(), 12, 34);
      assertThat(status("link").uid()).isEqualTo(12);
      assertThat(status(old).gid()).isEqualTo(34);
      FileAttributes.futimens(old.value(), 1_000_000_001L, 2_000_000_002L);
      assertThat(status("object").modifyTime()).isEqualTo(2_000_000_002L);
      assertThat(status(old).accessTime()).isEqualTo(1_000_000_001L);
      Xattrs.fset(old.value(), "user.a".getBytes(UTF_8), new byte[] {1}, 0);
      assertThat(Xattrs.list(bytes("object"))).containsExactly("user.a".getBytes(UTF_8));

      // And what is done by name shows on it.
      FileAttributes.fchmodat(Fd.CWD, bytes("link"), 0640);
      assertThat(status(old).permissions()).isEqualTo(0640);
      FileNames.unlinkat(Fd.CWD, bytes("link"), 0);
      assertThat(status(old).links()).isEqualTo(1);
      FileNames.linkOpenFile(old.value(), Fd.CWD, bytes("again"));
      assertThat(status(old).links()).isEqualTo(2);
      assertThat(text("again")).startsWith("newooo");
      FileIo.fsync(old.value());
      try (Fd writer = open("again", WRITE)) {
        write(writer, "x", OBJECT.length() + 9);
        assertThat(status(old).size()).isEqualTo(OBJECT.length() + 10);
      }
      FileNames.unlinkat(Fd.CWD, bytes("again"), 0);
      FileNames.unlinkat(Fd.CWD, bytes("object"), 0);
      assertThat(status(old).links()).isZero();
      assertThat(text(old)).isEqualTo(OBJECT);
    }
    assertThat(target.resolve("object")).doesNotExist();
  }

  @Test
  void rule_3_a_node_that_nothing_has_open_is_written_by_the_id_it_has() {
    try (Fd path = open("object", FileOpen.O_PATH)) {
      try (Fd writer = FileOpen.reopen(path.value(), WRITE)) {
        write(writer, "new", 0);
      }
      assertThat(text("object")).startsWith("newooo");
      try (Fd writer = FileOpen.reopen(path.value(), WRITE | FileOpen.O_TRUNC)) {
        write(writer, "short", 0);
      }
      assertThat(text("link")).isEqualTo("short");
    }
  }

  @Test
  void rule_3_a_retired_node_is_opened_again_once_nothing_reads_the_object_by_it() {
    try (Fd path = open("object", FileOpen.O_PATH)) {
      try (Fd old = open("object", READ)) {
        change(Way.WRITE);
        fails(Errno.ESTALE, () -> FileOpen.reopen(path.value(), READ).close());
        fails(Errno.ESTALE, () -> FileOpen.reopen(path.value(), WRITE).close());
        assertThat(text(old)).isEqualTo(OBJECT);
      }
      String content = "new" + OBJECT.substring(3);
      try (Fd reader = FileOpen.reopen(path.value(), READ)) {
        assertThat(text(reader)).isEqualTo(content);
      }
      // By both node ids at once, each of which the kernel writes and maps by itself.
      try (Fd again = FileOpen.reopen(path.value(), WRITE);
          Fd named = open("link", WRITE);
          FileMapping map = FileMapping.shared(again.value(), 0, 4096, true);
          FileMapping other = FileMapping.shared(named.value(), 0, 4096, true)) {
        expectBackings(2);
        write(named, "named", 0);
        assertThat(text(again)).startsWith("named");
        write(again, "again", 0);
        assertThat(text(named)).startsWith("again");
        map.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 'X');
        assertThat(other.segment().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'X');
        assertThat(text(named)).startsWith("Xgain");
        FileIo.ftruncate(again.value(), 200_000);
        assertThat(status(named).size()).isEqualTo(200_000);
        assertThat(status("object").size()).isEqualTo(200_000);
      }
      assertThat(text("object")).startsWith("Xgain").hasSize(200_000);
      try (Fd cut = FileOpen.reopen(path.value(), WRITE | FileOpen.O_TRUNC)) {
        write(cut, "short", 0);
      }
      assertThat(text("link")).isEqualTo("short");
      assertThat(requests("read", "write")).isZero();
    }
    assertThat(mount.statistics().defects()).isZero();
  }

  @Test
  void rule_3_a_retired_node_is_opened_right_behind_the_close_of_its_last_reader()
      throws IOException {
    mount.close();
    LowerTree lower = LowerTree.empty();
    for (int i = 0; i < 100; i++) {
      lower = lower.file("file" + i, OBJECT + i);
    }
    id = store.volume(lower);
    mount = mountVolume("");
    for (int i = 0; i < 100; i++) {
      try (Fd path = open("file" + i, FileOpen.O_PATH)) {
        try (Fd reader = open("file" + i, READ)) {
          assertThat(changed("file" + i, WRITE, "new")).isEqualTo("new");
          assertThat(reader.isOpen()).isTrue();
        }
        try (Fd again = FileOpen.reopen(path.value(), i % 2 == 0 ? WRITE : READ)) {
          assertThat(text(again)).startsWith("new").hasSizeGreaterThan(OBJECT.length());
        }
      }
    }
  }

  @Test
  void rule_3_what_the_daemon_serves_by_two_node_ids_is_cached_by_neither() {
    try (Fd path = open("object", FileOpen.O_PATH)) {
      try (Fd old = open("object", READ)) {
        change(Way.WRITE);
        assertThat(text(old)).isEqualTo(OBJECT);
      }
      expectNoBackings();
      // The kernel is not given what is append-only.
      setFlags("object", 0x20);
      int append = FileOpen.O_RDWR | FileOpen.O_APPEND;
      try (Fd again = FileOpen.reopen(path.value(), append);
          Fd named = open("object", append)) {
        assertThat(mount.statistics().backings()).isZero();
        String content = "new" + OBJECT.substring(3);
        for (int i = 0; i < 5; i++) {
          write(i % 2 == 0 ? again : named, "more" + i, 0);
          content += "more" + i;
          assertThat(text(named)).isEqualTo(content);
          assertThat(text(again)).isEqualTo(content);
        }
      }
      setFlags("object", 0);
    }
  }

  @Test
  void rule_3_what_was_cached_before_another_node_id_wrote_is_not_believed() {
    try (Fd path = open("object", FileOpen.O_PATH)) {
      try (Fd old = open("object", READ)) {
        change(Way.WRITE);
        assertThat(text(old)).isEqualTo(OBJECT);
      }
      expectNoBackings();
      setFlags("object", 0x20);
      try (Fd named = open("object", READ);
          FileMapping map = FileMapping.shared(named.value(), 0, 200_000, false)) {
        // A mapping puts pages into the cache all the same.
        assertThat(map.segment().get(ValueLayout.JAVA_BYTE, 100_001)).isZero();
        try (Fd again = FileOpen.reopen(path.value(), FileOpen.O_WRONLY | FileOpen.O_APPEND)) {
          write(again, "more", 0);
        }
      }
    }
    dropCaches();
    // The retired id is forgotten, and the file is cached as any other.
    for (int i = 0; i < 3; i++) {
      assertThat(text("object")).isEqualTo("new" + OBJECT.substring(3) + "more");
    }
    setFlags("object", 0);
  }

  private void setFlags(String path, int flags) {
    try (Fd file = open(path, READ)) {
      Ioctl.setInodeFlags(file.value(), flags);
    }
    expectNoBackings();
  }

  @Test
  void rule_3_a_file_handle_is_opened_whatever_else_is_open() {
    FileHandle before = FileHandle.at(Fd.CWD, bytes("object"), 0);
    FileHandle during;
    try (Fd old = open("object", READ)) {
      change(Way.WRITE);
      assertThat(text(old)).isEqualTo(OBJECT);
      during = FileHandle.at(Fd.CWD, bytes("object"), 0);
    }
    mount.close();
    mount = mountVolume("");
    try (Fd named = open("object", WRITE)) {
      for (FileHandle handle : List.of(before, during)) {
        write(named, "more", 0);
        assertThat(text(handle)).startsWith("more");
        FileAttributes.fchmodat(Fd.CWD, bytes("object"), 0600);
        try (Fd root = open(".", READ | FileOpen.O_DIRECTORY);
            Fd file = handle.open(root.value(), WRITE)) {
          FileAttributes.fchmodat(Fd.CWD, bytes("object"), 0640);
          assertThat(status(file).permissions()).isEqualTo(0640);
          write(file, "handle", 0);
          assertThat(status("object").size()).isEqualTo(OBJECT.length());
        }
        assertThat(text(named)).startsWith("handle");
      }
    }
    assertThat(mount.statistics().defects()).isZero();
  }

  @Test
  void rule_3_a_file_handle_finds_the_inode_whichever_node_id_it_had() {
    FileHandle before = FileHandle.at(Fd.CWD, bytes("object"), 0);
    FileHandle during;
    try (Fd old = open("object", READ)) {
      change(Way.WRITE);
      assertThat(text(old)).isEqualTo(OBJECT);
      during = FileHandle.at(Fd.CWD, bytes("object"), 0);
      assertThat(text(during)).startsWith("newooo");
    }
    mount.close();
    mount = mountVolume("");
    for (FileHandle handle : List.of(before, during, before)) {
      // By one node id at a time: the other is closed.
      expectNoBackings();
      assertThat(text(handle)).startsWith("newooo");
    }
    assertThat(text("object")).startsWith("newooo");
  }

  private String text(FileHandle handle) {
    try (Fd root = open(".", READ | FileOpen.O_DIRECTORY);
        Fd file = handle.open(root.value(), READ)) {
      return text(file);
    }
  }

  @Test
  void rule_3_references_are_counted_by_node_id() {
    for (int i = 0; i < 5; i++) {
      try (Fd file = open("file", FileOpen.O_CREAT | WRITE)) {
        write(file, OBJECT, 0);
      }
      try (Fd old = open(i % 2 == 0 ? "object" : "other", READ)) {
        change(Way.WRITE);
        assertThat(text(old)).isNotEmpty();
      }
      expectNoBackings();
      dropCaches();
      assertThat(text("object")).startsWith("newooo");
    }
    mount.close();
    mount = mountVolume("");
    assertThat(text("object")).startsWith("newooo");
    assertThat(mount.statistics().defects()).isZero();
  }

  private static void dropCaches() {
    try (Fd file = FileOpen.openat(Fd.CWD, "/proc/sys/vm/drop_caches".getBytes(UTF_8), 1)) {
      write(file, "2", 0);
    }
  }

  // Rule 4

  @Test
  void rule_4_an_object_that_is_handed_on_cannot_be_opened_for_writing() {
    Digest digest = Digest.sha256(OBJECT.getBytes(UTF_8));
    Blob.ObjectFile object = (Blob.ObjectFile) store.store().blob(digest, OBJECT.length());
    try (Fd file = store.store().openGuardedObject(object).orElseThrow()) {
      fails(Errno.EROFS, () -> FileOpen.reopen(file.value(), WRITE).close());
      assertThat(text(file)).isEqualTo(OBJECT);
    }
  }

  @Test
  void rule_4_what_the_kernel_may_still_write_is_known() {
    try (Fd file = open("other", WRITE)) {
      write(file, "new", 0);
    }
    expectNoBackings();
    try (FileMapping map = mapping("other")) {
      expectNoBackings();
      long asked = requests("getattr", "statx");
      long before = status("other").modifyTime();
      map.segment().set(ValueLayout.JAVA_BYTE, 10, (byte) 'X');
      boolean seen = false;
      for (int i = 0; i < 1000 && !seen; i++) {
        pause();
        seen = status("other").modifyTime() > before;
      }
      // The kernel believes it for a second, then asks.
      assertThat(seen).isTrue();
      assertThat(requests("getattr", "statx")).isGreaterThan(asked);
    }
    expectAttributesKept("other");
  }

  /** Waits until the kernel keeps a file's attributes for longer than those that expire. */
  private void expectAttributesKept(String path) {
    long last = -1;
    int quiet = 0;
    for (int i = 0; i < 1000 && quiet < 300; i++) {
      pause();
      assertThat(status(path).inode()).isPositive();
      long asked = requests("getattr", "statx", "lookup");
      quiet = asked == last ? quiet + 1 : 0;
      last = asked;
    }
    assertThat(quiet).isEqualTo(300);
  }

  // Rule 5

  @Test
  void rule_5_at_most_4096_files_are_handed_on_and_the_others_are_served() {
    List<Fd> open = new ArrayList<>();
    try {
      for (int i = 0; i < KeptBackings.MOST + 10; i++) {
        Fd file = open("dir/" + i, FileOpen.O_CREAT | WRITE);
        open.add(file);
        write(file, "content" + i, 0);
      }
      assertThat(mount.statistics().backings()).isEqualTo(KeptBackings.MOST);
      assertThat(text(open.getLast())).isEqualTo("content" + (open.size() - 1));
      assertThat(requests("write")).isEqualTo(10);
      try (Fd again = open("dir/" + (open.size() - 1), WRITE)) {
        write(again, "CON", 0);
        assertThat(text(open.getLast())).isEqualTo("CONtent" + (open.size() - 1));
      }
    } finally {
      open.forEach(Fd::close);
    }
    expectNoBackings();
  }

  // What is kept for the next open

  private void mountWithAtMost(int files) {
    mount.close();
    mount =
        new NativeTransport(
                EnumSet.allOf(InitFlag.class), Set.of(MountCall.class), 2, new KeptBackings(files))
            .mount(store.open(id), target, MountOptions.parse(""));
  }

  @Test
  void a_file_that_is_closed_is_kept_for_the_next_open() {
    for (int i = 0; i < 5; i++) {
      assertThat(text(i % 2 == 0 ? "object" : "link")).isEqualTo(OBJECT);
      expectNoBackings();
    }
    assertThat(mount.statistics().backingsOpened()).isEqualTo(1);
    assertThat(mount.statistics().backingsKept()).isEqualTo(1);
    for (int i = 0; i < 5; i++) {
      assertThat(changed("object", WRITE, "new" + i)).isEqualTo("new" + i);
      expectNoBackings();
      assertThat(text("object")).startsWith("new");
      expectNoBackings();
    }
    // The object was let go of, and the own file took its place.
    assertThat(mount.statistics().backingsOpened()).isEqualTo(2);
    assertThat(mount.statistics().backingsKept()).isEqualTo(1);
    assertThat(requests("read", "write")).isZero();
  }

  @Test
  void what_is_kept_goes_with_its_file_and_with_what_the_kernel_forgets() {
    assertThat(text("other")).isEqualTo(OTHER);
    try (Fd file = open("made", FileOpen.O_CREAT | WRITE)) {
      write(file, OTHER, 0);
    }
    expectKept(2);
    FileNames.unlinkat(Fd.CWD, bytes("made"), 0);
    expectKept(1);
    for (int i = 0; i < 100 && mount.statistics().backingsKept() > 0; i++) {
      dropCaches();
      pause();
    }
    assertThat(mount.statistics().backingsKept()).isZero();
    assertThat(text("other")).isEqualTo(OTHER);
  }

  private void expectKept(int count) {
    expectNoBackings();
    for (int i = 0; i < 1000 && mount.statistics().backingsKept() != count; i++) {
      pause();
    }
    assertThat(mount.statistics().backingsKept()).isEqualTo(count);
  }

  @Test
  void what_is_kept_makes_room_for_what_is_opened_in_all_mounts_together() throws IOException {
    mountWithAtMost(10);
    for (int i = 0; i < 30; i++) {
      try (Fd file = open("dir/" + i, FileOpen.O_CREAT | WRITE)) {
        write(file, "content" + i, 0);
      }
    }
    expectKept(10);
    assertThat(requests("read", "write")).isZero();
    List<Fd> open = new ArrayList<>();
    try {
      for (int i = 0; i < 12; i++) {
        Fd file = open("dir/" + i, WRITE);
        open.add(file);
        assertThat(text(file)).isEqualTo("content" + i);
      }
      assertThat(mount.statistics().backings()).isEqualTo(10);
      assertThat(mount.statistics().backingsKept()).isZero();
      assertThat(requests("read")).isPositive();
    } finally {
      open.forEach(Fd::close);
    }
    expectKept(10);
  }

  @Test
  void two_mounts_share_the_bound() throws IOException {
    mount.close();
    NativeTransport transport =
        new NativeTransport(
            EnumSet.allOf(InitFlag.class), Set.of(MountCall.class), 2, new KeptBackings(3));
    mount = transport.mount(store.open(id), target, MountOptions.parse(""));
    Path second = Files.createDirectory(directory.resolve("second"));
    VolumeId other =
        store.volume(
            LowerTree.empty().file("a", OBJECT + "a").file("b", OBJECT + "b").file("c", OTHER));
    try (Mount beside = transport.mount(store.open(other), second, MountOptions.parse(""))) {
      assertThat(text("object")).isEqualTo(OBJECT);
      assertThat(text("other")).isEqualTo(OTHER);
      expectKept(2);
      for (String name : List.of("a", "b", "c")) {
        assertThat(Files.size(second.resolve(name))).isPositive();
        assertThat(Files.readString(second.resolve(name))).isNotEmpty();
      }
      expectKept(0);
      assertThat(text("object")).isEqualTo(OBJECT);
      assertThat(beside.statistics().of("read")).isZero();
    }
    // What the other mount kept is gone with it.
    assertThat(text("object")).isEqualTo(OBJECT);
    assertThat(text("other")).isEqualTo(OTHER);
    assertThat(changed("link", WRITE, "new")).isEqualTo("new");
    expectKept(2);
    assertThat(requests("read", "write")).isZero();
  }

  @Test
  void what_was_found_damaged_is_not_read_on_from_what_is_kept() throws IOException {
    assertThat(text("other")).isEqualTo(OTHER);
    expectKept(1);
    Path object = store.store().layout().object(Digest.sha256(OTHER.getBytes(UTF_8)));
    byte[] right = Files.readAllBytes(object);
    Path kept = directory.resolve("kept");
    Files.createLink(kept, object);
    // A disk's damage: other bytes in the same file.
    try (Fd file = FileOpen.openat(Fd.CWD, object.toString().getBytes(UTF_8), WRITE)) {
      write(file, "damage", 0);
      assertThat(store.store().verify(VerifyOptions.everything()).damages()).isNotEmpty();
      fails(Errno.EIO, () -> open("other", READ).close());
      FileIo.writeFully(file.value(), right, 0, right.length, 0);
    }
    assertThat(mount.statistics().backingsKept()).isZero();
    heal();
    assertThat(text("other")).isEqualTo(OTHER);
  }

  /** Imports what was damaged again. */
  private void heal() throws IOException {
    store.volume(LowerTree.empty().file("again", OTHER));
  }

  // What still comes to the daemon

  @Test
  void holes_allocation_and_copies_are_the_daemons_and_agree_with_the_kernels_reads() {
    try (Fd from = open("object", READ);
        Fd to = open("made", FileOpen.O_CREAT | WRITE)) {
      assertThat(FileIo.copyFileRange(from.value(), 10, to.value(), 0, 1000)).isEqualTo(1000);
      assertThat(text(to)).isEqualTo("o".repeat(1000));
      FileIo.fallocate(to.value(), 0, 0, 200_000);
      assertThat(status(to).size()).isEqualTo(200_000);
      int punch = FileIo.FALLOC_FL_KEEP_SIZE | 2;
      FileIo.fallocate(to.value(), punch, 0, 100_000);
      assertThat(FileIo.lseek(to.value(), 0, FileIo.SEEK_HOLE)).isZero();
      write(to, "data", 150_000);
      assertThat(text(to).substring(150_000, 150_004)).isEqualTo("data");
      FileIo.ftruncate(to.value(), 150_002);
      assertThat(text(to)).endsWith("da").hasSize(150_002);
      change(Way.WRITE);
      // A retired reader copies what it reads.
      assertThat(FileIo.copyFileRange(from.value(), 0, to.value(), 0, 3)).isEqualTo(3);
      assertThat(text(to)).startsWith("ooo");
    }
  }

  @Test
  void an_append_only_file_is_only_ever_appended_to() {
    try (Fd file = open("log", FileOpen.O_CREAT | WRITE)) {
      write(file, "one", 0);
      Ioctl.setInodeFlags(file.value(), 0x20);
    }
    expectNoBackings();
    try (Fd file = open("log", FileOpen.O_WRONLY | FileOpen.O_APPEND)) {
      write(file, "two", 0);
      FileOpen.setFlags(file.value(), 0);
      assertThatThrownBy(() -> write(file, "bad", 0))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPERM));
      assertThat(mount.statistics().backings()).isZero();
    }
    assertThat(text("log")).isEqualTo("onetwo");
    try (Fd file = open("log", READ)) {
      Ioctl.setInodeFlags(file.value(), 0);
    }
  }

  // The store beside it

  @Test
  void an_object_that_goes_while_it_is_read_is_read_on() throws IOException {
    Path object = store.store().layout().object(Digest.sha256(OTHER.getBytes(UTF_8)));
    Path kept = directory.resolve("kept");
    try (Fd reader = open("other", READ)) {
      Files.createLink(kept, object);
      Files.delete(object);
      assertThat(text(reader)).isEqualTo(OTHER);
      try (Fd second = open("other", READ)) {
        assertThat(text(second)).isEqualTo(OTHER);
      }
    }
    Files.move(kept, object);
  }

  @Test
  void times_of_the_data_are_the_files() {
    FileAttributes.utimensat(Fd.CWD, bytes("object"), Timespec.OMIT, 1_000_000_000L, 0);
    try (Fd file = open("object", WRITE)) {
      assertThat(status("object").modifyTime()).isEqualTo(1_000_000_000L);
      write(file, "new", 0);
      assertThat(status("object").modifyTime()).isGreaterThan(1_000_000_000L);
      FileAttributes.futimens(file.value(), Timespec.OMIT, 3_000_000_000L);
      assertThat(status(file).modifyTime()).isEqualTo(3_000_000_000L);
    }
    assertThat(status("object").modifyTime()).isEqualTo(3_000_000_000L);
  }
}
