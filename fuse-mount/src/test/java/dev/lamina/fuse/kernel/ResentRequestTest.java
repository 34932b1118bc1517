package dev.lamina.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FileSystem;
import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountOptions;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.Xattrs;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresRoot;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.volume.TestStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The kernel sends a request again ({@code FUSE_NOTIFY_RESEND}) after the volume has done it and
 * before anybody has answered, as it is when a daemon dies in between and another one takes over.
 */
@RequiresFuse
@RequiresRoot
@Timeout(60)
final class ResentRequestTest {
  private static final int FUSE_NOTIFY_RESEND = 7;
  private static final int HEADER = 16;

  @TempDir private Path directory;

  /** A file system one of whose operations is held back once, after it was done. */
  private static final class Held {
    private final String operation;
    private final CountDownLatch done = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicInteger calls = new AtomicInteger();

    Held(String operation) {
      this.operation = operation;
    }

    FileSystem of(FileSystem fileSystem) {
      return (FileSystem)
          Proxy.newProxyInstance(
              FileSystem.class.getClassLoader(),
              new Class<?>[] {FileSystem.class},
              (proxy, method, arguments) -> {
                try {
                  Object result = method.invoke(fileSystem, arguments);
                  if (method.getName().equals(operation) && calls.incrementAndGet() == 1) {
                    done.countDown();
                    assertThat(goOn.await(30, TimeUnit.SECONDS)).isTrue();
                  }
                  return result;
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });
    }
  }

  private static Set<Integer> devices() throws IOException {
    Set<Integer> devices = new TreeSet<>();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          if (Files.readSymbolicLink(descriptor).toString().equals("/dev/fuse")) {
            devices.add(Integer.parseInt(descriptor.getFileName().toString()));
          }
        } catch (NoSuchFileException e) {
          // The descriptor by which the directory is read, and others that close meanwhile.
        }
      }
    }
    return devices;
  }

  private static void resend(int device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment header = arena.allocate(HEADER, Long.BYTES);
      header.set(ValueLayout.JAVA_INT, 0, HEADER);
      header.set(ValueLayout.JAVA_INT, 4, FUSE_NOTIFY_RESEND);
      assertThat(FileIo.tryWrite(device, header.address(), HEADER)).isEqualTo(HEADER);
    }
  }

  private static void perform(String operation, Path mount) throws IOException {
    Path lower = mount.resolve("lower");
    switch (operation) {
      case "mkdir" -> Files.createDirectory(mount.resolve("made"));
      case "create" -> Files.writeString(mount.resolve("made"), "content");
      case "symlink" -> Files.createSymbolicLink(mount.resolve("made"), Path.of("target"));
      case "link" -> Files.createLink(mount.resolve("made"), lower);
      case "rename" -> Files.move(lower, mount.resolve("made"), StandardCopyOption.ATOMIC_MOVE);
      case "unlink", "rmdir" ->
          Files.delete(operation.equals("unlink") ? lower : mount.resolve("directory"));
      case "setxattr" ->
          Xattrs.set(bytes(lower), bytes("user.made"), new byte[1], Xattrs.XATTR_CREATE);
      case "removexattr" -> assertThat(Xattrs.remove(bytes(lower), bytes("user.lower"))).isTrue();
      default -> throw new IllegalArgumentException(operation);
    }
  }

  private static byte[] bytes(Object text) {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mkdir",
        "create",
        "symlink",
        "link",
        "rename",
        "unlink",
        "rmdir",
        "setxattr",
        "removexattr"
      })
  void what_is_sent_again_is_done_once(String operation) throws Exception {
    LowerTree lower =
        LowerTree.empty()
            .file("lower", "lower")
            .xattr("lower", "user.lower", new byte[1])
            .directory("directory");
    Path target = Files.createDirectory(directory.resolve("mount"));
    Held held = new Held(operation);
    Set<Integer> before = devices();
    try (TestStore store = new TestStore(directory.resolve("store"));
        Mount mount =
            new NativeTransport()
                .mount(held.of(store.open(store.volume(lower))), target, MountOptions.defaults())) {
      Set<Integer> devices = devices();
      devices.removeAll(before);
      FutureTask<Boolean> client =
          new FutureTask<>(
              () -> {
                perform(operation, target);
                return true;
              });
      Thread.ofPlatform().start(client);
      try {
        assertThat(held.done.await(30, TimeUnit.SECONDS)).isTrue();
        resend(devices.iterator().next());
        assertThat(client.get(30, TimeUnit.SECONDS)).isTrue();
      } finally {
        held.goOn.countDown();
      }
      assertThat(held.calls).hasValue(2);
      check(operation, target);
      assertThat(mount.isMounted()).isTrue();
    }
  }

  private static void check(String operation, Path mount) throws IOException {
    Path lower = mount.resolve("lower");
    Path made = mount.resolve("made");
    switch (operation) {
      case "mkdir" -> assertThat(made).isEmptyDirectory();
      case "create" -> assertThat(made).hasContent("content");
      case "symlink" -> assertThat(Files.readSymbolicLink(made)).hasToString("target");
      case "link" -> assertThat(Files.getAttribute(lower, "unix:nlink")).isEqualTo(2);
      case "rename" -> assertThat(made).hasContent("lower");
      case "unlink" -> assertThat(lower).doesNotExist();
      case "rmdir" -> assertThat(mount.resolve("directory")).doesNotExist();
      case "setxattr" -> assertThat(Xattrs.get(bytes(lower), bytes("user.made"))).isPresent();
      case "removexattr" -> assertThat(Xattrs.get(bytes(lower), bytes("user.lower"))).isEmpty();
      default -> throw new IllegalArgumentException(operation);
    }
  }
}
