package dev.lamina.linux;

import static dev.lamina.linux.Bytes.assertFails;
import static dev.lamina.linux.Bytes.directory;
import static dev.lamina.linux.Bytes.text;
import static dev.lamina.linux.Bytes.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.testing.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class XattrsTest {
  private static final byte[] USER = utf8("user.lamina");

  @TempDir Path temp;
  private Fd dir;

  @BeforeEach
  void open() {
    dir = directory(temp);
  }

  @AfterEach
  void close() {
    dir.close();
  }

  private Fd create(String name) {
    int flags = FileOpen.O_CREAT | FileOpen.O_RDWR;
    return FileOpen.openat(dir.value(), utf8(name), flags, 0600);
  }

  @Test
  void values_are_bytes_and_absence_is_an_answer() {
    byte[] value = {0, (byte) 0xff, 0, 1};
    try (Fd file = create("f")) {
      int fd = file.value();
      assertThat(Xattrs.fget(fd, USER)).isEmpty();
      assertThat(Xattrs.fremove(fd, USER)).isFalse();
      Xattrs.fset(fd, USER, value, Xattrs.XATTR_CREATE);
      assertThat(Xattrs.fget(fd, USER).orElseThrow()).isEqualTo(value);
      assertFails(Errno.EEXIST, () -> Xattrs.fset(fd, USER, value, Xattrs.XATTR_CREATE));
      Xattrs.fset(fd, USER, new byte[0], Xattrs.XATTR_REPLACE);
      assertThat(Xattrs.fget(fd, USER).orElseThrow()).isEmpty();
      assertThat(Xattrs.fremove(fd, USER)).isTrue();
      assertFails(Errno.ENODATA, () -> Xattrs.fset(fd, USER, value, Xattrs.XATTR_REPLACE));
    }
  }

  @Test
  void names_are_listed() {
    try (Fd file = create("f")) {
      Set<String> names = new HashSet<>();
      for (int i = 0; i < 20; i++) {
        Xattrs.fset(file.value(), utf8("user.n" + i), utf8("v"), 0);
        names.add("user.n" + i);
      }
      Set<String> listed = new HashSet<>();
      Xattrs.flist(file.value()).forEach(name -> listed.add(text(name)));
      // A security label, where the system has one, is listed as well.
      listed.removeIf(name -> !name.startsWith("user."));
      assertThat(listed).isEqualTo(names);
      assertThat(Xattrs.llist(utf8(temp.resolve("f").toString())))
          .hasSameSizeAs(Xattrs.flist(file.value()));
    }
  }

  @Test
  void what_does_not_fit_is_refused() {
    try (Fd file = create("f")) {
      assertFails(Errno.E2BIG, () -> Xattrs.fset(file.value(), USER, new byte[65537], 0));
      assertFails(Errno.ERANGE, () -> Xattrs.fget(file.value(), utf8("user." + "x".repeat(251))));
      assertFails(Errno.EOPNOTSUPP, () -> Xattrs.fset(file.value(), utf8("odd"), USER, 0));
    }
  }

  @Test
  @RequiresRoot
  void links_have_their_own_attributes_by_path() throws IOException {
    Path link = Files.createSymbolicLink(temp.resolve("l"), Path.of("gone"));
    byte[] path = utf8(link.toString());
    byte[] trusted = utf8("trusted.lamina");
    assertThat(Xattrs.lget(path, trusted)).isEmpty();
    Xattrs.lset(path, trusted, utf8("v"), 0);
    assertThat(Xattrs.lget(path, trusted).map(Bytes::text)).isEqualTo(Optional.of("v"));
    assertThat(Xattrs.llist(path)).anySatisfy(name -> assertThat(name).isEqualTo(trusted));
    assertThat(Xattrs.lremove(path, trusted)).isTrue();
    assertThat(Xattrs.lremove(path, trusted)).isFalse();
    assertFails(Errno.ENOENT, () -> Xattrs.lget(utf8("/gone"), trusted));
  }
}
