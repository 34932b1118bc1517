package dev.lamina.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FileSystem;
import dev.lamina.fs.FsException;
import dev.lamina.fs.NodeId;
import dev.lamina.fuse.DefectLog;
import dev.lamina.fuse.Interceptor;
import dev.lamina.linux.Errno;
import dev.lamina.testing.fs.LowerTree;
import dev.lamina.testing.fs.MemoryFileSystem;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** One request in, one reply out, without a device. */
final class RequestHandlerTest {
  private static final int MAX = 1 << 16;
  private static final int RDWR = 2;

  private final MemorySegment requests = MemorySegment.ofArray(new byte[MAX + 4096]);
  private final MemorySegment replies = MemorySegment.ofArray(new byte[MAX + 4096]);
  private final Counters counters = new Counters();
  private final List<String> operations = new ArrayList<>();
  private Consumer<Interceptor.Operation> before = operation -> {};
  private final FileSystem fileSystem =
      Interceptor.of(
          new MemoryFileSystem(
              LowerTree.empty()
                  .directory("dir")
                  .file("dir/file", "content")
                  .xattr("dir/file", "user.a", "value".getBytes(StandardCharsets.UTF_8)),
              InstantSource.fixed(Instant.EPOCH)),
          operation -> {
            operations.add(operation.name());
            before.accept(operation);
          });
  private final RequestHandler handler = handler(EnumSet.allOf(InitFlag.class));

  private RequestHandler handler(EnumSet<InitFlag> flags) {
    long bits = 0;
    for (InitFlag flag : flags) {
      bits |= flag.bit();
    }
    return new RequestHandler(
        requests,
        replies,
        fileSystem,
        new Features(45, bits, MAX),
        counters,
        new DefectLog("test"),
        false);
  }

  private int send(RequestBytes request) {
    return handler.handle(request.into(requests));
  }

  private void assertError(int length, Errno errno) {
    assertThat(length).isEqualTo(16);
    assertThat(replies.get(ValueLayout.JAVA_INT_UNALIGNED, 4)).isEqualTo(-errno.number());
    assertThat(replies.get(ValueLayout.JAVA_LONG_UNALIGNED, 8)).isEqualTo(RequestBytes.UNIQUE);
  }

  private void assertSuccess(int length, int payload) {
    assertThat(replies.get(ValueLayout.JAVA_INT_UNALIGNED, 4)).isZero();
    assertThat(replies.get(ValueLayout.JAVA_LONG_UNALIGNED, 8)).isEqualTo(RequestBytes.UNIQUE);
    assertThat(length).isEqualTo(16 + payload);
  }

  private long longAt(int payload) {
    return replies.get(ValueLayout.JAVA_LONG_UNALIGNED, 16 + payload);
  }

  private int intAt(int payload) {
    return replies.get(ValueLayout.JAVA_INT_UNALIGNED, 16 + payload);
  }

  private long lookup(long parent, String name) {
    assertSuccess(send(RequestBytes.of(Opcode.LOOKUP, parent).name(name)), 128);
    return longAt(0);
  }

  private long file() {
    return lookup(lookup(NodeId.ROOT, "dir"), "file");
  }

  @Test
  void aNameThatIsNotThereIsANegativeEntry() {
    assertThat(lookup(NodeId.ROOT, "none")).isZero();
    assertThat(counters.errors.sum()).isZero();
  }

  @Test
  void dotAndDotDotAreLookedUpForFileHandles() {
    long directory = lookup(NodeId.ROOT, "dir");
    assertThat(lookup(directory, ".")).isEqualTo(directory);
    assertThat(lookup(directory, "..")).isEqualTo(NodeId.ROOT);
    assertThat(operations).contains("lookupNode");
  }

  @Test
  void aLookupThatFailsOnceIsTriedAgain() {
    before =
        operation -> {
          if (operation.is("lookup") && operations.size() == 1) {
            throw FsException.of(Errno.EIO, "damaged, for once");
          }
        };
    assertThat(lookup(NodeId.ROOT, "dir")).isNotZero();
    assertThat(operations).containsExactly("lookup", "lookup");
  }

  @Test
  void aLookupIsNeverAnsweredEio() {
    before =
        operation -> {
          throw FsException.of(Errno.EIO, "damaged");
        };
    assertError(send(RequestBytes.of(Opcode.LOOKUP, 1).name("dir")), Errno.ENOMEM);
    before =
        operation -> {
          throw new IllegalStateException("a defect");
        };
    assertError(send(RequestBytes.of(Opcode.LOOKUP, 1).name("dir")), Errno.ENOMEM);
    assertThat(operations).hasSize(4);
  }

  @Test
  void anyThrowableBecomesEioAndIsCounted() {
    before =
        operation -> {
          throw new StackOverflowError();
        };
    assertError(send(RequestBytes.of(Opcode.GETATTR, 1).u64(0).u64(0)), Errno.EIO);
    assertThat(counters.defects.sum()).isEqualTo(1);
    before = operation -> {};
    assertSuccess(send(RequestBytes.of(Opcode.GETATTR, 1).u64(0).u64(0)), 104);
  }

  @Test
  void anUnknownOperationIsEnosys() {
    assertError(send(RequestBytes.of(54, 1).u64(0)), Errno.ENOSYS);
    assertError(send(RequestBytes.of(4096, 1)), Errno.ENOSYS);
    assertThat(counters.unknown.sum()).isEqualTo(2);
    assertThat(operations).isEmpty();
  }

  @Test
  void aRequestThatIsTooShortIsEinvalAndReachesNothing() {
    assertError(send(RequestBytes.of(Opcode.SETATTR, 1).u64(1)), Errno.EINVAL);
    assertError(send(RequestBytes.of(Opcode.READ, 1).u64(1)), Errno.EINVAL);
    assertError(send(RequestBytes.of(Opcode.WRITE, 1).u64(1).u64(0).u32(9)), Errno.EINVAL);
    assertError(send(RequestBytes.of(Opcode.MKDIR, 1).u64(0)), Errno.EINVAL);
    assertThat(operations).isEmpty();
  }

  @Test
  void aRequestWithAWrongLengthIsDroppedOrEinval() {
    RequestBytes.of(Opcode.STATFS, 1).into(requests);
    assertError(handler.handle(39), Errno.EINVAL);
    assertThat(handler.handle(7)).isEqualTo(RequestHandler.NO_REPLY);
    assertThat(handler.handle(-5)).isEqualTo(RequestHandler.NO_REPLY);
    assertThat(counters.malformed.sum()).isEqualTo(3);
  }

  @Test
  void forgettingIsNotAnswered() {
    long directory = lookup(NodeId.ROOT, "dir");
    assertThat(send(RequestBytes.of(Opcode.FORGET, directory).u64(1)))
        .isEqualTo(RequestHandler.NO_REPLY);
    assertThat(
            send(
                RequestBytes.of(Opcode.BATCH_FORGET, 0)
                    .u32(2)
                    .u32(0)
                    .u64(directory)
                    .u64(0)
                    .u64(NodeId.ROOT)
                    .u64(0)))
        .isEqualTo(RequestHandler.NO_REPLY);
    assertThat(send(RequestBytes.of(Opcode.BATCH_FORGET, 0).u32(1 << 30).u32(0)))
        .isEqualTo(RequestHandler.NO_REPLY);
    assertThat(send(RequestBytes.of(Opcode.INTERRUPT, 0).u64(1)))
        .isEqualTo(RequestHandler.NO_REPLY);
    assertThat(operations).containsExactly("lookup", "forget", "forget", "forget");
  }

  @Test
  void anXattrIsFirstMeasuredAndThenFetched() {
    long file = file();
    assertSuccess(send(getxattr(file, 0, "user.a")), 8);
    assertThat(intAt(0)).isEqualTo(5);
    assertSuccess(send(getxattr(file, 5, "user.a")), 5);
    assertSuccess(send(getxattr(file, 100, "user.a")), 5);
    assertError(send(getxattr(file, 4, "user.a")), Errno.ERANGE);
    assertError(send(getxattr(file, 100, "user.none")), Errno.ENODATA);
    assertSuccess(send(RequestBytes.of(Opcode.LISTXATTR, file).u32(0).u32(0)), 8);
    assertThat(intAt(0)).isEqualTo(7);
    assertSuccess(send(RequestBytes.of(Opcode.LISTXATTR, file).u32(7).u32(0)), 7);
    assertError(send(RequestBytes.of(Opcode.LISTXATTR, file).u32(6).u32(0)), Errno.ERANGE);
  }

  private static RequestBytes getxattr(long node, int size, String name) {
    return RequestBytes.of(Opcode.GETXATTR, node).u32(size).u32(0).name(name);
  }

  @Test
  void aMissingLabelOfSelinuxMeansThatThereAreNone() {
    assertError(send(getxattr(file(), 255, "security.selinux")), Errno.EOPNOTSUPP);
    assertError(send(getxattr(file(), 255, "security.capability")), Errno.ENODATA);
  }

  @Test
  void withoutTheExtensionAnXattrsNameFollowsEarlier() {
    long file = file();
    RequestHandler old = handler(EnumSet.complementOf(EnumSet.of(InitFlag.SETXATTR_EXT)));
    RequestBytes request =
        RequestBytes.of(Opcode.SETXATTR, file).u32(1).u32(0).name("user.b").bytes(new byte[1]);
    assertSuccess(old.handle(request.into(requests)), 0);
    assertSuccess(send(getxattr(file, 10, "user.b")), 1);
  }

  @Test
  void dataIsReadAndWrittenInPlace() {
    long file = file();
    assertSuccess(send(RequestBytes.of(Opcode.OPEN, file).u32(RDWR).u32(0)), 16);
    long handle = longAt(0);
    byte[] data = "CONTENT, and more".getBytes(StandardCharsets.UTF_8);
    assertSuccess(send(transfer(Opcode.WRITE, file, handle, data.length).bytes(data)), 8);
    assertThat(intAt(0)).isEqualTo(data.length);
    assertSuccess(send(transfer(Opcode.READ, file, handle, 100)), data.length);
    assertThat(replies.asSlice(16, data.length).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(data);
    assertError(send(transfer(Opcode.READ, file, handle, MAX + 4097)), Errno.EINVAL);
    assertError(send(transfer(Opcode.READ, file, 0, 10)), Errno.EBADF);
    assertSuccess(send(RequestBytes.of(Opcode.RELEASE, file).u64(handle).u64(0).u64(0)), 0);
    assertThat(counters.bytesRead.sum()).isEqualTo(data.length);
    assertThat(counters.bytesWritten.sum()).isEqualTo(data.length);
  }

  private static RequestBytes transfer(Opcode opcode, long node, long handle, int size) {
    return RequestBytes.of(opcode, node).u64(handle).u64(0).u32(size).u32(0).u64(0).u64(0);
  }

  @Test
  void aListingWithAttributesHandsOutNoReferenceToDotAndDotDot() {
    assertThat(send(transfer(Opcode.READDIRPLUS, NodeId.ROOT, 0, 4096))).isGreaterThan(16);
    assertThat(longAt(0)).isZero();
    assertThat(longAt(160)).isZero();
    assertThat(longAt(320)).isNotZero();
    assertThat(longAt(320 + 128)).isEqualTo(longAt(320));
  }

  @Test
  void whatTheKernelDoesNotTakeIsGivenBack() {
    file();
    operations.clear();
    send(RequestBytes.of(Opcode.LOOKUP, NodeId.ROOT).name("dir"));
    handler.notTaken();
    assertThat(operations).containsExactly("lookup", "forget");
    operations.clear();
    send(RequestBytes.of(Opcode.CREATE, NodeId.ROOT).u32(RDWR).u32(0100644).u64(0).name("new"));
    handler.notTaken();
    assertThat(operations).containsExactly("create", "release", "forget");
    operations.clear();
    send(transfer(Opcode.READDIRPLUS, NodeId.ROOT, 0, 4096));
    handler.notTaken();
    assertThat(operations).containsExactly("readdir", "forget", "forget");
    operations.clear();
    send(RequestBytes.of(Opcode.GETATTR, 1).u64(0).u64(0));
    handler.notTaken();
    assertThat(operations).containsExactly("getattr");
  }

  @Test
  void aSetattrWithoutAnyBitStillReachesTheFileSystem() {
    long file = file();
    operations.clear();
    assertSuccess(send(RequestBytes.of(Opcode.SETATTR, file).bytes(new byte[88])), 104);
    assertThat(operations).containsExactly("setattr");
  }

  @Test
  void inodeFlagsGoThroughBothIoctls() {
    long file = file();
    // FS_NODUMP_FL by FS_IOC_SETFLAGS, seen as FS_XFLAG_NODUMP by FS_IOC_FSGETXATTR
    assertSuccess(send(ioctl(file, 0x40086602, 4, 0).u32(0x40)), 16);
    assertSuccess(send(ioctl(file, 0x80086601, 0, 4)), 20);
    assertThat(intAt(16)).isEqualTo(0x40);
    assertSuccess(send(ioctl(file, 0x801c581f, 0, 28)), 44);
    assertThat(intAt(16)).isEqualTo(0x80);
    assertError(send(ioctl(file, 0x5401, 0, 0)), Errno.ENOTTY);
    // a project id
    assertError(
        send(ioctl(file, 0x401c5820, 28, 0).u64(0).u32(0).u32(5).bytes(new byte[12])),
        Errno.EOPNOTSUPP);
  }

  private static RequestBytes ioctl(long node, int command, int in, int out) {
    return RequestBytes.of(Opcode.IOCTL, node).u64(0).u32(0).u32(command).u64(0).u32(in).u32(out);
  }

  @Test
  void whatTheKernelDoesByItselfIsEnosys() {
    for (Opcode opcode :
        EnumSet.of(Opcode.FLUSH, Opcode.ACCESS, Opcode.GETLK, Opcode.POLL, Opcode.OPENDIR)) {
      assertError(send(RequestBytes.of(opcode, 1).bytes(new byte[64])), Errno.ENOSYS);
    }
    assertThat(counters.errors.sum()).isZero();
  }
}
