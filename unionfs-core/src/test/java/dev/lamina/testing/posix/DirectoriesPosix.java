package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.fails;
import static dev.lamina.testing.posix.Answer.is;
import static dev.lamina.testing.posix.Answer.ok;
import static dev.lamina.testing.posix.Answer.opened;
import static dev.lamina.testing.posix.Answer.that;

import dev.lamina.linux.DirectoryReader;
import dev.lamina.linux.Errno;
import dev.lamina.linux.FileIo;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.FileStatus;
import dev.lamina.linux.RawCall;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Listing directories, also large ones that change meanwhile: D4.2, D5. */
interface DirectoriesPosix extends PosixSubject {
  @TestFactory
  default Stream<DynamicTest> D4_2_a_listing_says_what_stat_says() {
    return newAndBelow(
        "listing",
        () -> {
          int fd = opened(Calls.open(".", FileOpen.O_RDONLY));
          DirectoryReader reader = new DirectoryReader(fd);
          Set<String> names = new HashSet<>();
          while (reader.next()) {
            String name = Paths.text(reader.name());
            that(names.add(name), name + " is listed twice");
            is("inode of " + name, Calls.stat(name).inode(), reader.inode());
            is("kind of " + name, Calls.stat(name).kind() >> 12, reader.kind());
          }
          is(Kind.values().length + 3, names.size());
        });
  }

  @Test
  default void a_listing_wants_room_and_goes_back_to_its_start() {
    Kind.makeAll();
    int fd = opened(Calls.open(".", FileOpen.O_RDONLY));
    fails(Errno.EINVAL, RawCall.GETDENTS64.of(fd, new byte[16], 16));
    fails(Errno.EFAULT, RawCall.GETDENTS64.of(fd, Calls.BAD_ADDRESS, 1024));
    int before = DirectoryReader.names(fd).size();
    Calls.file("new", "");
    is(before + 1, DirectoryReader.names(fd).size());
    ok(Calls.unlink("new"));
    is(before, DirectoryReader.names(fd).size());
  }

  @Test
  default void D5_2_a_large_directory_is_listed_once_each_while_it_changes() throws Exception {
    int size = mountPoint().largeDirectory();
    ok(Calls.mkdir("large", 0755));
    ok(Calls.chdir("large"));
    for (int i = 0; i < size; i++) {
      ok(Calls.mknod("stays" + i, FileStatus.S_IFREG | 0644, 0));
    }
    String here = ProcFile.directory();
    AtomicBoolean done = new AtomicBoolean();
    Thread changing =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; !done.get(); i++) {
                    String name = here + "/goes" + i % 100;
                    Calls.mkfifo(name, 0644);
                    Calls.rename(name, here + "/came" + i % 100);
                    Calls.unlink(here + "/came" + i % 100);
                  }
                });
    int fd = opened(Calls.open(".", FileOpen.O_RDONLY));
    Map<String, Long> cookies = new HashMap<>();
    Set<String> stayed = new HashSet<>();
    DirectoryReader reader = new DirectoryReader(fd);
    while (reader.next()) {
      String name = Paths.text(reader.name());
      if (name.startsWith("stays")) {
        that(stayed.add(name), name + " is listed twice");
        cookies.put(name, reader.nextPosition());
      }
    }
    done.set(true);
    changing.join();
    is("names that were there throughout", size, stayed.size());
    goesOnFrom(fd, size, cookies, stayed);
    // All are gone before the rest of the listing is asked for.
    ok(RawCall.LSEEK.of(fd, 0, FileIo.SEEK_SET));
    reader = new DirectoryReader(fd);
    that(reader.next(), "the listing is empty");
    for (int i = 0; i < size; i++) {
      ok(Calls.unlink("stays" + i));
    }
    is(0, DirectoryReader.names(fd).size());
  }

  /** Listings from a few places on have what came behind, and no more. */
  private static void goesOnFrom(int fd, int size, Map<String, Long> cookies, Set<String> stayed) {
    for (int number : new int[] {7, size / 2, size - 1}) {
      String from = "stays" + number;
      ok(RawCall.LSEEK.of(fd, cookies.getOrDefault(from, 0L), FileIo.SEEK_SET));
      Set<String> behind = new HashSet<>();
      DirectoryReader reader = new DirectoryReader(fd);
      while (reader.next()) {
        String name = Paths.text(reader.name());
        that(behind.add(name), name + " is listed twice behind " + from);
      }
      that(!behind.contains(from), from + " is behind itself");
      Set<String> before = new HashSet<>(stayed);
      before.removeAll(behind);
      ok(RawCall.LSEEK.of(fd, 0, FileIo.SEEK_SET));
      int until = 0;
      reader = new DirectoryReader(fd);
      while (reader.next()) {
        String name = Paths.text(reader.name());
        until += name.startsWith("stays") ? 1 : 0;
        if (name.equals(from)) {
          break;
        }
      }
      is("names up to " + from, until, before.size());
    }
  }

  @Test
  default void D5_2_a_listing_outlives_the_removal_of_what_it_lists() {
    for (int i = 0; i < 3000; i++) {
      ok(Calls.mkfifo("name" + i, 0644));
    }
    int fd = opened(Calls.open(".", FileOpen.O_RDONLY));
    DirectoryReader reader = new DirectoryReader(fd);
    int seen = 0;
    while (reader.next()) {
      if (!reader.isDot()) {
        ok(Calls.unlink(Paths.text(reader.name())));
        seen++;
      }
    }
    is(3000, seen);
  }

  @Test
  default void directories_hold_many_directories() {
    for (int i = 0; i < 1000; i++) {
      ok(Calls.mkdir("d" + i, 0755));
    }
    is(1002, Calls.stat(".").links());
    is(1000, DirectoryReader.names(opened(Calls.open(".", FileOpen.O_RDONLY))).size());
  }
}
