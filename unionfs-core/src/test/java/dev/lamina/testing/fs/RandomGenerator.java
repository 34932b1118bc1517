package dev.lamina.testing.fs;

import dev.lamina.fs.FileKind;
import dev.lamina.fs.FileSystem;
import dev.lamina.testing.fs.RandomOperation.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the steps of a random sequence, mostly about paths that are there. */
final class RandomGenerator {
  private static final int[] MODES = {0644, 0600, 0755, 04755, 02755, 06711, 0777, 0};
  private static final String[] NAMES = {"a", "b", "c", "d", ".wh.a", "\u00ff\u0001", "n"};
  private static final String LONG_NAME = "l".repeat(255);
  private static final int MAX_DEPTH = 4;

  private final Random random;
  private final Set<Kind> kinds;
  private final List<Kind> choices;
  private final boolean commits;
  private final boolean flags;
  private final boolean whiteouts;

  RandomGenerator(Random random, RandomSubject subject) {
    this.random = random;
    this.commits = subject.commits();
    Set<Capability> lacking = subject.lacking().keySet();
    this.flags = !lacking.contains(Capability.RENAME_FLAGS);
    this.whiteouts = !commits && !lacking.contains(Capability.RENAME_WHITEOUT);
    this.kinds = EnumSet.allOf(Kind.class);
    if (!commits) {
      kinds.remove(Kind.COMMIT);
    }
    if (lacking.contains(Capability.INODE_FLAGS)) {
      kinds.remove(Kind.SET_FLAGS);
    }
    if (lacking.contains(Capability.TEMPORARY_FILES)) {
      kinds.remove(Kind.OPEN_TEMPORARY);
    }
    if (lacking.contains(Capability.HOLES)) {
      kinds.remove(Kind.SLOT_SEEK);
    }
    if (lacking.contains(Capability.UNNAMED_ARE_REACHED)) {
      kinds.remove(Kind.LISTING_BEGIN);
      kinds.remove(Kind.SLOT_CHMOD);
    }
    if (lacking.contains(Capability.STATELESS_COOKIES)) {
      kinds.remove(Kind.LISTING_BEGIN);
    }
    choices = new ArrayList<>();
    for (Kind kind : kinds) {
      choices.addAll(Collections.nCopies(weight(kind), kind));
    }
  }

  private static int weight(Kind kind) {
    return switch (kind) {
      case REMOUNT, COMMIT -> 1;
      case RENAME -> 30;
      case MAKE_FILE, MAKE_DIRECTORY, LINK, UNLINK, WRITE, LISTING_STEP, SLOT_WRITE -> 15;
      case RMDIR, OPEN, OPEN_CREATE, TRUNCATE, STAT, LIST, READ, SLOT_READ -> 8;
      case MAKE_SYMLINK,
          MAKE_NODE,
          CHMOD,
          CHOWN,
          UTIMES,
          SET_XATTR,
          REMOVE_XATTR,
          SET_ACL,
          SET_FLAGS,
          OPEN_TEMPORARY,
          SLOT_TRUNCATE,
          SLOT_PUNCH,
          SLOT_ALLOCATE,
          SLOT_COPY,
          SLOT_SEEK,
          SLOT_STAT,
          SLOT_CHMOD,
          SLOT_LINK,
          SLOT_CLOSE,
          LISTING_BEGIN ->
          6;
    };
  }

  /** Returns a tree to begin with. */
  LowerTree lower() {
    LowerTree lower = LowerTree.empty();
    String[] directories = {"", "a", "b", "a/c", "a/c/d", "b/a"};
    for (String directory : directories) {
      if (!directory.isEmpty()) {
        lower = lower.directory(directory);
      }
    }
    lower = lower.mode("b", 02777).owner("b", 5, 6).xattr("b", "user.n1", new byte[] {1});
    for (String directory : directories) {
      String prefix = directory.isEmpty() ? "" : directory + "/";
      byte[] content = new byte[new int[] {0, 10, 5000, 70_000}[random.nextInt(4)]];
      random.nextBytes(content);
      lower = lower.file(prefix + "n", content).mode(prefix + "n", MODES[random.nextInt(6)]);
      lower = lower.file(prefix + "low" + random.nextInt(3), content).symlink(prefix + "s", "n");
    }
    lower = lower.hardLink("hard", "a/n").hardLink("b/hard", "a/n").hardLink("a/c/hard", "b/n");
    lower = lower.special("a/fifo", FileKind.FIFO, 0).file("a/" + LONG_NAME, "long");
    return lower.xattr("a/n", "trusted.n2", new byte[] {7}).owner("a/n", 1000, 1000);
  }

  /** Returns the next step, in view of what the model holds. */
  RandomOperation next(Workspace model) {
    Kind kind = choices.get(random.nextInt(choices.size()));
    String path = kind == Kind.OPEN_TEMPORARY ? directory(model) : path(model);
    return new RandomOperation(
        kind, path, other(kind, model), random.nextInt(RandomRun.SLOTS), x(kind), y(kind));
  }

  private String other(Kind kind, Workspace model) {
    return switch (kind) {
      case LINK, RENAME -> random.nextInt(3) == 0 ? path(model) : fresh(model);
      case MAKE_SYMLINK -> "t".repeat(1 + random.nextInt(300));
      default -> "";
    };
  }

  private int x(Kind kind) {
    return switch (kind) {
      case MAKE_FILE, MAKE_DIRECTORY, MAKE_NODE, CHMOD, OPEN_CREATE, OPEN_TEMPORARY, SLOT_CHMOD ->
          MODES[random.nextInt(MODES.length)];
      case RENAME -> renameFlags();
      case CHOWN -> random.nextInt(3) * 1000;
      default -> random.nextInt(20_000);
    };
  }

  private int y(Kind kind) {
    return switch (kind) {
      case MAKE_NODE -> commits ? random.nextInt(200) / 4 * 4 + 1 : random.nextInt(200);
      case CHOWN -> random.nextInt(3) * 1000;
      default -> random.nextInt(20_000);
    };
  }

  private int renameFlags() {
    return switch (flags ? random.nextInt(6) : 5) {
      case 0 -> FileSystem.RENAME_NOREPLACE;
      case 1, 2 -> FileSystem.RENAME_EXCHANGE;
      case 3 -> whiteouts ? FileSystem.RENAME_WHITEOUT : 0;
      default -> 0;
    };
  }

  private String path(Workspace model) {
    if (random.nextInt(4) == 0) {
      return fresh(model);
    }
    @Nullable String chosen = null;
    int count = 0;
    for (String path : all(model, "", new ArrayList<>())) {
      // A fair choice without keeping a list of candidates.
      if (random.nextInt(++count) == 0) {
        chosen = path;
      }
    }
    return chosen == null ? "a" : chosen;
  }

  /** A name in a directory that is there; the name itself may be, too. */
  private String fresh(Workspace model) {
    String directory = directory(model);
    String name =
        random.nextInt(30) == 0 && !commits
            ? LONG_NAME
            : NAMES[random.nextInt(NAMES.length)] + (random.nextBoolean() ? "" : "2");
    if (commits && name.startsWith(".wh.")) {
      name = "e";
    }
    return directory.isEmpty() ? name : directory + "/" + name;
  }

  private String directory(Workspace model) {
    List<String> directories = new ArrayList<>(List.of(""));
    for (String path : all(model, "", new ArrayList<>())) {
      boolean deep = path.chars().filter(c -> c == '/').count() >= MAX_DEPTH - 1;
      if (!deep && model.attributes(path).kind() == FileKind.DIRECTORY) {
        directories.add(path);
      }
    }
    return directories.get(random.nextInt(directories.size()));
  }

  private static List<String> all(Workspace model, String directory, List<String> into) {
    for (Workspace.Listed listed : model.list(directory)) {
      if (!listed.name().equals(".") && !listed.name().equals("..")) {
        String path = directory.isEmpty() ? listed.name() : directory + "/" + listed.name();
        into.add(path);
        if (listed.kind() == FileKind.DIRECTORY) {
          all(model, path, into);
        }
      }
    }
    return into;
  }
}
