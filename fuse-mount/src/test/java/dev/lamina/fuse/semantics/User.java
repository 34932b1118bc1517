package dev.lamina.fuse.semantics;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.lamina.linux.DirectoryReader;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileAttributes;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileNames;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.LinuxException;
import dev.lamina.linux.Xattrs;
import dev.lamina.testing.FileTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A user of a union, who is root: system calls by paths that are relative to the union's root. What
 * fails throws {@link LinuxException}.
 */
final class User {
  static final int READ = FileOpen.O_RDONLY;
  static final int WRITE = FileOpen.O_RDWR;
  private static final int LARGEST = 1 << 20;

  /** What programs in Python begin with: the union's root is their directory. */
  private static final String PRELUDE =
      """
      import ctypes, errno, fcntl, mmap, os, socket, stat, struct, sys, threading, time
      libc = ctypes.CDLL(None, use_errno=True)
      def failed(kind, e, trace):
          if not isinstance(e, OSError): sys.__excepthook__(kind, e, trace); return
          print(errno.errorcode[e.errno], flush=True); os._exit(0)
      sys.excepthook = failed
      def tried(action, *arguments, **named):
          try:
              action(*arguments, **named)
              return 'done'
          except OSError as e:
              return errno.errorcode[e.errno]
      def text(path):
          with open(path) as f: return f.read()
      def put(path, content):
          with open(path, 'w') as f: f.write(content)
      def someone():
          os.setgroups([]); os.setresgid(1000, 1000, 1000); os.setresuid(1000, 1000, 1000)
      """;

  private final Union union;

  User(Union union) {
    this.union = union;
  }

  /** Something that is tried. */
  @FunctionalInterface
  interface Attempt {
    void run() throws IOException;
  }

  /** Returns "done", or the name of the errno that it failed with. */
  static String tried(Attempt attempt) throws IOException {
    try {
      attempt.run();
      return "done";
    } catch (LinuxException e) {
      return e.errno().name();
    }
  }

  /** Returns one text or another. */
  static String either(boolean condition, String yes, String no) {
    return condition ? yes : no;
  }

  Path root() {
    return union.path();
  }

  void remount() throws IOException {
    union.remount();
  }

  /** How many regular files the writable layer has the data of. */
  int ownFiles() throws IOException {
    return union.ownFiles();
  }

  /** What has become of the layers below, in words. */
  String layers() throws IOException {
    return either(union.areLayersIntact(), "layers intact", "layers damaged");
  }

  /** All that is seen in the union. */
  SortedMap<String, String> everything() {
    return FileTree.describe(root());
  }

  /** Says which paths are another thing than before, or "all kept". */
  static String changes(SortedMap<String, String> before, SortedMap<String, String> after) {
    TreeSet<String> paths = new TreeSet<>(before.keySet());
    paths.addAll(after.keySet());
    paths.removeIf(path -> before.getOrDefault(path, "").equals(after.getOrDefault(path, "")));
    return paths.isEmpty() ? "all kept" : "changed: " + String.join(" ", paths);
  }

  byte[] at(String path) {
    return union.path().resolve(path).toString().getBytes(UTF_8);
  }

  Fd open(String path, int flags) {
    return FileOpen.openat(Fd.CWD, at(path), flags, 0644);
  }

  String text(String path) {
    try (Fd file = open(path, READ)) {
      return text(file);
    }
  }

  static String text(Fd file) {
    byte[] content = new byte[LARGEST];
    int read = FileIo.readFully(file.value(), content, 0, content.length, 0);
    return new String(content, 0, read, UTF_8);
  }

  void put(String path, String content) {
    int flags = FileOpen.O_WRONLY | FileOpen.O_CREAT | FileOpen.O_TRUNC;
    try (Fd file = open(path, flags)) {
      write(file, content);
    }
  }

  void append(String path, String content) {
    try (Fd file = open(path, FileOpen.O_WRONLY | FileOpen.O_APPEND)) {
      write(file, content);
    }
  }

  static void write(Fd file, String content) {
    write(file, content, 0);
  }

  static void write(Fd file, String content, long position) {
    byte[] bytes = content.getBytes(UTF_8);
    FileIo.writeFully(file.value(), bytes, 0, bytes.length, position);
  }

  /** The names in a directory, in their order. */
  String names(String path) {
    try (Fd directory = open(path, READ | FileOpen.O_DIRECTORY)) {
      return names(directory);
    }
  }

  static String names(Fd directory) {
    FileIo.lseek(directory.value(), 0, FileIo.SEEK_SET);
    List<String> names =
        DirectoryReader.names(directory.value()).stream()
            .map(name -> new String(name, UTF_8))
            .sorted()
            .toList();
    return names.isEmpty() ? "nothing" : String.join(" ", names);
  }

  FileStatus stat(String path) {
    FileStatus status = new FileStatus();
    FileAttributes.lstatat(Fd.CWD, at(path), status);
    return status;
  }

  static FileStatus stat(Fd file) {
    FileStatus status = new FileStatus();
    FileAttributes.fstat(file.value(), status);
    return status;
  }

  boolean isThere(String path) {
    return FileAttributes.lstatIfPresent(Fd.CWD, at(path), new FileStatus());
  }

  /** The number that a listing of its directory gives a name; 0 where it is not listed. */
  long listedInode(String directory, String name) {
    try (Fd opened = open(directory, READ | FileOpen.O_DIRECTORY)) {
      DirectoryReader reader = new DirectoryReader(opened.value());
      while (reader.next()) {
        if (new String(reader.name(), UTF_8).equals(name)) {
          return reader.inode();
        }
      }
      return 0;
    }
  }

  void mkdir(String path) {
    FileNames.mkdirat(Fd.CWD, at(path), 0755);
  }

  void mknod(String path, int mode, long device) {
    FileNames.mknodat(Fd.CWD, at(path), mode, device);
  }

  void unlink(String path) {
    FileNames.unlinkat(Fd.CWD, at(path), 0);
  }

  void rmdir(String path) {
    FileNames.unlinkat(Fd.CWD, at(path), FileNames.AT_REMOVEDIR);
  }

  void rename(String from, String to) {
    FileNames.renameat(Fd.CWD, at(from), Fd.CWD, at(to));
  }

  void rename(String from, String to, int flags) {
    FileNames.renameat2(Fd.CWD, at(from), Fd.CWD, at(to), flags);
  }

  void link(String from, String to) {
    FileNames.linkat(Fd.CWD, at(from), Fd.CWD, at(to), 0);
  }

  void symlink(String target, String path) {
    FileNames.symlinkat(target.getBytes(UTF_8), Fd.CWD, at(path));
  }

  void chmod(String path, int mode) {
    FileAttributes.fchmodat(Fd.CWD, at(path), mode);
  }

  void chown(String path, int uid, int gid) {
    FileAttributes.fchownat(Fd.CWD, at(path), uid, gid, FileAttributes.AT_SYMLINK_NOFOLLOW);
  }

  void utimes(String path, long accessTime, long modifyTime) {
    FileAttributes.utimensat(
        Fd.CWD, at(path), accessTime, modifyTime, FileAttributes.AT_SYMLINK_NOFOLLOW);
  }

  void truncate(String path, long size) {
    FileIo.truncate(at(path), size);
  }

  void setXattr(String path, String name, String value) {
    Xattrs.lset(at(path), name.getBytes(UTF_8), value.getBytes(UTF_8), 0);
  }

  /** An extended attribute's value, or "none". */
  String xattr(String path, String name) {
    return Xattrs.lget(at(path), name.getBytes(UTF_8))
        .map(value -> new String(value, UTF_8))
        .orElse("none");
  }

  /** The names of a file's extended attributes, in their order, or "none". */
  String xattrs(String path) {
    TreeSet<String> names =
        Xattrs.llist(at(path)).stream()
            .map(name -> new String(name, UTF_8))
            .collect(Collectors.toCollection(TreeSet::new));
    return names.isEmpty() ? "none" : String.join(" ", names);
  }

  /** Runs a shell script in the root; returns what it writes, lines joined by "; ". */
  String sh(String script) throws IOException {
    return run(List.of("sh", "-c", "export LC_ALL=C; " + script));
  }

  /**
   * Runs a program in Python in the root, as root, until it calls {@code someone()}; returns what
   * it writes, lines joined by "; ". An error of the system that it does not catch ends it with the
   * errno's name.
   */
  String python(String program) throws IOException {
    return run(List.of("/usr/bin/python3", "-I", "-S", "-c", PRELUDE + program));
  }

  private String run(List<String> words) throws IOException {
    Process process =
        new ProcessBuilder(words)
            .directory(union.path().toFile())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String written = new String(process.getInputStream().readAllBytes(), UTF_8);
    try {
      int status = process.waitFor();
      String result = String.join("; ", written.strip().lines().toList());
      return status == 0 ? result : result + "; exit " + status;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
