package dev.lamina.testing.posix;

import static dev.lamina.testing.posix.Answer.fails;
import static dev.lamina.testing.posix.Answer.ok;

import dev.lamina.linux.Errno;
import dev.lamina.linux.Fd;
import dev.lamina.linux.FileOpen;
import dev.lamina.linux.Mounts;
import dev.lamina.linux.RawCall;
import dev.lamina.testing.posix.Operation.Trait;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** How paths lead nowhere: each call that takes a path, with each reason to refuse it. */
interface ErrorsPosix extends PosixSubject {
  private static Stream<Operation> operations(Trait... traits) {
    return Stream.of(Operation.values())
        .filter(operation -> Arrays.stream(traits).allMatch(operation::has));
  }

  private DynamicTest refused(String name, Operation operation, Object path, Errno errno) {
    return row(
        operation + " " + name,
        () -> {
          Kind.makeAll();
          Operation.prepare();
          ok(Calls.symlink("nowhere", "dangling"));
          ok(Calls.symlink("loop", "loop"));
          fails(errno, operation.on(path));
        });
  }

  @TestFactory
  default Stream<DynamicTest> ENOTDIR_where_a_component_is_no_directory() {
    return operations()
        .flatMap(
            operation ->
                EnumSet.complementOf(EnumSet.of(Kind.DIRECTORY)).stream()
                    .map(
                        kind ->
                            refused(
                                "in a " + kind.title(),
                                operation,
                                kind.title() + "/x",
                                Errno.ENOTDIR)));
  }

  @TestFactory
  default Stream<DynamicTest> ENOTDIR_where_a_directory_is_wanted() {
    return Stream.of(Kind.values())
        .filter(kind -> kind != Kind.DIRECTORY)
        .flatMap(
            kind ->
                Stream.of(
                    refused("of a " + kind.title(), Operation.RMDIR, kind.title(), Errno.ENOTDIR),
                    refused("to a " + kind.title(), Operation.CHDIR, kind.title(), Errno.ENOTDIR),
                    row(
                        "open directory " + kind.title(),
                        () -> {
                          Kind.makeAll();
                          int flags = FileOpen.O_DIRECTORY | FileOpen.O_NONBLOCK;
                          fails(Errno.ENOTDIR, Calls.open(kind.title(), flags));
                        })));
  }

  @TestFactory
  default Stream<DynamicTest> ENAMETOOLONG_of_names_and_paths() {
    String name = "n".repeat(Paths.NAME_MAX + 1);
    String path = Paths.padded("target", Paths.PATH_MAX + 1);
    return operations()
        .flatMap(
            operation ->
                Stream.of(
                    refused("of a long name", operation, name, Errno.ENAMETOOLONG),
                    refused("in a long name", operation, name + "/x", Errno.ENAMETOOLONG),
                    refused("of a long path", operation, path, Errno.ENAMETOOLONG)));
  }

  @TestFactory
  default Stream<DynamicTest> the_longest_names_and_paths_are_taken() {
    String name = "n".repeat(Paths.NAME_MAX);
    String path = Paths.padded(name, Paths.PATH_MAX);
    return operations()
        .filter(operation -> operation != Operation.READLINK)
        .flatMap(
            operation ->
                Stream.of(name, path)
                    .map(
                        taken ->
                            row(
                                operation + " of " + taken.length() + " bytes",
                                () -> {
                                  Operation.prepare();
                                  if (operation.has(Trait.DIRECTORY)) {
                                    ok(Calls.mkdir(name, 0755));
                                  } else if (operation.has(Trait.EXISTING)) {
                                    Calls.file(name, "");
                                    ok(Calls.setxattr(name, "user.a", new byte[] {1}, 0));
                                  }
                                  ok(operation.on(taken));
                                })));
  }

  @TestFactory
  default Stream<DynamicTest> ENOENT_where_there_is_nothing() {
    return operations()
        .flatMap(
            operation ->
                Stream.concat(
                    Stream.of(
                        refused("in nothing", operation, "nothing/x", Errno.ENOENT),
                        refused("in what leads to nothing", operation, "dangling/x", Errno.ENOENT),
                        refused("of an empty path", operation, "", Errno.ENOENT)),
                    operation.has(Trait.EXISTING)
                        ? Stream.of(refused("of nothing", operation, "nothing", Errno.ENOENT))
                        : Stream.of()));
  }

  @TestFactory
  default Stream<DynamicTest> ENOENT_where_a_symlink_leads_to_nothing() {
    return operations(Trait.EXISTING, Trait.FOLLOWS)
        .map(operation -> refused("of what leads to nothing", operation, "dangling", Errno.ENOENT));
  }

  @TestFactory
  default Stream<DynamicTest> ELOOP_where_symlinks_lead_in_a_circle() {
    return Stream.concat(
        operations().map(operation -> refused("in a loop", operation, "loop/x", Errno.ELOOP)),
        operations(Trait.FOLLOWS)
            .map(operation -> refused("of a loop", operation, "loop", Errno.ELOOP)));
  }

  @TestFactory
  default Stream<DynamicTest> forty_symlinks_are_followed_and_not_one_more() {
    return operations(Trait.EXISTING, Trait.FOLLOWS)
        .filter(operation -> operation != Operation.REMOVEXATTR && operation != Operation.GETXATTR)
        .map(
            operation ->
                row(
                    operation + " of a chain",
                    () -> {
                      Kind.makeAll();
                      String last = operation.has(Trait.DIRECTORY) ? "directory" : "target";
                      for (int i = 1; i <= 41; i++) {
                        ok(Calls.symlink(i == 1 ? last : "link" + (i - 1), "link" + i));
                      }
                      fails(Errno.ELOOP, operation.on("link41"));
                      ok(operation.on("link40"));
                    }));
  }

  @TestFactory
  default Stream<DynamicTest> EFAULT_of_a_bad_address() {
    return operations()
        .map(operation -> refused("of no address", operation, Calls.BAD_ADDRESS, Errno.EFAULT));
  }

  @TestFactory
  default Stream<DynamicTest> EEXIST_where_something_is_there() {
    return operations(Trait.CREATES)
        .flatMap(
            operation ->
                Stream.concat(
                    newAndBelow(
                        operation + " of what is there",
                        () -> {
                          Operation.prepare();
                          for (Kind kind : Kind.values()) {
                            fails(Errno.EEXIST, operation.on(kind.title()));
                          }
                        }),
                    Stream.of(
                        refused("of what leads to nothing", operation, "dangling", Errno.EEXIST),
                        refused("of a loop", operation, "loop", Errno.EEXIST),
                        refused("of the current directory", operation, ".", Errno.EEXIST))));
  }

  @TestFactory
  default Stream<DynamicTest> EACCES_where_a_directory_may_not_be_searched() {
    return operations()
        .map(
            operation ->
                row(
                    operation + " in a closed directory",
                    () -> {
                      ok(Calls.mkdir("closed", 0700));
                      ok(Calls.mkdir("open", 0777));
                      ok(Calls.mkdir("closed/there", 0777));
                      ok(Calls.chdir("open"));
                      User.ANNA.does(
                          () -> {
                            Operation.prepare();
                            return true;
                          });
                      for (String path : new String[] {"../closed/there", "../closed/absent"}) {
                        fails(Errno.EACCES, User.ANNA.does(() -> operation.on(path)));
                      }
                      ok(Calls.chown("../closed", 1001, 1001));
                      ok(Calls.chmod("../closed", 0600));
                      fails(Errno.EACCES, User.ANNA.does(() -> operation.on("../closed/there")));
                    }));
  }

  @TestFactory
  default Stream<DynamicTest> EACCES_where_a_directory_may_not_be_written() {
    return Stream.of(Operation.values())
        .filter(
            operation ->
                operation.has(Trait.CREATES)
                    || operation.has(Trait.REMOVES)
                    || operation == Operation.RENAME_TO
                    || operation == Operation.OPEN_CREATING)
        .map(
            operation ->
                row(
                    operation + " in a directory of another",
                    () -> {
                      ok(Calls.mkdir("closed", 0755));
                      ok(Calls.mkdir("open", 0777));
                      ok(Calls.mkdir("closed/directory", 0777));
                      Calls.file("closed/file", "");
                      ok(Calls.chown("closed/file", 1001, 1001));
                      ok(Calls.chdir("open"));
                      User.ANNA.does(
                          () -> {
                            Operation.prepare();
                            return true;
                          });
                      String path =
                          operation.has(Trait.DIRECTORY)
                              ? "../closed/directory"
                              : operation.has(Trait.REMOVES) ? "../closed/file" : "../closed/new";
                      fails(Errno.EACCES, User.ANNA.does(() -> operation.on(path)));
                      ok(Calls.chmod("../closed", 0777));
                      ok(User.ANNA.does(() -> operation.on(path)));
                    }));
  }

  @TestFactory
  default Stream<DynamicTest> EACCES_or_EPERM_where_the_file_is_of_another() {
    Map<Operation, Errno> answers =
        Map.of(
            Operation.OPEN_FOR_WRITING, Errno.EACCES,
            Operation.OPEN_TRUNCATING, Errno.EACCES,
            Operation.TRUNCATE, Errno.EACCES,
            Operation.SETXATTR, Errno.EACCES,
            Operation.REMOVEXATTR, Errno.EACCES,
            Operation.CHMOD, Errno.EPERM,
            Operation.CHOWN, Errno.EPERM,
            Operation.LCHOWN, Errno.EPERM,
            Operation.UTIMES, Errno.EPERM);
    return answers.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .flatMap(
            entry ->
                newAndBelow(
                    entry.getKey() + " of a file of another",
                    () -> {
                      ok(Calls.setxattr("file", "user.a", new byte[] {1}, 0));
                      fails(entry.getValue(), User.ANNA.does(() -> entry.getKey().on("file")));
                    }));
  }

  @TestFactory
  default Stream<DynamicTest> EROFS_where_the_mount_is_read_only() {
    Set<Operation> ownName =
        EnumSet.of(Operation.RENAME_TO, Operation.RENAME_FROM, Operation.LINK_FROM);
    return Stream.of(Operation.values())
        .filter(Operation::modifies)
        .filter(operation -> operation != Operation.LINK_TO)
        .map(
            operation ->
                row(
                    operation + " on a read-only mount",
                    () -> {
                      Kind.makeAll();
                      Operation.prepare();
                      try (Fd clone = Mounts.readOnlyClone(Fd.CWD, Paths.bytes("."))) {
                        ok(RawCall.FCHDIR.of(clone.value()));
                        String path =
                            operation.has(Trait.CREATES) || operation == Operation.RENAME_TO
                                ? "new"
                                : operation.has(Trait.DIRECTORY) ? "directory" : "file";
                        fails(Errno.EROFS, operation.on(path));
                        if (operation.has(Trait.CREATES) && !ownName.contains(operation)) {
                          fails(Errno.EEXIST, operation.on("file"));
                        }
                        ok(Calls.chdir("/"));
                      }
                    }));
  }
}
