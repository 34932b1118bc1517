package dev.lamina.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Starts a program that inherits chosen descriptors, which {@link ProcessBuilder} cannot do: it
 * closes all but the standard three, and sockets cannot be opened through /proc. By the C library's
 * posix_spawnp, which does not run Java in the child. Thread-safe. Its functions are linked when
 * first used.
 */
public final class Spawn {
  private static final int POSIX_SPAWN_SETSIGMASK = 0x08;
  private static final int ACTIONS_SIZE = 256;
  private static final int ATTRIBUTES_SIZE = 512;
  private static final int SIGNAL_SET_SIZE = 128;

  private static final int P_PID = 1;
  private static final int WEXITED = 4;
  private static final int CLD_EXITED = 1;
  private static final int SIGINFO_SIZE = 128;

  private Spawn() {}

  /** A program that was started; {@link #waitFor} is called once, or the child stays a zombie. */
  public record Child(int pid) {
    /**
     * Waits until the program ends.
     *
     * @return its exit status, 0 to 255, or 128 and the number of the signal that ended it
     * @throws LinuxException ECHILD if that was waited for already
     */
    public int waitFor() {
      long info = Scratch.begin().block(SIGINFO_SIZE);
      long result = Syscalls.call(Syscall.WAITID, P_PID, pid, info, WEXITED, 0);
      Syscalls.check(result, Syscall.WAITID, pid);
      int status = Memory.getInt(info + 24);
      return Memory.getInt(info + 8) == CLD_EXITED ? status : 128 + status;
    }
  }

  /** The words of a command line as bytes, in UTF-8. */
  public static List<byte[]> words(String... words) {
    List<byte[]> bytes = new ArrayList<>();
    for (String word : words) {
      bytes.add(word.getBytes(StandardCharsets.UTF_8));
    }
    return bytes;
  }

  /** Starts a program and waits until it ends: {@link #start}, then {@link Child#waitFor}. */
  public static int run(
      List<byte[]> command, Map<String, String> environment, Map<Integer, Integer> descriptors) {
    return start(command, environment, descriptors).waitFor();
  }

  /**
   * Starts a program, with no signal blocked.
   *
   * @param command the program, looked for in PATH if it has no slash, and its arguments
   * @param environment the whole environment; {@link System#getenv()} for this process's own
   * @param descriptors from the number in the child to the number here. The standard three are this
   *     process's where they are not named; every other descriptor is closed, but for one that
   *     another thread of the JVM's opens inheritably in this very moment
   * @throws LinuxException ENOENT or EACCES if there is no such program, and more
   */
  public static Child start(
      List<byte[]> command, Map<String, String> environment, Map<Integer, Integer> descriptors) {
    if (command.isEmpty()) {
      throw new IllegalArgumentException("No command");
    }
    int lowest = 3;
    for (int target : descriptors.keySet()) {
      lowest = Math.max(lowest, target + 1);
    }
    // Copies above all targets, so that no target replaces a source that is still to come. The
    // copies themselves end with execve.
    Map<Integer, Fd> copies = new LinkedHashMap<>();
    try (Arena arena = Arena.ofConfined();
        Actions actions = new Actions(arena)) {
      for (Map.Entry<Integer, Integer> entry : descriptors.entrySet()) {
        copies.put(entry.getKey(), Fd.own(Fd.duplicate(entry.getValue(), lowest)));
      }
      Set<Integer> kept = new HashSet<>(descriptors.keySet());
      copies.values().forEach(copy -> kept.add(copy.value()));
      for (int open : openDescriptors()) {
        if (open > 2 && !kept.contains(open)) {
          actions.close(open);
        }
      }
      copies.forEach((target, copy) -> actions.duplicate(copy.value(), target));
      return new Child(spawn(arena, command, environment, actions.address));
    } finally {
      copies.values().forEach(Fd::close);
    }
  }

  private static int spawn(
      Arena arena, List<byte[]> command, Map<String, String> environment, long actions) {
    List<byte[]> variables = new ArrayList<>();
    environment.forEach(
        (name, value) -> variables.add((name + "=" + value).getBytes(StandardCharsets.UTF_8)));
    long pid = arena.allocate(ValueLayout.JAVA_INT).address();
    long arguments = strings(arena, command);
    long program = Memory.getLong(arguments);
    long attributes = arena.allocate(ATTRIBUTES_SIZE, 16).address();
    long noSignals = arena.allocate(SIGNAL_SET_SIZE, 16).address();
    call(Functions.ATTRIBUTES_INIT, "posix_spawnattr_init", attributes, 0, 0);
    try {
      call(Functions.SET_FLAGS, "posix_spawnattr_setflags", attributes, POSIX_SPAWN_SETSIGMASK, 0);
      call(Functions.SET_MASK, "posix_spawnattr_setsigmask", attributes, noSignals, 0);
      long result =
          Syscalls.callLinked(
              Functions.SPAWN,
              pid,
              program,
              actions,
              attributes,
              arguments,
              strings(arena, variables),
              0);
      if ((int) result != 0) {
        throw LinuxException.ofFunction("posix_spawnp", (int) result, command.getFirst());
      }
      return Memory.getInt(pid);
    } finally {
      call(Functions.ATTRIBUTES_DESTROY, "posix_spawnattr_destroy", attributes, 0, 0);
    }
  }

  /** An array of pointers to zero-terminated strings, with a null pointer after the last. */
  private static long strings(Arena arena, List<byte[]> strings) {
    MemorySegment array = arena.allocate((strings.size() + 1L) * Long.BYTES, Long.BYTES);
    for (int i = 0; i < strings.size(); i++) {
      byte[] string = strings.get(i);
      for (byte b : string) {
        if (b == 0) {
          throw LinuxException.ofName(Errno.EINVAL, string);
        }
      }
      MemorySegment copy = arena.allocate(string.length + 1L);
      MemorySegment.copy(string, 0, copy, ValueLayout.JAVA_BYTE, 0, string.length);
      array.setAtIndex(ValueLayout.JAVA_LONG, i, copy.address());
    }
    return array.address();
  }

  private static List<Integer> openDescriptors() {
    byte[] list = "/proc/self/fd".getBytes(StandardCharsets.US_ASCII);
    List<Integer> open = new ArrayList<>();
    try (Fd directory = FileOpen.openat(Fd.CWD, list, FileOpen.O_DIRECTORY)) {
      for (byte[] name : DirectoryReader.names(directory.value())) {
        open.add(Integer.valueOf(new String(name, StandardCharsets.US_ASCII)));
      }
    }
    return open;
  }

  /** The functions answer an error number themselves. */
  private static void call(MethodHandle function, String name, long a, long b, long c) {
    int result = (int) Syscalls.callLinked(function, a, b, c, 0, 0, 0, 0);
    if (result != 0) {
      throw LinuxException.ofFunction(name, result, new byte[0]);
    }
  }

  /** What the child does with its descriptors before it executes the program. */
  private static final class Actions implements AutoCloseable {
    private final long address;

    Actions(Arena arena) {
      address = arena.allocate(ACTIONS_SIZE, 16).address();
      call(Functions.ACTIONS_INIT, "posix_spawn_file_actions_init", address, 0, 0);
    }

    void close(int fd) {
      call(Functions.ADD_CLOSE, "posix_spawn_file_actions_addclose", address, fd, 0);
    }

    void duplicate(int from, int to) {
      call(Functions.ADD_DUP2, "posix_spawn_file_actions_adddup2", address, from, to);
    }

    @Override
    public void close() {
      call(Functions.ACTIONS_DESTROY, "posix_spawn_file_actions_destroy", address, 0, 0);
    }
  }

  /** Linked when the first program is started. */
  private static final class Functions {
    static final MethodHandle SPAWN = Syscalls.link("posix_spawnp");
    static final MethodHandle ACTIONS_INIT = Syscalls.link("posix_spawn_file_actions_init");
    static final MethodHandle ACTIONS_DESTROY = Syscalls.link("posix_spawn_file_actions_destroy");
    static final MethodHandle ADD_CLOSE = Syscalls.link("posix_spawn_file_actions_addclose");
    static final MethodHandle ADD_DUP2 = Syscalls.link("posix_spawn_file_actions_adddup2");
    static final MethodHandle ATTRIBUTES_INIT = Syscalls.link("posix_spawnattr_init");
    static final MethodHandle ATTRIBUTES_DESTROY = Syscalls.link("posix_spawnattr_destroy");
    static final MethodHandle SET_FLAGS = Syscalls.link("posix_spawnattr_setflags");
    static final MethodHandle SET_MASK = Syscalls.link("posix_spawnattr_setsigmask");
  }
}
