package dev.lamina.fuse.semantics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.fs.FileKind;
import dev.lamina.fuse.MountOptions;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileHandle;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.Ioctl;
import dev.lamina.linux.LinuxException;
import dev.lamina.store.VerifyOptions;
import dev.lamina.store.VolumeId;
import dev.lamina.testing.fs.LowerTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Users of a mount who want what is not theirs: the store's objects, other volumes, the daemon.
 * After each test the store is as it should be.
 */
final class HostileUserTest extends SemanticsTest {
  private static final String OBJECT = "o".repeat(100_000);
  private static final int IMMUTABLE = 0x10;

  @AfterEach
  void theStoreIsWhole() {
    assertThat(store().store().verify(VerifyOptions.everything()).damages()).isEmpty();
  }

  private static LowerTree lower() throws IOException {
    return LowerTree.empty()
        .mode("", 0777)
        .file("object", OBJECT)
        .mode("object", 0666)
        .file("small", "small")
        .directory("dir")
        .mode("dir", 0777)
        .file("id", Files.readAllBytes(Path.of("/usr/bin/id")))
        .mode("id", 04755)
        .special("zero", FileKind.CHARACTER_DEVICE, 0x105)
        .mode("zero", 0666);
  }

  private Lamina.Mounted mounted(VolumeId id, String options) throws IOException {
    // Users without privileges get to it.
    Path place = Files.createTempDirectory(directory(), "hostile");
    return lamina().mount(place, id, MountOptions.parse(options));
  }

  private Lamina.Mounted mounted(LowerTree tree, String options) throws IOException {
    return mounted(store().volume(tree), options);
  }

  private Path theObject() throws IOException {
    try (Stream<Path> objects = Files.walk(store().store().layout().objects())) {
      return objects
          .filter(file -> Files.isRegularFile(file) && file.toFile().length() == OBJECT.length())
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void the_way_up_leads_out_of_the_mount_as_from_any_other_and_no_further() throws Exception {
    try (Lamina.Mounted union = mounted(lower(), "allow_other")) {
      User user = new User(union);
      assertThat(user.stat("..").inode()).isEqualTo(inode(union.path().resolveSibling(".")));
      assertThat(user.stat("dir/../..").inode()).isEqualTo(user.stat("..").inode());
    }
  }

  private static long inode(Path path) throws IOException {
    return ((Number) Files.getAttribute(path, "unix:ino")).longValue();
  }

  @Test
  void symlinks_that_come_and_go_lead_nobody_to_the_store() throws Exception {
    Path objects = store().store().layout().objects();
    Path outside = Files.createDirectory(directory().resolve("outside"));
    try (Lamina.Mounted union = mounted(lower(), "allow_other")) {
      String said =
          new User(union)
              .python(
                  """
                  OUTSIDE, OBJECTS = '%s', '%s'
                  someone(); os.mkdir('real'); os.symlink(OUTSIDE, 'wrong'); os.symlink(OBJECTS, 'objects')
                  done = threading.Event()
                  def swap():
                      while not done.is_set():
                          os.rename('real', 'x'); os.rename('x', 'real')
                          os.rename('wrong', 'x'); os.rename('x', 'wrong')
                  t = threading.Thread(target=swap); t.start(); results = set()
                  for i in range(300):
                      results.add(tried(lambda: os.close(os.open(f'x/f{i}', os.O_CREAT | os.O_WRONLY | os.O_EXCL))))
                      results.add(tried(os.rename, f'x/f{i}', f'x/g{i}'))
                  done.set(); t.join()
                  print(tried(os.listdir, 'objects'), tried(os.listdir, 'wrong'))
                  print('unexpected' if results - {'done', 'ENOENT', 'EACCES'} else 'as expected')
                  """
                      .formatted(outside, objects));
      assertThat(said).isEqualTo("EACCES EACCES; as expected");
      assertThat(outside).isEmptyDirectory();
    }
  }

  @Test
  void nothing_in_proc_leads_to_an_object_or_into_the_daemon() throws Exception {
    try (Lamina.Mounted union = mounted(lower(), "allow_other")) {
      String said =
          new User(union)
              .python(
                  """
                  DAEMON, STORE = %d, '%s'
                  r = os.open('object', os.O_RDONLY); m = mmap.mmap(r, 0, prot=mmap.PROT_READ); m[0]
                  names = os.readlink(f'/proc/self/fd/{r}') + text('/proc/self/maps')
                  print('no name of the store' if STORE not in names else names)
                  someone()
                  print(tried(os.listdir, f'/proc/{DAEMON}/fd'), tried(os.listdir, f'/proc/{DAEMON}/root'),
                        tried(os.open, f'/proc/{DAEMON}/mem', os.O_RDONLY))
                  def reopened(): os.pwrite(os.open(f'/proc/self/fd/{r}', os.O_RDWR), b'X', 0)
                  tried(reopened); tried(os.pwrite, r, b'X', 1); tried(mmap.mmap, r, 0)
                  """
                      .formatted(
                          ProcessHandle.current().pid(), store().store().layout().objects()));
      assertThat(said).startsWith("no name of the store; EACCES EACCES EACCES");
    }
    assertThat(theObject()).hasContent(OBJECT);
  }

  @Test
  void what_root_does_to_an_open_object_is_done_to_the_volume() throws Exception {
    Path object;
    try (Lamina.Mounted union = mounted(lower(), "allow_other")) {
      User user = new User(union);
      object = theObject();
      String before = Files.readAttributes(object, "unix:mode,uid,ino,nlink").toString();
      try (Fd file = user.open("object", User.READ)) {
        Ioctl.setInodeFlags(file.value(), IMMUTABLE);
        assertThat(Ioctl.inodeFlags(file.value()) & IMMUTABLE).isNotZero();
        Ioctl.setInodeFlags(file.value(), 0);
        user.python(
            """
            r = os.open('object', os.O_RDONLY); os.fchmod(r, 0o777); os.fchown(r, 5, 6)
            os.utime(r, (1, 1)); os.setxattr(r, 'user.a', b'1'); tried(os.ftruncate, r, 0)
            FICLONE = 0x40049409; s = os.open('small', os.O_RDONLY); tried(fcntl.ioctl, r, FICLONE, s)
            """);
      }
      assertThat(Files.readAttributes(object, "unix:mode,uid,ino,nlink").toString())
          .isEqualTo(before);
      try (Fd kept =
          FileOpen.openat(Fd.CWD, object.toString().getBytes(UTF_8), FileOpen.O_RDONLY)) {
        assertThat(Ioctl.inodeFlags(kept.value()) & IMMUTABLE).isZero();
        assertThat(User.stat(kept).size()).isEqualTo(OBJECT.length());
      }
      assertThat(user.stat("object").uid()).isEqualTo(5);
    }
    assertThat(object).hasContent(OBJECT);
  }

  @Test
  void a_file_handle_of_one_mount_opens_nothing_of_it_in_another() throws Exception {
    LowerTree secret = LowerTree.empty().directory("dir").file("dir/secret", "secret");
    for (int i = 0; i < 20; i++) {
      secret = secret.file("secret" + i, "secret");
    }
    try (Lamina.Mounted theirs = mounted(secret, "allow_other");
        Lamina.Mounted ours = mounted(lower(), "allow_other")) {
      User they = new User(theirs);
      User we = new User(ours);
      they.put("new", "secret");
      for (String path : List.of("dir/secret", "secret19", "new")) {
        FileHandle handle = FileHandle.at(Fd.CWD, they.at(path), 0);
        assertThat(opened(we, handle)).as(path).doesNotContain("secret");
        assertThat(opened(they, handle)).isEqualTo("secret");
      }
      FileHandle known = FileHandle.at(Fd.CWD, we.at("small"), 0);
      for (int i = 0; i < known.bytes().length; i++) {
        for (int bit = 0; bit < 8; bit++) {
          byte[] forged = known.bytes();
          forged[i] ^= (byte) (1 << bit);
          // A file of this mount, or none; never an answer that ends the mount.
          assertThat(opened(we, FileHandle.of(known.type(), forged))).doesNotContain("secret");
        }
      }
      byte[] beyond = ByteBuffer.allocate(known.bytes().length).putLong(-1).array();
      assertThat(opened(we, FileHandle.of(known.type(), beyond))).isEqualTo("ESTALE");
      assertThat(we.text("small")).isEqualTo("small");
    }
  }

  private static String opened(User user, FileHandle handle) {
    try (Fd root = user.open("", User.READ | FileOpen.O_DIRECTORY);
        Fd file = handle.open(root.value(), User.READ)) {
      return User.stat(file).isDirectory() ? "a directory" : User.text(file);
    } catch (LinuxException e) {
      return e.errno().name();
    }
  }

  @Test
  void privileges_of_files_count_only_where_the_mount_lets_them() throws Exception {
    String asked =
        """
        someone(); p = os.posix_spawn('./id', ['id', '-u'], {}); os.wait()
        print(tried(os.open, 'zero', os.O_RDONLY))
        """;
    try (Lamina.Mounted union = mounted(lower(), "allow_other")) {
      assertThat(new User(union).python(asked)).isEqualTo("0; done");
    }
    try (Lamina.Mounted union = mounted(lower(), "allow_other,nosuid,nodev")) {
      User user = new User(union);
      assertThat(user.python(asked)).isEqualTo("1000; EACCES");
      // Nor where they are made in the mount.
      user.sh(
          "cp id own; chmod 4755 own; mv own id; mknod made c 1 5; chmod 666 made; mv made zero");
      assertThat(user.stat("id").permissions()).isEqualTo(04755);
      assertThat(user.stat("zero").kind()).isEqualTo(FileStatus.S_IFCHR);
      assertThat(user.python(asked)).isEqualTo("1000; EACCES");
    }
  }

  @Test
  void a_mount_for_one_user_is_closed_to_others_and_the_store_to_all_but_its_owner()
      throws Exception {
    try (Lamina.Mounted union = mounted(lower(), "noallow_other")) {
      assertThat(new User(union).python("someone(); print(tried(os.listdir, '.'))"))
          .isEqualTo("EACCES");
    }
    Path root = store().store().layout().objects().getParent();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
        .isEqualTo("rwx------");
  }

  @Test
  void a_volume_that_is_mounted_is_not_mounted_by_another() throws Exception {
    VolumeId id = store().volume(lower());
    try (Lamina.Mounted union = mounted(id, "allow_other")) {
      new User(union).put("new", "new");
      assertThatThrownBy(() -> mounted(id, "allow_other").close()).hasMessageContaining("a test");
      assertThat(new User(union).text("new")).isEqualTo("new");
    }
  }

  @Test
  void a_read_only_mount_is_written_by_nobody() throws Exception {
    try (Lamina.Mounted union = mounted(lower(), "allow_other,ro")) {
      User user = new User(union);
      assertThatThrownBy(() -> user.append("object", "x"))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EROFS));
      String said =
          user.python(
              """
              r = os.open('object', os.O_RDONLY)
              print(tried(os.fchmod, r, 0o600), tried(os.open, f'/proc/self/fd/{r}', os.O_RDWR),
                    tried(os.setxattr, r, 'user.a', b'1'), tried(mmap.mmap, r, 0))
              """);
      assertThat(said).isEqualTo("EROFS EROFS EROFS EACCES");
    }
  }
}
