package dev.lamina.fuse.jnr;

import dev.lamina.fs.FileSystem;
import dev.lamina.fs.Invalidations;
import dev.lamina.fs.TransportFeatures;
import dev.lamina.fuse.Connections;
import dev.lamina.fuse.DefectLog;
import dev.lamina.fuse.Detachment;
import dev.lamina.fuse.Mount;
import dev.lamina.fuse.MountException;
import dev.lamina.fuse.MountOptions;
import dev.lamina.fuse.ServedMount;
import dev.lamina.fuse.TargetPath;
import dev.lamina.fuse.Transport;
import dev.lamina.linux.Errno;
import dev.lamina.linux.Processes;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.Struct;
import org.jspecify.annotations.Nullable;

/**
 * Mounts through libfuse 2 by jnr-fuse. What is mounted must not be changed by others meanwhile:
 * the kernel keeps names for good, and where the mount is read-only attributes and content too.
 * Thread-safe.
 */
public final class JnrTransport implements Transport {
  private static final String LIBRARY = "libfuse.so.2";
  private static final Path DEVICE = Path.of("/dev/fuse");

  /** Seconds that the kernel may believe an answer: 31 years. */
  private static final String FOREVER = "1000000000";

  private final String libraryName;

  /** Mounting takes signals for a moment, and libfuse remembers for one session alone. */
  private final ReentrantLock mounting = new ReentrantLock();

  /** The transport with libfuse 2 as the system has it. */
  public JnrTransport() {
    this(LIBRARY);
  }

  JnrTransport(String libraryName) {
    this.libraryName = libraryName;
  }

  @Override
  public Mount mount(FileSystem fileSystem, Path target, MountOptions options) {
    JnrSession session;
    int connection;
    Path place;
    try {
      place = TargetPath.of(target);
      session = attach(fileSystem, place, options);
    } catch (RuntimeException | Error e) {
      try {
        fileSystem.close();
      } catch (RuntimeException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
    try {
      connection = Connections.mountedAt(place);
    } catch (RuntimeException | Error e) {
      session.end();
      throw e;
    }
    session.start(place, connection, options.maxThreads());
    Detachment detachment = Processes.effectiveUid() == 0 ? Detachment.CALL : Detachment.PROGRAM;
    return new ServedMount(place, connection, detachment, session);
  }

  private JnrSession attach(FileSystem fileSystem, Path target, MountOptions options) {
    LibFuse2 library = load();
    Runtime runtime = Runtime.getRuntime(library);
    Answers answers = new Answers(new DefectLog(target.toString()));
    Served served = Served.of(fileSystem, options.readOnly(), answers);
    OperationTable operations = new OperationTable(runtime);
    boolean selinux = Files.exists(Path.of("/sys/fs/selinux/enforce"));
    new Callbacks(served, runtime, selinux).enter(operations);
    fileSystem.attach(TransportFeatures.NONE, Invalidations.ignored());
    List<byte[]> words = new ArrayList<>();
    for (String word : List.of("lamina", "-f", "-o", String.join(",", optionList(options)))) {
      words.add(word.getBytes(StandardCharsets.UTF_8));
    }
    words.add(TargetPath.bytes(target));
    CommandLine command = new CommandLine(runtime, words);
    Pointer mountPoint = runtime.getMemoryManager().allocateDirect(Long.BYTES, true);
    Pointer multithreaded = runtime.getMemoryManager().allocateDirect(Integer.BYTES, true);
    @Nullable Pointer fuse;
    mounting.lock();
    try {
      fuse =
          library.fuse_setup(
              words.size(),
              command.pointers(),
              operations,
              Struct.size(operations),
              mountPoint,
              multithreaded,
              null);
      if (fuse != null) {
        library.fuse_remove_signal_handlers(library.fuse_get_session(fuse));
      }
    } finally {
      mounting.unlock();
      Reference.reachabilityFence(command);
    }
    if (fuse == null) {
      throw refused(target, options);
    }
    return new JnrSession(library, runtime, operations, fuse, mountPoint.getPointer(0), served);
  }

  private LibFuse2 load() {
    try {
      return LibraryLoader.create(LibFuse2.class).failImmediately().load(libraryName);
    } catch (UnsatisfiedLinkError e) {
      throw new MountException(
          Errno.ELIBACC,
          "The jnr transport needs libfuse 2, and "
              + libraryName
              + " cannot be loaded: install libfuse2 (libfuse2t64 on newer systems), or mount with"
              + " --transport=native",
          e);
    }
  }

  private static MountException refused(Path target, MountOptions options) {
    if (!Files.exists(DEVICE)) {
      return new MountException(
          Errno.ENODEV,
          "Cannot mount on " + target + ": there is no " + DEVICE + "; try 'modprobe fuse'");
    }
    return new MountException(
        Errno.EPERM,
        "Cannot mount on "
            + target
            + ": libfuse refused, and says why on standard error. Users other than root need the"
            + " package fuse or fuse3"
            + (options.allowOther() ? ", and 'user_allow_other' in /etc/fuse.conf" : ""));
  }

  /** The options of fuse(8) and mount.fuse(8) for libfuse 2. */
  static List<String> optionList(MountOptions options) {
    List<String> list = new ArrayList<>();
    list.add(options.readOnly() ? "ro" : "rw");
    list.add("default_permissions");
    if (options.allowOther()) {
      list.add("allow_other");
    }
    // libfuse switches devices and set-user-id off unless it is told not to; only root may tell it.
    boolean root = Processes.effectiveUid() == 0;
    if (options.noSetUserId() || root) {
      list.add(options.noSetUserId() ? "nosuid" : "suid");
    }
    if (options.noDevices() || root) {
      list.add(options.noDevices() ? "nodev" : "dev");
    }
    if (options.noExecute()) {
      list.add("noexec");
    }
    if (options.noAccessTime()) {
      list.add("noatime");
    }
    list.add("subtype=" + Connections.SUBTYPE);
    list.add("fsname=" + options.source().replace("\\", "\\\\").replace(",", "\\,"));
    // Whether the directory may hold something is for the caller to say, as with the other
    // transport.
    list.add("nonempty");
    list.add("use_ino");
    // Names change by the kernel's own requests alone.
    list.add("entry_timeout=" + FOREVER);
    list.add("negative_timeout=" + FOREVER);
    if (options.readOnly()) {
      list.add("kernel_cache");
      list.add("attr_timeout=" + FOREVER);
    } else {
      // Each name of a file is a file of its own to the kernel, which does not know that what is
      // done by one changes what it has heard of the others.
      list.add("attr_timeout=0");
    }
    return list;
  }
}
