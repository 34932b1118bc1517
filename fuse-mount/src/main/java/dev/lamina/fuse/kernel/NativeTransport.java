package dev.lamina.fuse.kernel;

import dev.lamina.fs.FileSystem;
import dev.lamina.fuse.Connections;
import dev.lamina.fuse.DefectLog;
import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountException;
import dev.lamina.fuse.MountOptions;
import dev.lamina.fuse.ServedMount;
import dev.lamina.fuse.TargetPath;
import dev.lamina.fuse.Transport;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Memory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * Mounts through /dev/fuse: by mount(2) where that is allowed, else by {@code fusermount3}.
 * Thread-safe.
 */
public final class NativeTransport implements Transport {
  private static final int MOST_KEPT = 4;

  private final Set<InitFlag> wanted;
  private final Set<Class<? extends Attachment>> ways;
  private final int kept;
  private final KeptBackings backings;
  private final DefectLog once = new DefectLog("FUSE");

  /** The transport with all that the kernel offers. */
  public NativeTransport() {
    this(
        EnumSet.allOf(InitFlag.class),
        Set.of(MountCall.class, MountProgram.class),
        Math.clamp(Runtime.getRuntime().availableProcessors(), 2, MOST_KEPT));
  }

  /**
   * @param wanted what to agree on with the kernel where it offers it
   * @param ways how mounting may be done
   * @param kept how many readers wait where there is nothing to do
   */
  NativeTransport(Set<InitFlag> wanted, Set<Class<? extends Attachment>> ways, int kept) {
    this(wanted, ways, kept, KeptBackings.ofProcess());
  }

  /**
   * @param wanted as above
   * @param ways as above
   * @param kept as above
   * @param backings how many files are handed to the kernel, over all mounts
   */
  NativeTransport(
      Set<InitFlag> wanted,
      Set<Class<? extends Attachment>> ways,
      int kept,
      KeptBackings backings) {
    this.wanted = Set.copyOf(wanted);
    this.ways = Set.copyOf(ways);
    this.kept = kept;
    this.backings = backings;
  }

  @Override
  public Mount mount(FileSystem fileSystem, Path target, MountOptions options) {
    try {
      return attach(fileSystem, TargetPath.of(target), options);
    } catch (RuntimeException | Error e) {
      try {
        fileSystem.close();
      } catch (RuntimeException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** A connection, and the way it was attached. */
  private record Attached(Device device, Attachment way) {}

  private Mount attach(FileSystem fileSystem, Path target, MountOptions options) {
    Attached attached = attach(target, options);
    try {
      return serve(fileSystem, target, options, attached);
    } catch (RuntimeException | Error e) {
      try {
        attached.way().detachment().detach(target, true);
      } catch (RuntimeException suppressed) {
        e.addSuppressed(suppressed);
      } finally {
        attached.device().close();
      }
      throw e;
    }
  }

  private Attached attach(Path target, MountOptions options) {
    if (ways.contains(MountCall.class)) {
      MountCall call = new MountCall();
      try {
        return new Attached(call.attach(target, options), call);
      } catch (MountException e) {
        boolean refused = e.errno() == Errno.EPERM || e.errno() == Errno.EACCES;
        if (!refused || !ways.contains(MountProgram.class)) {
          throw e;
        }
      }
    }
    MountProgram program = new MountProgram();
    return new Attached(program.attach(target, options), program);
  }

  private Mount serve(FileSystem fileSystem, Path target, MountOptions options, Attached attached) {
    int connection = Connections.mountedAt(target);
    Session session =
        new Session(
            attached.device(),
            fileSystem,
            agree(attached.device(), options.passthrough()),
            new DefectLog(target.toString()),
            Files.exists(Path.of("/sys/fs/selinux/enforce")),
            "fuse-" + connection,
            backings,
            kept,
            options.maxThreads());
    session.start();
    return new ServedMount(target, connection, attached.way().detachment(), session);
  }

  /** Answers INIT, which waits on the device from the moment of the mount. */
  private Features agree(Device device, boolean passthrough) {
    Set<InitFlag> flags = EnumSet.noneOf(InitFlag.class);
    flags.addAll(wanted);
    if (!passthrough) {
      flags.remove(InitFlag.PASSTHROUGH);
    }
    try (Buffers buffers = new Buffers(Negotiation.MAX_WRITE)) {
      Request request = new Request(buffers.requests());
      Reply reply = new Reply(buffers.replies());
      while (true) {
        long received = device.read(buffers.requests().address(), buffers.requests().byteSize());
        if (received < 0 || !request.begin((int) received)) {
          throw new MountException(
              Errno.EIO, "The kernel's first FUSE request cannot be read: errno " + -received);
        }
        if (request.opcode() != Opcode.INIT.number()) {
          throw new MountException(
              Errno.EPROTO, "The kernel's first FUSE request is not INIT: " + request.opcode());
        }
        reply.begin();
        switch (Negotiation.decide(request, flags, Memory.pageSize())) {
          case Negotiation.Answer.AskAgain() -> {
            Negotiation.putAskAgain(reply);
            send(device, buffers, reply.finish(request.unique()));
          }
          case Negotiation.Answer.TooOld(int major, int minor) -> {
            send(device, buffers, reply.error(request.unique(), Errno.EPROTO));
            throw new MountException(
                Errno.EPROTO,
                "The kernel speaks FUSE "
                    + major
                    + "."
                    + minor
                    + "; Lamina needs 7."
                    + Negotiation.OLDEST_MINOR
                    + ", which Linux has from 5.4 on");
          }
          case Negotiation.Answer.Agreed(Negotiation negotiation) -> {
            negotiation.put(reply, request.intAt(8), Memory.pageSize());
            send(device, buffers, reply.finish(request.unique()));
            for (InitFlag flag : negotiation.missing()) {
              if (flags.contains(flag)) {
                once.once(
                    System.Logger.Level.INFO,
                    "the kernel offers no " + flag + ": " + flag.without());
              }
            }
            return usable(device, negotiation.features());
          }
        }
      }
    }
  }

  /** The kernel lets only some processes use passthrough, and says so when they try. */
  private Features usable(Device device, Features agreed) {
    if (!agreed.has(InitFlag.PASSTHROUGH)) {
      return agreed;
    }
    int error = BackingFiles.probe(device.value());
    if (error == 0) {
      return agreed;
    }
    once.once(
        System.Logger.Level.INFO,
        InitFlag.PASSTHROUGH.without()
            + (error == -Errno.EPERM.number()
                ? ": passthrough needs CAP_SYS_ADMIN outside of user namespaces"
                : ": passthrough fails with errno " + -error));
    return agreed.without(InitFlag.PASSTHROUGH);
  }

  private static void send(Device device, Buffers buffers, int length) {
    long result = device.write(buffers.replies().address(), length);
    if (result < 0) {
      throw new MountException(
          Errno.EIO, "The kernel does not take the answer to INIT: errno " + -result);
    }
  }
}
