package dev.lamina.fuse.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountOptions;
import dev.lamina.linux.DeviceNumber;
import dev.lamina.linux.DirectoryReader;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileHandle;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.LinuxException;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.volume.TestStore;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a mounted volume is to programs beyond the contract: lasting names, listings, nodes. */
@RequiresFuse
@RequiresRoot
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MountedVolumeTest {
  private static final int MANY = 3_000;

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
            .directory("dir")
            .file("dir/file", "content")
            .file("dir/doomed", "doomed")
            .directory("dir/sub")
            .file("dir/sub/deep", "deep")
            .hardLink("link", "dir/file")
            .symlink("symlink", "dir");
    id = store.volume(lower);
    mount = mountVolume(MountOptions.defaults());
  }

  private Mount mountVolume(MountOptions options) {
    return new NativeTransport().mount(store.open(id), target, options);
  }

  private void remount() {
    mount.close();
    mount = mountVolume(MountOptions.defaults());
  }

  @AfterEach
  void close() {
    mount.close();
    store.close();
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

  private FileHandle handle(String path) {
    return FileHandle.at(Fd.CWD, bytes(path), 0);
  }

  private Fd open(FileHandle handle, int flags) {
    try (Fd root = open(".", FileOpen.O_RDONLY | FileOpen.O_DIRECTORY)) {
      return handle.open(root.value(), flags);
    }
  }

  private String text(FileHandle handle) {
    try (Fd file = open(handle, FileOpen.O_RDONLY)) {
      byte[] content = new byte[64];
      int read = FileIo.readFully(file.value(), content, 0, content.length, 0);
      return new String(content, 0, read, UTF_8);
    }
  }

  @Test
  void D1_6_an_absent_name_is_asked_once_and_is_there_when_it_is_made() throws IOException {
    Path absent = target.resolve("dir/absent");
    assertThat(absent).doesNotExist();
    Files.delete(target.resolve("dir/doomed"));
    assertThat(target.resolve("dir/doomed")).doesNotExist();
    long lookups = mount.statistics().of("lookup");
    for (int i = 0; i < 10; i++) {
      assertThat(absent).doesNotExist();
      assertThat(target.resolve("dir/doomed")).doesNotExist();
    }
    assertThat(mount.statistics().of("lookup")).isEqualTo(lookups);
    Files.writeString(absent, "made");
    assertThat(absent).hasContent("made");
    Files.move(absent, target.resolve("dir/doomed"));
    assertThat(absent).doesNotExist();
    assertThat(target.resolve("dir/doomed")).hasContent("made");
  }

  @Test
  void D4_1_everything_in_a_mount_has_one_device() throws IOException {
    long device = status("").device();
    Files.writeString(target.resolve("new"), "new");
    Files.createDirectory(target.resolve("newdir"));
    Files.writeString(target.resolve("dir/file"), "changed");
    Files.move(target.resolve("dir/sub"), target.resolve("newdir/sub"));
    for (String path :
        List.of("dir", "dir/file", "link", "symlink", "new", "newdir", "newdir/sub/deep")) {
      assertThat(status(path).device()).as(path).isEqualTo(device);
    }
  }

  @Test
  void D4_4_a_file_handle_survives_copy_up_rename_and_remount() throws IOException {
    FileHandle file = handle("dir/file");
    FileHandle deep = handle("dir/sub/deep");
    FileHandle sub = handle("dir/sub");
    assertThat(text(file)).isEqualTo("content");

    Files.writeString(target.resolve("link"), "changed");
    assertThat(text(file)).isEqualTo("changed");
    assertThat(handle("link")).isEqualTo(file);
    Files.writeString(target.resolve("made"), "made");
    FileHandle made = handle("made");

    // The kernel knows none of them any more: each is found by its number alone.
    remount();
    assertThat(text(file)).isEqualTo("changed");
    assertThat(text(deep)).isEqualTo("deep");
    assertThat(text(made)).isEqualTo("made");
    remount();
    Files.move(target.resolve("dir/sub"), target.resolve("moved"));
    Files.writeString(target.resolve("moved/deep"), "deeper");
    remount();
    assertThat(text(deep)).isEqualTo("deeper");
    assertThat(handle("moved")).isEqualTo(sub);
    assertThat(handle("moved/deep")).isEqualTo(deep);
    remount();
    try (Fd moved = open(sub, FileOpen.O_RDONLY | FileOpen.O_DIRECTORY)) {
      // Its way up to the root is known too.
      byte[] up = "../dir/file".getBytes(UTF_8);
      try (Fd opened = FileOpen.openat(moved.value(), up, FileOpen.O_RDONLY)) {
        assertThat(opened.value()).isPositive();
      }
      assertThat(DirectoryReader.names(moved.value())).containsExactly("deep".getBytes(UTF_8));
    }
  }

  @Test
  void D4_4_a_file_handle_of_what_is_removed_is_stale() throws IOException {
    Files.writeString(target.resolve("made"), "made");
    Files.createDirectory(target.resolve("newdir"));
    List<FileHandle> handles = List.of(handle("made"), handle("dir/doomed"), handle("newdir"));
    FileHandle named = handle("dir/file");
    Files.delete(target.resolve("made"));
    Files.delete(target.resolve("dir/doomed"));
    Files.delete(target.resolve("newdir"));
    // One name of several is no end.
    Files.delete(target.resolve("dir/file"));
    for (int round = 0; round < 2; round++) {
      for (FileHandle handle : handles) {
        fails(Errno.ESTALE, () -> open(handle, FileOpen.O_RDONLY).close());
      }
      assertThat(text(named)).isEqualTo("content");
      remount();
      // What is made now has a number of its own.
      Files.writeString(target.resolve("another" + round), "another");
      Files.createDirectory(target.resolve("anotherdir" + round));
    }
  }

  @Test
  void D4_4_a_file_handle_opens_what_is_unlinked_but_open() throws IOException {
    FileHandle handle = handle("dir/doomed");
    try (Fd file = open("dir/doomed", FileOpen.O_RDONLY)) {
      Files.delete(target.resolve("dir/doomed"));
      assertThat(file.value()).isPositive();
      assertThat(text(handle)).isEqualTo("doomed");
    }
    remount();
    fails(Errno.ESTALE, () -> open(handle, FileOpen.O_RDONLY).close());
  }

  @Test
  void D5_2_rewinding_reads_the_directory_as_it_is_now() {
    try (Fd opened = open("dir", FileOpen.O_RDONLY | FileOpen.O_DIRECTORY)) {
      // Twice: the second is what the kernel would keep.
      assertThat(names(opened)).containsExactlyInAnyOrder("file", "doomed", "sub");
      assertThat(names(opened)).containsExactlyInAnyOrder("file", "doomed", "sub");
      FileNames.unlinkat(opened.value(), "doomed".getBytes(UTF_8), 0);
      FileNames.mkdirat(opened.value(), "new".getBytes(UTF_8), 0755);
      assertThat(names(opened)).containsExactlyInAnyOrder("file", "new", "sub");
      FileNames.renameat(Fd.CWD, bytes("dir/new"), Fd.CWD, bytes("elsewhere"));
      assertThat(names(opened)).containsExactlyInAnyOrder("file", "sub");
    }
  }

  private static List<String> names(Fd opened) {
    FileIo.lseek(opened.value(), 0, FileIo.SEEK_SET);
    return DirectoryReader.names(opened.value()).stream()
        .map(name -> new String(name, UTF_8))
        .toList();
  }

  @Test
  void D5_2_positions_stay_true_while_the_directory_changes() throws IOException {
    Path many = Files.createDirectory(target.resolve("many"));
    for (int i = 0; i < MANY; i++) {
      Files.createFile(many.resolve("stays" + i));
    }
    try (Fd opened = open("many", FileOpen.O_RDONLY | FileOpen.O_DIRECTORY)) {
      List<Long> positions = new ArrayList<>();
      List<String> order = new ArrayList<>();
      DirectoryReader reader = new DirectoryReader(opened.value());
      while (reader.next()) {
        order.add(new String(reader.name(), UTF_8));
        positions.add(reader.nextPosition());
      }
      assertThat(order).hasSize(MANY + 2);
      // As a program that keeps telldir's answers, while others make, remove and rename.
      for (int i = 0; i < MANY; i += 500) {
        Files.createFile(many.resolve("comes" + i));
        Files.move(many.resolve("comes" + i), many.resolve("moved" + i));
        FileIo.lseek(opened.value(), positions.get(i), FileIo.SEEK_SET);
        DirectoryReader again = new DirectoryReader(opened.value());
        assertThat(again.next()).isTrue();
        assertThat(new String(again.name(), UTF_8)).isEqualTo(order.get(i + 1));
      }
      Map<String, Integer> seen = new HashMap<>();
      FileIo.lseek(opened.value(), 0, FileIo.SEEK_SET);
      DirectoryReader whole = new DirectoryReader(opened.value());
      for (int i = 0; whole.next(); i++) {
        seen.merge(new String(whole.name(), UTF_8), 1, Integer::sum);
        if (i % 300 == 0) {
          Files.createFile(many.resolve("late" + i));
          Files.deleteIfExists(many.resolve("moved" + (i / 500 * 500)));
        }
      }
      IntStream.range(0, MANY).forEach(i -> assertThat(seen).containsEntry("stays" + i, 1));
    }
  }

  @Test
  void D5_3_listings_and_attributes_agree_on_numbers_after_any_change() throws IOException {
    Files.writeString(target.resolve("dir/file"), "changed");
    Files.move(target.resolve("dir/sub"), target.resolve("sub"));
    Files.createDirectory(target.resolve("dir/sub"));
    for (int round = 0; round < 2; round++) {
      for (String path : List.of("", "dir", "sub", "dir/sub")) {
        try (Fd opened = open(path, FileOpen.O_RDONLY | FileOpen.O_DIRECTORY)) {
          DirectoryReader reader = new DirectoryReader(opened.value());
          while (reader.next()) {
            String name = new String(reader.name(), UTF_8);
            boolean isRootsParent = path.isEmpty() && name.equals("..");
            String place = path.isEmpty() ? name : path + "/" + name;
            FileStatus expected = status(isRootsParent ? "" : place);
            assertThat(reader.inode()).as(place).isEqualTo(expected.inode());
            assertThat(reader.kind() << 12).isEqualTo(expected.kind());
          }
        }
      }
      remount();
    }
  }

  @Test
  void D8_6_devices_open_the_hosts_device_unless_the_mount_says_nodev() {
    FileNames.mknodat(Fd.CWD, bytes("zero"), 0020666, zeroDevice());
    try (Fd zero = open("zero", FileOpen.O_RDWR)) {
      assertThat(FileIo.readFully(zero.value(), new byte[10], 0, 10, 0)).isEqualTo(10);
    }
    mount.close();
    mount = mountVolume(MountOptions.parse("nodev"));
    assertThat(status("zero").kind()).isEqualTo(FileStatus.S_IFCHR);
    fails(Errno.EACCES, () -> open("zero", FileOpen.O_RDWR).close());
  }

  private static long zeroDevice() {
    return DeviceNumber.of(1, 5);
  }

  @Test
  void D8_6_a_socket_answers_by_all_its_names_as_long_as_somebody_listens() throws Exception {
    Path bound = target.resolve("dir/socket");
    Path moved = target.resolve("sub-socket");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(bound));
      Files.createLink(target.resolve("second"), bound);
      FileNames.renameat(Fd.CWD, bytes("dir/socket"), Fd.CWD, bytes("sub-socket"));
      FileAttributes.fchmodat(Fd.CWD, bytes("second"), 0700);
      for (Path name : List.of(moved, target.resolve("second"))) {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(name));
            SocketChannel accepted = server.accept()) {
          client.write(ByteBuffer.wrap(new byte[] {7}));
          ByteBuffer received = ByteBuffer.allocate(1);
          accepted.read(received);
          assertThat(received.get(0)).isEqualTo((byte) 7);
        }
      }
    }
    assertThat(status("second").kind()).isEqualTo(FileStatus.S_IFSOCK);
    assertThatThrownBy(() -> SocketChannel.open(UnixDomainSocketAddress.of(moved)).close())
        .isInstanceOf(IOException.class);
    remount();
    assertThat(status("sub-socket").kind()).isEqualTo(FileStatus.S_IFSOCK);
  }
}
