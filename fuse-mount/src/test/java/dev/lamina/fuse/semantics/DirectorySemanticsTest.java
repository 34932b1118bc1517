package dev.lamina.fuse.semantics;

import static dev.lamina.fuse.semantics.User.either;

import dev.lamina.fs.FileKind;
import dev.lamina.testing.fs.LowerTree;
import org.junit.jupiter.api.Test;

/** D.5: directories and listings. */
final class DirectorySemanticsTest extends SemanticsTest {
  private static final int MANY = 400;

  private static LowerTree lower() {
    LowerTree tree =
        LowerTree.empty()
            .directory("dir")
            .directory("dir/sub")
            .file("dir/file", "file")
            .symlink("dir/symlink", "file")
            .special("dir/fifo", FileKind.FIFO, 0)
            .special("dir/socket", FileKind.SOCKET, 0)
            .special("dir/device", FileKind.CHARACTER_DEVICE, 0x103)
            .directory("many");
    for (int i = 0; i < MANY; i++) {
      tree = tree.file("many/lower" + i, "");
    }
    return tree;
  }

  private static LowerTree upper() {
    return LowerTree.empty()
        .directory("dir")
        .file("dir/file", "another")
        .file("dir/more", "more")
        .special("dir/sub", FileKind.CHARACTER_DEVICE, 0);
  }

  /** Reads a directory with libc's own functions, as a program does that keeps positions. */
  private static final String LISTING =
      """
      class dirent(ctypes.Structure):
          _fields_ = [('ino', ctypes.c_uint64), ('off', ctypes.c_int64), ('len', ctypes.c_uint16),
                      ('type', ctypes.c_uint8), ('name', ctypes.c_char * 256)]
      libc.opendir.restype = ctypes.c_void_p
      libc.readdir.restype = ctypes.POINTER(dirent)
      libc.readdir.argtypes = libc.rewinddir.argtypes = libc.telldir.argtypes = [ctypes.c_void_p]
      libc.telldir.restype = ctypes.c_long
      libc.seekdir.argtypes = [ctypes.c_void_p, ctypes.c_long]
      def following(directory):
          e = libc.readdir(directory)
          return e.contents.name.decode() if e else None
      def rest(directory):
          names = []
          while (name := following(directory)) is not None: names.append(name)
          return names
      """;

  @Test
  void D5_1_each_name_is_listed_once_with_its_kind() throws Exception {
    line("Names of several layers once, markers never. No entry has an unknown kind.")
        .over(lower(), upper())
        .same(
            "a merged directory lists", "device fifo file more socket symlink", u -> u.names("dir"))
        .same(
            "the kinds (d_type) of its entries",
            "all right",
            u ->
                u.python(
                    LISTING
                        + """
                        d = libc.opendir(b'dir'); wrong = []
                        while e := libc.readdir(d):
                            kind = stat.S_IFMT(os.lstat(b'dir/' + e.contents.name).st_mode) >> 12
                            if e.contents.type != kind: wrong.append(e.contents.name.decode())
                        print('all right' if not wrong else f'wrong: {wrong}')
                        """))
        .same(
            "names made, removed and made again in the view",
            "device fifo file more socket sub",
            u -> {
              u.unlink("dir/more");
              u.unlink("dir/symlink");
              u.put("dir/sub", "a file");
              u.put("dir/more", "again");
              return u.names("dir");
            })
        .end();
  }

  @Test
  void D5_2_positions_in_a_listing_stay_true() throws Exception {
    line("telldir's answers lead back to where they were taken. What is in a directory all the time"
            + " while it is listed is listed exactly once, whatever is made, removed and renamed"
            + " meanwhile. rewinddir shows the directory as it is then.")
        .over(lower())
        .same(
            "each position of a merged directory of 400 names, in any order",
            "each leads to the name that came there",
            u ->
                u.python(
                    LISTING
                        + """
                        for i in range(50): put(f'many/upper{i}', '')
                        d = libc.opendir(b'many'); order = []
                        while True:
                            at = libc.telldir(d); name = following(d)
                            if name is None: break
                            order.append((at, name))
                        wrong = 0
                        for at, name in order[::-7] + order[::5]:
                            libc.seekdir(d, at)
                            if following(d) != name: wrong += 1
                        print('each leads to the name that came there' if not wrong else f'{wrong} wrong')
                        """))
        .shows(
            "listing while others make, remove and rename",
            "what stayed is listed once",
            u ->
                u.python(
                    LISTING
                        + """
                        for i in range(600): put(f'many/upper{i}', '')
                        d = libc.opendir(b'many'); names = [following(d) for _ in range(20)]
                        gone = set()
                        for i in range(0, 400, 2):
                            for name in f'lower{i}', f'upper{i}':
                                gone.add(name)
                                os.rename(f'many/{name}', f'many/renamed{name}') if i % 4 else os.remove(f'many/{name}')
                            put(f'many/new{i}', '')
                            names.append(following(d))
                        names += rest(d)
                        stayed = [f'lower{i}' for i in range(400)] + [f'upper{i}' for i in range(600)]
                        counts = {names.count(n) for n in stayed if n not in gone}
                        print('what stayed is listed once' if counts == {1} else f'what stayed is listed {sorted(counts)} times')
                        """))
        .same(
            "rewinddir after a name is made and one removed",
            "both are seen",
            u ->
                u.python(
                    LISTING
                        + """
                        d = libc.opendir(b'many'); rest(d)
                        os.remove('many/lower7'); put('many/new', '')
                        libc.rewinddir(d); names = rest(d)
                        print('both are seen' if 'new' in names and 'lower7' not in names else 'not seen')
                        """))
        .shows(
            "removing all that is listed, as rm -r does, with one descriptor",
            "nothing left",
            u ->
                u.python(
                    LISTING
                        + """
                        for i in range(300): put(f'many/upper{i}', '')
                        d = libc.opendir(b'many')
                        while (name := following(d)) is not None:
                            if name not in ('.', '..'): os.remove('many/' + name)
                        left = os.listdir('many')
                        print('nothing left' if not left else f'{len(left)} left')
                        """))
        .end();
  }

  @Test
  void D5_3_listings_with_and_without_attributes_agree() throws Exception {
    line("The kernel reads directories with or without attributes, as it sees fit (readdir,"
            + " readdirplus): both have the same numbers.")
        .over(lower(), upper())
        .same(
            "the first listing of a directory, and one after stat of each entry, and after a"
                + " change",
            "the same numbers",
            u ->
                u.python(
                    """
                    def numbers(): return {e.name: e.inode() for e in os.scandir('dir')}
                    first = numbers()
                    stats = {n: os.lstat('dir/' + n).st_ino for n in first}
                    second = numbers()
                    with open('dir/file', 'a') as f: f.write('x')
                    third = numbers()
                    print('the same numbers' if first == stats == second == third else 'other numbers')
                    """))
        .end();
  }

  @Test
  void D5_4_the_count_of_links_of_directories() throws Exception {
    line("A directory of a layer has 1 for ever, which tells find(1) and others that its"
            + " subdirectories are not counted. A directory that was made in the mount has 2 and"
            + " one for each subdirectory, as POSIX's tests ask.")
        .over(lower())
        .shows("a directory of a layer", "1", u -> "" + u.stat("dir").links())
        .shows(
            "it gets another subdirectory",
            "1",
            u -> {
              u.mkdir("dir/another");
              return "" + u.stat("dir").links();
            })
        .shows(
            "a new directory; with two subdirectories and a file; with one of them moved out",
            "2, 4, 3",
            u -> {
              u.mkdir("new");
              int empty = u.stat("new").links();
              u.mkdir("new/a");
              u.mkdir("new/b");
              u.put("new/file", "");
              int two = u.stat("new").links();
              u.rename("new/a", "a");
              return empty + ", " + two + ", " + u.stat("new").links();
            })
        .shows(
            "find finds all directories, of layers and new ones",
            "all",
            u -> {
              u.sh("mkdir -p dir/sub/x/y new/a/b");
              String found = u.sh("find . -type d | sort");
              String all =
                  ".; ./dir; ./dir/sub; ./dir/sub/x; ./dir/sub/x/y; ./many; ./new; ./new/a;"
                      + " ./new/a/b";
              return either(found.equals(all), "all", found);
            })
        .end();
  }

  @Test
  void D5_5_a_directory_that_is_removed_while_it_is_open() throws Exception {
    String removed =
        """
        d = os.open(DIR, os.O_RDONLY); os.chdir(DIR); os.rmdir('../' + NAME)
        print(os.listdir(d) or 'empty', tried(os.open, 'x', os.O_CREAT | os.O_WRONLY, dir_fd=d),
              tried(os.mkdir, 'y', dir_fd=d), tried(os.symlink, 'a', 'z', dir_fd=d), tried(os.getcwd),
              sep=', ')
        """;
    line("It lists nothing, nothing can be made in it (ENOENT), and it has no path any more.")
        .over(lower())
        .same(
            "a directory of a layer: listing, creat, mkdir, symlink, getcwd",
            "empty, ENOENT, ENOENT, ENOENT, ENOENT",
            u -> u.python(removed.replace("DIR", "'dir/sub'").replace("NAME", "'sub'")))
        .same(
            "a new directory",
            "empty, ENOENT, ENOENT, ENOENT, ENOENT",
            u -> {
              u.mkdir("new");
              return u.python(removed.replace("DIR", "'new'").replace("NAME", "'new'"));
            })
        .end();
  }
}
