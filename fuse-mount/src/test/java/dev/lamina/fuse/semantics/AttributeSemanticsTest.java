package dev.lamina.fuse.semantics;

import static dev.lamina.fuse.semantics.User.either;

import dev.lamina.fs.FileKind;
import dev.lamina.fuse.MountOptions;
import dev.lamina.linux.FileStatus;
import dev.lamina.testing.fs.LowerTree;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** D.8: attributes, permissions, special files. */
final class AttributeSemanticsTest extends SemanticsTest {
  private static final String OBJECT = "o".repeat(100_000);
  private static final byte[] CAPABILITY = {
    1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
  };

  private static LowerTree lower() {
    return LowerTree.empty().file("file", OBJECT).directory("dir").file("small", "small");
  }

  private static LowerTree privileged() {
    return LowerTree.empty()
        .file("exec", OBJECT)
        .mode("exec", 06777)
        .owner("exec", 1000, 1000)
        .file("locking", OBJECT)
        .mode("locking", 02767)
        .owner("locking", 1000, 1000)
        .file("capable", OBJECT)
        .mode("capable", 0777)
        .owner("capable", 1000, 1000)
        .xattr("capable", "security.capability", CAPABILITY)
        .file("mine", OBJECT)
        .mode("mine", 06755)
        .owner("mine", 1000, 1000);
  }

  @Test
  void D8_1_privileges_die_with_a_write_of_somebody_without() throws Exception {
    String mode = "print(f'{os.stat(\"%s\").st_mode & 0o7777:o}')";
    line("Set-user-ID and set-group-ID go when somebody without privileges writes or changes the"
            + " owner; set-group-ID stays on a file that its group cannot execute. A write, of"
            + " root's too, takes capabilities away.")
        .over(privileged())
        .same(
            "user 1000 writes to a file of 6777",
            "777",
            u ->
                u.python(
                    "someone(); os.write(os.open('exec', os.O_WRONLY), b'x'); "
                        + mode.formatted("exec")))
        .same(
            "to one of 2767",
            "2767",
            u ->
                u.python(
                    "someone(); os.write(os.open('locking', os.O_WRONLY), b'x'); "
                        + mode.formatted("locking")))
        .same(
            "truncates one of 6777, and maps nothing",
            "777",
            u -> u.python("someone(); os.truncate('exec', 10); " + mode.formatted("exec")))
        .same(
            "opens one with O_TRUNC",
            "777",
            u ->
                u.python(
                    "someone(); os.open('exec', os.O_WRONLY | os.O_TRUNC); "
                        + mode.formatted("exec")))
        .same(
            "the owner gives one of 6755 to his own group",
            "755",
            u -> u.python("someone(); os.chown('mine', -1, 1000); " + mode.formatted("mine")))
        .same(
            "root gives one to another user",
            "755",
            u -> u.python("os.chown('mine', 5, 6); " + mode.formatted("mine")))
        .same(
            "root writes to one of 6777",
            "6777",
            u ->
                u.python("os.write(os.open('exec', os.O_WRONLY), b'x'); " + mode.formatted("exec")))
        .same(
            "security.capability after a write of user 1000, after one of root, and after a read",
            "none, none, kept",
            u -> {
              String users =
                  u.python(
                      "someone(); os.write(os.open('capable', os.O_WRONLY), b'x')"
                          + "\nprint(os.listxattr('capable') or 'none')");
              u.setXattr("capable", "user.a", "1");
              u.sh("setcap cap_chown+ep exec");
              boolean had = u.xattrs("exec").contains("security.capability");
              u.text("exec");
              boolean read = u.xattrs("exec").contains("security.capability");
              u.append("exec", "x");
              return users
                  + ", "
                  + either(had && !u.xattrs("exec").contains("capability"), "none", "kept")
                  + ", "
                  + either(read, "kept", "gone");
            })
        .end();
  }

  @Test
  void D8_2_new_files_inherit_from_their_directory() throws Exception {
    LowerTree tree =
        LowerTree.empty()
            .directory("group")
            .mode("group", 02777)
            .owner("group", 0, 7)
            .directory("acl")
            .mode("acl", 0777);
    line("In a set-group-ID directory the group, and directories the bit; from a default ACL the"
            + " access ACL, and the umask does not count then.")
        .over(tree)
        .same(
            "a file and a directory of user 1000 with a umask of 027, in a directory of 2777 and"
                + " group 7",
            "640 1000:7, 2750 1000:7",
            u ->
                u.python(
                    """
                    someone(); os.umask(0o027); open('group/f', 'w').close(); os.mkdir('group/d')
                    print(', '.join(f'{s.st_mode & 0o7777:o} {s.st_uid}:{s.st_gid}'
                                    for s in map(os.stat, ('group/f', 'group/d'))))
                    """))
        .same(
            "a file with a umask of 077 in a directory with the default ACL"
                + " u::rwx,u:9:rw,g::r,o::-",
            "user::rw- user:9:rw- group::r-- mask::rw- other::---",
            u ->
                u.sh(
                    """
                    setfacl -d -m u::rwx,u:9:rw,g::r,o::- acl; umask 077; touch acl/f; getfacl -cpn acl/f | tr '\\n' ' '
                    """))
        .same(
            "a directory there",
            "yes",
            u ->
                u.sh(
                    """
                    setfacl -d -m u::rwx,u:9:rw,g::r,o::- acl; umask 077; mkdir acl/d
                    test "$(getfacl -cpnd acl)" = "$(getfacl -cpnd acl/d)" && echo yes
                    """))
        .same(
            "the same of a directory of a layer, where the umask counts without an ACL",
            "600",
            u -> u.sh("umask 077; touch acl/f; stat -c %a acl/f"))
        .end();
  }

  @Test
  void D8_3_times_are_exact_and_reading_a_layer_leaves_them() throws Exception {
    line("Nanoseconds; UTIME_NOW and UTIME_OMIT; changed files get access times as with relatime,"
            + " files of a layer never.")
        .over(lower().modifyTime("file", 1_100_000_000_000_000_001L))
        .same(
            "utimensat with nanoseconds, after a remount",
            "1234567890.123456789 and 987654321.987654321",
            u -> {
              u.utimes("file", 1_234_567_890_123_456_789L, 987_654_321_987_654_321L);
              u.remount();
              return u.sh("stat -c '%.X and %.Y' file").isEmpty()
                  ? "nothing"
                  : u.python(
                      """
                      s = os.stat('file')
                      print(*(f'{t // 10**9}.{t % 10**9:09}' for t in (s.st_atime_ns, s.st_mtime_ns)), sep=' and ')
                      """);
            })
        .same(
            "UTIME_OMIT of one time, UTIME_NOW of the other",
            "kept and now",
            u -> {
              FileStatus before = u.stat("file");
              u.sh("touch -a file");
              FileStatus after = u.stat("file");
              return either(before.modifyTime() == after.modifyTime(), "kept", "changed")
                  + " and "
                  + either(after.accessTime() > before.accessTime(), "now", "not now");
            })
        .same(
            "reading a file of a layer, and listing a directory",
            "kept kept",
            u ->
                u.python(
                    """
                    for path, read in ('file', text), ('dir', os.listdir):
                        before = os.stat(path).st_atime_ns; time.sleep(0.02); read(path)
                        print('kept' if os.stat(path).st_atime_ns == before else 'moved', end=' ')
                    """))
        .shows(
            "reading a new file whose access time is older than its change",
            "moved",
            u ->
                u.python(
                    """
                    put('new', 'x' * 100000); os.utime('new', (1, 2)); text('new')
                    print('moved' if os.stat('new').st_atime > 1 else 'kept')
                    """))
        .end();
  }

  @Test
  void D8_4_extended_attributes_of_all_kinds() throws Exception {
    line("user, trusted, security and ACLs, on files of layers and new ones, with the errors of"
            + " xattr(7).")
        .over(lower().symlink("symlink", "file"))
        .same(
            "one of each on a file of a layer, after a remount",
            "security.s system.posix_acl_access trusted.t user.u",
            u -> {
              u.sh("setfattr -n user.u -v 1 file; setfattr -n trusted.t -v 2 file");
              u.sh("setfattr -n security.s -v 3 file; setfacl -m u:9:r file");
              u.remount();
              return u.xattrs("file");
            })
        .same(
            "of one that is not there; removing it",
            "ENODATA ENODATA",
            u ->
                u.python(
                    "print(tried(os.getxattr, 'file', 'user.x'), tried(os.removexattr, 'file',"
                        + " 'user.x'))"))
        .same(
            "XATTR_CREATE of one that is there, XATTR_REPLACE of one that is not",
            "EEXIST ENODATA",
            u ->
                u.python(
                    """
                    os.setxattr('file', 'user.a', b'1')
                    print(tried(os.setxattr, 'file', 'user.a', b'2', os.XATTR_CREATE),
                          tried(os.setxattr, 'file', 'user.b', b'2', os.XATTR_REPLACE))
                    """))
        .same(
            "asking for a value's size, and giving too small a buffer for a value and for the list",
            "5 ERANGE ERANGE",
            u ->
                u.python(
                    """
                    os.setxattr('file', 'user.a', b'value'); buffer = ctypes.create_string_buffer(2)
                    def asked(size, n): return size if size >= 0 else errno.errorcode[ctypes.get_errno()]
                    print(libc.getxattr(b'file', b'user.a', None, 0), asked(libc.getxattr(b'file', b'user.a', buffer, 2), 2),
                          asked(libc.listxattr(b'file', buffer, 2), 2))
                    """))
        .same(
            "a value of 65,537 bytes, and a name of 256",
            "E2BIG ERANGE",
            u ->
                u.python(
                    """
                    print(tried(os.setxattr, 'file', 'user.a', b'v' * 65537),
                          tried(os.setxattr, 'file', 'user.' + 'n' * 251, b'1'))
                    """))
        .shows(
            "a value of 65,536 bytes",
            "done",
            u -> u.python("print(tried(os.setxattr, 'file', 'user.a', b'v' * 65536))"))
        .same(
            "user.a on a symlink; trusted.t for user 1000",
            "EPERM EPERM",
            u ->
                u.python(
                    """
                    refused = tried(os.setxattr, 'symlink', 'user.a', b'1', follow_symlinks=False)
                    someone(); print(refused, tried(os.setxattr, 'file', 'trusted.t', b'1'))
                    """))
        .end();
  }

  @Test
  void D8_5_flags_of_chattr_hold() throws Exception {
    line("Immutable and append-only, on new files and on files of layers, kept over a remount.")
        .over(lower())
        .same(
            "a file of a layer is made immutable: writing, chmod, rename, removal, link",
            "EPERM EPERM EPERM EPERM EPERM",
            u ->
                flagged(
                    u,
                    "i",
                    """
                    print(tried(os.open, 'file', os.O_WRONLY), tried(os.chmod, 'file', 0o600), tried(os.rename, 'file', 'x'),
                          tried(os.remove, 'file'), tried(os.link, 'file', 'x'))
                    """))
        .same(
            "append-only: writing, truncation, appending, removal",
            "EPERM EPERM done EPERM",
            u ->
                flagged(
                    u,
                    "a",
                    """
                    print(tried(os.open, 'file', os.O_WRONLY), tried(os.truncate, 'file', 0),
                          tried(os.open, 'file', os.O_WRONLY | os.O_APPEND), tried(os.remove, 'file'))
                    """))
        .same(
            "lsattr of it, after a remount",
            "immutable",
            u -> {
              u.sh("chattr +i file");
              u.remount();
              String seen = u.sh("lsattr file");
              u.sh("chattr -i file");
              return either(seen.startsWith("----i"), "immutable", seen);
            })
        .end();
  }

  private static String flagged(User user, String flag, String program) throws Exception {
    String set = user.sh("chattr +" + flag + " file 2>&1 | sed 's/ while.*//'");
    String said = set.isEmpty() ? user.python(program) : "no flags";
    // Else nobody could remove what was made for the test.
    user.sh("chattr -ia file x 2>/dev/null");
    return said;
  }

  @Test
  void D8_6_devices_fifos_and_sockets_are_what_they_are() throws Exception {
    LowerTree special =
        LowerTree.empty()
            .special("zero", FileKind.CHARACTER_DEVICE, 0x105)
            .special("fifo", FileKind.FIFO, 0)
            .special("socket", FileKind.SOCKET, 0);
    line("A device opens the machine's, unless the mount forbids it; a fifo has one pair of ends,"
            + " by whichever of its names, a socket answers as long as somebody listens. (Without"
            + " root, where kinds are kept in an attribute: later.)")
        .over(special)
        .same(
            "/dev/zero of a layer, and a new one, is read",
            "zeros zeros",
            u ->
                u.python(
                    """
                    os.mknod('new', stat.S_IFCHR | 0o600, os.makedev(1, 5))
                    for path in 'zero', 'new':
                        print('zeros' if os.read(os.open(path, os.O_RDONLY), 4) == b'\\0' * 4 else 'others', end=' ')
                    """))
        .same(
            "a fifo of a layer: written by one name, renamed, linked, read by another",
            "through",
            u ->
                u.python(
                    """
                    r = os.open('fifo', os.O_RDONLY | os.O_NONBLOCK); os.rename('fifo', 'moved'); os.link('moved', 'second')
                    os.chmod('second', 0o600); os.write(os.open('second', os.O_WRONLY), b'through')
                    print(os.read(r, 10).decode())
                    """))
        .same(
            "a new socket, renamed and linked while somebody listens; one of a layer, where nobody"
                + " does",
            "connected connected ECONNREFUSED",
            u ->
                u.python(
                    """
                    s = socket.socket(socket.AF_UNIX); s.bind('new'); s.listen()
                    os.rename('new', 'moved'); os.link('moved', 'second')
                    for path in 'moved', 'second', 'socket':
                        try: socket.socket(socket.AF_UNIX).connect(path); print('connected', end=' ')
                        except OSError as e: print(errno.errorcode[e.errno], end=' ')
                    """))
        .alone("the device in a mount with nodev", "EACCES", noDevices(special), "not mounted so")
        .end();
  }

  private String noDevices(LowerTree special) throws Exception {
    try (Union union =
        lamina()
            .mount(
                Files.createTempDirectory(directory(), "nodev"),
                store().volume(special),
                MountOptions.parse("nodev"))) {
      return Line.seen(u -> u.text("zero"), new User(union));
    }
  }
}
