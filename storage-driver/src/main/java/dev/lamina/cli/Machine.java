package dev.lamina.cli;

import dev.lamina.control.Answer.Finding;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Processes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks at what a machine has of what Lamina uses, changing nothing. */
final class Machine {
  static final String OK = "ok";
  static final String LESS = "less";
  static final String MISSING = "missing";

  private static final int CAP_SYS_ADMIN = 21;
  private static final int JDK = 25;
  private static final Pattern CAPABILITIES = Pattern.compile("(?m)^CapEff:\\s*([0-9a-f]+)$");

  private final Map<String, String> environment;

  Machine(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * Looks at everything.
   *
   * @param store where the store is or will be
   * @param running whether its daemon is
   */
  List<Finding> examine(Path store, boolean running) throws IOException {
    KernelVersion kernel = KernelVersion.running();
    boolean privileged = isPrivileged();
    List<Finding> findings = new ArrayList<>();
    findings.add(kernel(kernel));
    findings.add(device());
    findings.add(privileges(privileged));
    findings.add(helper(privileged));
    findings.add(passthrough(kernel, privileged));
    findings.add(ring(kernel));
    findings.add(library());
    findings.add(java());
    findings.add(tools());
    findings.addAll(StorePlace.of(store).examine());
    findings.add(
        new Finding("daemon", OK, running ? "running" : "not running: it is when needed", ""));
    return findings;
  }

  private static Finding kernel(KernelVersion kernel) {
    return kernel.isAtLeast(5, 4)
        ? new Finding("kernel", OK, kernel.release(), "")
        : new Finding(
            "kernel", LESS, kernel.release(), "Lamina is tried on Linux 5.4 and newer: upgrade it");
  }

  private static Finding device() {
    byte[] path = "/dev/fuse".getBytes(StandardCharsets.US_ASCII);
    try (Fd _ = FileOpen.openat(Fd.CWD, path, FileOpen.O_RDWR)) {
      return new Finding("FUSE", OK, "/dev/fuse can be opened", "");
    } catch (LinuxException e) {
      return new Finding(
          "FUSE",
          MISSING,
          String.valueOf(e.getMessage()),
          "mounting needs /dev/fuse: load the module with \"modprobe fuse\"; in a container, start"
              + " it with --device /dev/fuse; if it may not be opened, \"chmod 666 /dev/fuse\"");
    }
  }

  private static boolean isPrivileged() throws IOException {
    Matcher matcher = CAPABILITIES.matcher(Files.readString(Path.of("/proc/self/status")));
    return matcher.find()
        && (Long.parseUnsignedLong(matcher.group(1), 16) >>> CAP_SYS_ADMIN & 1) == 1;
  }

  private static Finding privileges(boolean privileged) {
    String who = "user " + Processes.effectiveUid();
    return privileged
        ? new Finding("privileges", OK, who + ", who may mount (CAP_SYS_ADMIN)", "")
        : new Finding(
            "privileges",
            LESS,
            who + ", who may not mount (no CAP_SYS_ADMIN)",
            "mounts are made through fusermount3 and are for this user only; \"shell\" and foreign"
                + " owners of files need root");
  }

  private Finding helper(boolean privileged) {
    Optional<Path> program = program("fusermount3");
    if (program.isPresent()) {
      return new Finding("fusermount3", OK, program.get().toString(), "");
    }
    return new Finding(
        "fusermount3",
        privileged ? LESS : MISSING,
        "not in PATH",
        "who is not root mounts with it: apt-get install fuse3");
  }

  private static Finding passthrough(KernelVersion kernel, boolean privileged) {
    String what = "FUSE passthrough";
    if (!kernel.isAtLeast(6, 9)) {
      return new Finding(
          what,
          LESS,
          "not before Linux 6.9",
          "files are read through the daemon: upgrade the kernel");
    }
    if (kernel.option("CONFIG_FUSE_PASSTHROUGH").equals(Optional.of(false))) {
      return new Finding(
          what,
          LESS,
          "this kernel was built without",
          "files are read through the daemon: take a kernel with CONFIG_FUSE_PASSTHROUGH");
    }
    return privileged
        ? new Finding(what, OK, "the kernel has it", "")
        : new Finding(
            what,
            LESS,
            "only with CAP_SYS_ADMIN",
            "files are read through the daemon: run as root");
  }

  private static Finding ring(KernelVersion kernel) throws IOException {
    String what = "FUSE io_uring";
    Path parameter = Path.of("/sys/module/fuse/parameters/enable_uring");
    if (!Files.isReadable(parameter)) {
      return new Finding(
          what,
          LESS,
          kernel.isAtLeast(6, 14) ? "this kernel was built without" : "not before Linux 6.14",
          "requests go through read and write on /dev/fuse, as they always can");
    }
    if (Files.readString(parameter).strip().equals("Y")) {
      return new Finding(what, OK, "enabled", "");
    }
    return new Finding(what, LESS, "disabled", "enable it with \"echo Y > " + parameter + "\"");
  }

  private static Finding library() {
    for (String directory : SharedLibraries.directories()) {
      Path library = Path.of(directory, "libfuse.so.2");
      if (Files.exists(library)) {
        return new Finding("libfuse 2", OK, library.toString(), "");
      }
    }
    return new Finding(
        "libfuse 2",
        LESS,
        "not found",
        "only --transport jnr needs it: apt-get install libfuse2 (libfuse2t64 on newer systems)");
  }

  private static Finding java() {
    String found = Runtime.version() + " in " + System.getProperty("java.home");
    return Runtime.version().feature() >= JDK
        ? new Finding("JDK", OK, found, "")
        : new Finding("JDK", MISSING, found, "Lamina needs a JDK of at least 25");
  }

  /** What {@code shell} and the start of a daemon run. */
  private Finding tools() {
    List<String> absent = new ArrayList<>();
    for (String tool : List.of("setsid", "unshare", "mount", "chroot")) {
      if (program(tool).isEmpty()) {
        absent.add(tool);
      }
    }
    if (absent.isEmpty()) {
      return new Finding("tools", OK, "setsid, unshare, mount, chroot", "");
    }
    return new Finding(
        "tools",
        absent.contains("setsid") ? MISSING : LESS,
        String.join(", ", absent) + " not in PATH",
        "setsid starts the daemon, the others are for \"shell\": apt-get install util-linux"
            + " coreutils mount");
  }

  private Optional<Path> program(String name) {
    for (String directory : environment.getOrDefault("PATH", "").split(":", -1)) {
      Path path = Path.of(directory, name);
      if (!directory.isEmpty() && Files.isExecutable(path)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }
}
