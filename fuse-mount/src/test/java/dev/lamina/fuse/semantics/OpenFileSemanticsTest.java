package dev.lamina.fuse.semantics;

import static dev.lamina.fuse.semantics.User.either;

import dev.lamina.testing.fs.LowerTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** D.7: open files, mappings, locks. */
final class OpenFileSemanticsTest extends SemanticsTest {
  private static final String OBJECT = "o".repeat(100_000);

  private static LowerTree lower() {
    return LowerTree.empty().file("file", OBJECT).file("small", "small").directory("dir");
  }

  @Test
  void D7_1_what_was_opened_before_a_copy_up_may_keep_the_old_content() throws Exception {
    String before =
        """
        r = os.open(NAME, os.O_RDONLY); m = mmap.mmap(r, 0, prot=mmap.PROT_READ); m[0]
        w = os.open(NAME, os.O_RDWR); os.pwrite(w, b'N', 0)
        print(os.pread(r, 1, 0).decode(), chr(m[0]), text(NAME)[0])
        """;
    line("A descriptor of a file that the kernel reads by itself keeps it, and so do mappings; on"
            + " overlayfs mappings alone. A small file, which the kernel does not read by itself,"
            + " is one file throughout. Whatever is opened afterwards sees the change, and all of"
            + " that agree.")
        .over(lower())
        .shows(
            "a descriptor and a mapping from before the first write, and a new descriptor, of"
                + " 100,000 bytes",
            "o o N",
            u -> u.python(before.replace("NAME", "'file'")))
        .shows("of 5 bytes", "N N N", u -> u.python(before.replace("NAME", "'small'")))
        .same(
            "two descriptors and two mappings from after it",
            "all agree",
            u ->
                u.python(
                    """
                    with open('file', 'r+') as f: f.write('N')
                    a, b = (os.open('file', os.O_RDWR) for _ in range(2))
                    m, n = (mmap.mmap(f, 100000) for f in (a, b))
                    seen = []
                    os.pwrite(a, b'A', 1); seen.append({os.pread(b, 1, 1), m[1:2], n[1:2]} == {b'A'})
                    m[2:3] = b'B'; seen.append({os.pread(a, 1, 2), os.pread(b, 1, 2), n[2:3]} == {b'B'})
                    n[3:4] = b'C'; os.ftruncate(a, 90000)
                    seen.append({os.pread(a, 1, 3), m[3:4]} == {b'C'} and os.fstat(b).st_size == 90000)
                    print('all agree' if all(seen) else seen)
                    """))
        .end();
  }

  @Test
  void D7_2_no_writer_ever_reaches_a_layer() throws Exception {
    line("Many volumes share a layer's files: whoever wrote to one would change it in all of them.")
        .over(lower().hardLink("dir/link", "file"))
        .same(
            "writes, mappings, truncation, holes, copies, by other names and by /proc, while others"
                + " read",
            "layers intact",
            u -> {
              String said =
                  u.python(
                      """
                      readers = [os.open('file', os.O_RDONLY) for _ in range(3)]
                      maps = [mmap.mmap(f, 0, prot=mmap.PROT_READ) for f in readers]
                      for f in readers: tried(os.pwrite, f, b'X', 0)
                      for f in readers:
                          w = None
                          try: w = os.open(f'/proc/self/fd/{f}', os.O_RDWR)
                          except OSError: pass
                          if w is not None: os.pwrite(w, b'P', 10)
                      w = os.open('dir/link', os.O_RDWR); os.pwrite(w, b'N', 1)
                      m = mmap.mmap(w, 0); m[2:3] = b'M'; m.flush()
                      tried(os.pwrite, readers[0], b'X', 3)
                      libc.fallocate(w, 3, ctypes.c_long(4096), ctypes.c_long(4096))
                      s = os.open('small', os.O_RDWR); tried(os.copy_file_range, s, w, 5, 0, 20)
                      a = os.open('file', os.O_WRONLY | os.O_APPEND); os.write(a, b'end')
                      os.truncate('file', 70000); os.open('small', os.O_WRONLY | os.O_TRUNC)
                      tried(lambda: os.write(os.open('dir', os.O_TMPFILE | os.O_RDWR), b'x'))
                      for f in readers + [w, a, s]: os.close(f)
                      os.pwrite(os.open('file', os.O_RDWR), b'Z', 0)
                      """);
              return said + u.layers();
            })
        .end();
  }

  @Test
  void D7_3_an_old_descriptor_is_of_the_file_as_it_is_now() throws Exception {
    line("Of what it is, not of what it reads: attributes seen and set by it are those of the"
            + " file.")
        .over(lower())
        .same(
            "fstat by a descriptor from before a write that makes the file longer",
            "the same file, 100001 bytes",
            u ->
                u.python(
                    """
                    r = os.open('file', os.O_RDONLY); before = os.fstat(r)
                    with open('file', 'a') as f: f.write('x')
                    after = os.fstat(r)
                    same = (before.st_ino, before.st_dev) == (after.st_ino, after.st_dev) and os.path.samestat(after, os.stat('file'))
                    print('the same file' if same else 'another file', f'{after.st_size} bytes', sep=', ')
                    """))
        .same(
            "fchmod, fchown, futimens and fsetxattr by it, seen by name",
            "600 5:6 1.5 b'1'",
            u ->
                u.python(
                    """
                    r = os.open('file', os.O_RDONLY)
                    with open('file', 'a') as f: f.write('x')
                    os.fchmod(r, 0o600); os.fchown(r, 5, 6); os.utime(r, (1.5, 1.5)); os.setxattr(r, 'user.a', b'1')
                    s = os.stat('file')
                    print(f'{s.st_mode & 0o7777:o} {s.st_uid}:{s.st_gid} {s.st_mtime} {os.getxattr("file", "user.a")}')
                    """))
        .shows(
            "inotify watches of a file and of its directory, set before the file is copied up,"
                + " written and a file is made",
            "told told",
            watched(""))
        .shows(
            "the same while somebody has the file open to read",
            "not told told",
            watched("r = os.open('dir/file', os.O_RDONLY)"))
        .end();
  }

  private static Look watched(String before) {
    return u -> {
      u.rename("file", "dir/file");
      return u.python(
          before
              + """

              def watch(path, events):
                  fd = libc.inotify_init1(os.O_NONBLOCK); libc.inotify_add_watch(fd, path, events); return fd
              f, d = watch(b'dir/file', 2), watch(b'dir', 0x100)
              with open('dir/file', 'a') as w: w.write('x')
              put('dir/new', 'x')
              for fd in f, d: print('told' if tried(os.read, fd, 4096) == 'done' else 'not told', end=' ')
              """);
    };
  }

  @Test
  void D7_4_locks_work_and_see_each_other() throws Exception {
    String locks =
        """
        def ofd(f, kind):
            fcntl.fcntl(f, 37, struct.pack('hhqqi4x', kind, 0, 0, 0, 0))
        with open('file', 'a') as f: f.write('x')
        a, b = (os.open('file', os.O_RDWR) for _ in range(2))
        """;
    line("flock, POSIX locks and those of open file descriptions, taken after a file was copied up,"
            + " see each other. One that was taken before, on a file that the kernel reads by"
            + " itself, and a later one do not: the descriptors lead to two inodes of the"
            + " kernel's.")
        .over(lower())
        .same(
            "two exclusive flocks; one after the other is given back",
            "EAGAIN done",
            u ->
                u.python(
                    locks
                        + """
                        fcntl.flock(a, fcntl.LOCK_EX)
                        first = tried(fcntl.flock, b, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        fcntl.flock(a, fcntl.LOCK_UN)
                        print(first, tried(fcntl.flock, b, fcntl.LOCK_EX | fcntl.LOCK_NB))
                        """))
        .same(
            "POSIX locks of two processes on one range, and on two",
            "EAGAIN done",
            u ->
                u.python(
                    locks
                        + """
                        fcntl.lockf(a, fcntl.LOCK_EX, 10, 0)
                        if os.fork() == 0:
                            print(tried(fcntl.lockf, b, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, 5),
                                  tried(fcntl.lockf, b, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, 10), flush=True)
                            os._exit(0)
                        os.wait()
                        """))
        .same(
            "locks of two open file descriptions",
            "EAGAIN",
            u -> u.python(locks + "ofd(a, fcntl.F_WRLCK); print(tried(ofd, b, fcntl.F_WRLCK))"))
        .shows(
            "flock on a descriptor from before the copy-up of a large file, and on one from after"
                + " it",
            "done done",
            u ->
                u.python(
                    """
                    r = os.open('file', os.O_RDONLY); print(tried(fcntl.flock, r, fcntl.LOCK_EX), end=' ')
                    w = os.open('file', os.O_RDWR); print(tried(fcntl.flock, w, fcntl.LOCK_EX | fcntl.LOCK_NB))
                    """))
        .same(
            "the same of a small file",
            "done EAGAIN",
            u ->
                u.python(
                    """
                    r = os.open('small', os.O_RDONLY); print(tried(fcntl.flock, r, fcntl.LOCK_EX), end=' ')
                    w = os.open('small', os.O_RDWR); print(tried(fcntl.flock, w, fcntl.LOCK_EX | fcntl.LOCK_NB))
                    """))
        .end();
  }

  @Test
  void D7_5_a_removed_file_can_be_used_until_its_last_descriptor_is_closed() throws Exception {
    String used =
        """
        w = os.open('file', FLAGS)
        GONE
        if FLAGS == os.O_RDWR: os.pwrite(w, b'N', 0); os.ftruncate(w, 50000)
        s = os.fstat(w); print(os.pread(w, 1, 0).decode(), s.st_size, s.st_nlink)
        """;
    line("Also where it was copied up, or replaced by a rename. (Over a restart of the daemon:"
            + " later.)")
        .over(lower())
        .shows(
            "a file of a layer, opened to read, then removed: first byte, size, links",
            "o 100000 0",
            u ->
                u.python(used.replace("FLAGS", "os.O_RDONLY").replace("GONE", "os.remove('file')")))
        .same(
            "opened to write, removed, written and truncated",
            "N 50000 0",
            u -> u.python(used.replace("FLAGS", "os.O_RDWR").replace("GONE", "os.remove('file')")))
        .same(
            "replaced by a rename",
            "N 50000 0",
            u ->
                u.python(
                    used.replace("FLAGS", "os.O_RDWR")
                        .replace("GONE", "put('new', 'x'); os.rename('new', 'file')")))
        .same(
            "fchmod and fsetxattr of it, and reopening it by /proc/self/fd",
            "600 b'1' o",
            u ->
                u.python(
                    """
                    r = os.open('file', os.O_RDWR); os.remove('file')
                    os.fchmod(r, 0o600); os.setxattr(r, 'user.a', b'1')
                    again = os.open(f'/proc/self/fd/{r}', os.O_RDONLY)
                    print(f'{os.fstat(again).st_mode & 0o7777:o}', os.getxattr(r, 'user.a'), os.pread(again, 1, 0).decode())
                    """))
        .end();
  }

  @Test
  void D7_6_appending_is_atomic_and_flags_of_open_hold() throws Exception {
    line("O_APPEND among many writers; O_DIRECT is accepted; O_SYNC and O_DSYNC write through.")
        .over(lower())
        .same(
            "four processes append a thousand lines together to a file of a layer",
            "1000 whole lines",
            u ->
                u.python(
                    """
                    for p in range(4):
                        if os.fork() == 0:
                            f = os.open('small', os.O_WRONLY | os.O_APPEND)
                            for i in range(250): os.write(f, f'\\n{p}:{i:03}:{"x" * 90}'.encode())
                            os._exit(0)
                    for _ in range(4): os.wait()
                    lines = text('small').split('\\n')[1:]
                    whole = {l for l in lines if len(l) == 96 and l.endswith('x' * 90)}
                    print(len(whole) if len(whole) == len(lines) else 'broken', 'whole lines')
                    """))
        .same(
            "4096 bytes are written and read with O_DIRECT",
            "the same bytes",
            u ->
                u.python(
                    """
                    m = mmap.mmap(-1, 8192); m[:4096] = b'D' * 4096
                    f = os.open('file', os.O_RDWR | os.O_DIRECT)
                    os.pwritev(f, [memoryview(m)[:4096]], 4096); os.preadv(f, [memoryview(m)[4096:]], 4096)
                    print('the same bytes' if m[4096:] == m[:4096] and text('file')[4096:8192] == 'D' * 4096 else 'others')
                    """))
        .same(
            "O_SYNC and O_DSYNC",
            "done done",
            u ->
                u.python(
                    """
                    def write(flag): os.write(os.open('file', os.O_WRONLY | flag), b'x')
                    print(tried(write, os.O_SYNC), tried(write, os.O_DSYNC))
                    """))
        .alone(
            "what is done with the disk when 1 byte is written with O_SYNC",
            "records synced",
            synced(),
            "not watched")
        .end();
  }

  private String synced() throws Exception {
    return inVolume(
        store().volume(lower()),
        u -> {
          u.append("file", "x");
          takenSteps().clear();
          u.python("os.write(os.open('file', os.O_WRONLY | os.O_SYNC), b'x')");
          return either(takenSteps().contains("log synced"), "records synced", takenSteps() + "");
        });
  }

  @Test
  void D7_7_a_program_that_is_written_is_not_run() throws Exception {
    LowerTree programs = LowerTree.empty().file("sleep", sleep()).mode("sleep", 0755);
    line("ETXTBSY, both ways, as on any file system. On overlayfs a program of a layer can be"
            + " written while it runs, since what runs is the layer's.")
        .over(programs)
        .same(
            "a new program that is open for writing is run",
            "ETXTBSY",
            u ->
                u.python(
                    """
                    with open('sleep', 'rb') as f: b = f.read()
                    with open('new', 'wb') as f: f.write(b)
                    os.chmod('new', 0o755); w = os.open('new', os.O_WRONLY)
                    print(tried(os.posix_spawn, './new', ['sleep', '0'], {}))
                    """))
        .same(
            "a new program that runs is opened for writing",
            "ETXTBSY",
            u ->
                u.python(
                    """
                    with open('sleep', 'rb') as f: b = f.read()
                    with open('new', 'wb') as f: f.write(b)
                    os.chmod('new', 0o755); p = os.posix_spawn('./new', ['sleep', '100'], {})
                    print(tried(os.open, 'new', os.O_WRONLY)); os.kill(p, 9); os.wait()
                    """))
        .shows(
            "a program of a layer that runs is opened for writing",
            "ETXTBSY",
            u ->
                u.python(
                        """
                        p = os.posix_spawn('./sleep', ['sleep', '100'], {})
                        print(tried(os.open, 'sleep', os.O_WRONLY)); os.kill(p, 9); os.wait()
                        """)
                    + either(u.layers().equals("layers intact"), "", ", layers damaged"))
        .end();
  }

  private static byte[] sleep() throws IOException {
    return Files.readAllBytes(Path.of("/bin/sleep"));
  }

  @Test
  void D7_8_mappings_agree_with_reads_and_writes() throws Exception {
    line("Of a file that was copied up, shared and writable, and what was stored lasts.")
        .over(lower())
        .same(
            "stores are read, writes are seen in the mapping, after a remount too",
            "agree; S W",
            u -> {
              String said =
                  u.python(
                      """
                      f = os.open('file', os.O_RDWR); m = mmap.mmap(f, 0)
                      m[10:11] = b'S'; os.pwrite(f, b'W', 20)
                      print('agree' if os.pread(f, 1, 10) == b'S' and m[20:21] == b'W' else 'differ')
                      os.close(f); m.close()
                      """);
              u.remount();
              String content = u.text("file");
              return said + "; " + content.charAt(10) + " " + content.charAt(20);
            })
        .same(
            "a store after the descriptor is closed, read by another process, and the file's time",
            "S, a later time",
            u ->
                u.python(
                    """
                    f = os.open('file', os.O_RDWR); m = mmap.mmap(f, 0); os.close(f)
                    before = os.stat('file').st_mtime_ns; time.sleep(0.02)
                    m[30:31] = b'S'; m.flush(); m.close()
                    if os.fork() == 0:
                        print(text('file')[30], end=', ', flush=True); os._exit(0)
                    os.wait(); time.sleep(1.1)
                    print('a later time' if os.stat('file').st_mtime_ns > before else 'the time before')
                    """))
        .same(
            "a private mapping, written",
            "the file is as it was",
            u ->
                u.python(
                    """
                    m = mmap.mmap(os.open('file', os.O_RDONLY), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
                    m[0:1] = b'P'
                    print('the file is as it was' if text('file')[0] == 'o' else 'written')
                    """))
        .end();
  }
}
