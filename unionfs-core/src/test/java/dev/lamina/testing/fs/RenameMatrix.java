package dev.lamina.testing.fs;

import static dev.lamina.fs.FileSystem.RENAME_EXCHANGE;
import static dev.lamina.fs.FileSystem.RENAME_NOREPLACE;
import static dev.lamina.fs.FileSystem.RENAME_WHITEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FileKind;
import dev.lamina.linux.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * All renames of one kind of thing onto another, each in a directory of its own within one file
 * system, with what must come of it by the rules of renameat2(2).
 */
final class RenameMatrix {
  /** What is renamed, or is in the way. */
  enum Thing {
    ABSENT(false, false),
    LOWER_FILE(false, false),
    CHANGED_FILE(false, false),
    NEW_FILE(false, false),
    LOWER_SYMLINK(false, false),
    LOWER_EMPTY(true, true),
    EMPTIED(true, true),
    NEW_EMPTY(true, true),
    LOWER_FULL(true, false),
    MERGED(true, false),
    NEW_FULL(true, false);

    private final boolean directory;
    private final boolean empty;

    Thing(boolean directory, boolean empty) {
      this.directory = directory;
      this.empty = empty;
    }
  }

  /** Checks that something fails with an errno. */
  interface Failing {
    void with(Errno errno, ThrowingCallable action);
  }

  private static final int[] FLAGS = {0, RENAME_NOREPLACE, RENAME_EXCHANGE, RENAME_WHITEOUT};

  private final List<Cell> cells;

  private RenameMatrix(List<Cell> cells) {
    this.cells = cells;
  }

  static RenameMatrix create(Set<Capability> lacking) {
    boolean other = !lacking.contains(Capability.RENAME_FLAGS);
    boolean whiteout = other && !lacking.contains(Capability.RENAME_WHITEOUT);
    List<Cell> cells = new ArrayList<>();
    for (Thing source : Thing.values()) {
      for (Thing target : Thing.values()) {
        for (int flags : FLAGS) {
          if (flags == 0 || (flags == RENAME_WHITEOUT ? whiteout : other)) {
            boolean across = cells.size() % 2 == 1;
            cells.add(new Cell("c" + cells.size(), source, target, flags, across));
          }
        }
      }
    }
    return new RenameMatrix(List.copyOf(cells));
  }

  List<Cell> cells() {
    return cells;
  }

  LowerTree lower() {
    LowerTree lower = LowerTree.empty();
    for (Cell cell : cells) {
      lower = lower.directory(cell.directory);
      if (cell.across) {
        lower = lower.directory(cell.directory + "/other");
      }
      lower = lower(lower, cell.source, cell.from());
      lower = lower(lower, cell.target, cell.to());
    }
    return lower;
  }

  private static LowerTree lower(LowerTree lower, Thing thing, String path) {
    return switch (thing) {
      case ABSENT, NEW_FILE, NEW_EMPTY, NEW_FULL -> lower;
      case LOWER_FILE, CHANGED_FILE -> lower.file(path, "file " + path);
      case LOWER_SYMLINK -> lower.symlink(path, path);
      case LOWER_EMPTY -> lower.directory(path);
      case EMPTIED, LOWER_FULL, MERGED -> lower.directory(path).file(path + "/below", path);
    };
  }

  void prepare(Workspace workspace) {
    for (Cell cell : cells) {
      prepare(workspace, cell.source, cell.from());
      prepare(workspace, cell.target, cell.to());
    }
  }

  private static void prepare(Workspace workspace, Thing thing, String path) {
    switch (thing) {
      case ABSENT, LOWER_FILE, LOWER_SYMLINK, LOWER_EMPTY, LOWER_FULL -> {
        // Is what it is below.
      }
      case CHANGED_FILE -> workspace.write(path, 0, "FILE");
      case NEW_FILE -> workspace.file(path, "new " + path);
      case NEW_EMPTY -> workspace.mkdir(path);
      case EMPTIED -> workspace.unlink(path + "/below");
      case NEW_FULL -> {
        workspace.mkdir(path);
        workspace.file(path + "/new", path);
      }
      case MERGED -> workspace.file(path + "/new", path);
    }
  }

  /** One rename. */
  static final class Cell {
    private final String directory;
    private final Thing source;
    private final Thing target;
    private final int flags;
    private final boolean across;

    Cell(String directory, Thing source, Thing target, int flags, boolean across) {
      this.directory = directory;
      this.source = source;
      this.target = target;
      this.flags = flags;
      this.across = across;
    }

    private String from() {
      return directory + "/source";
    }

    private String to() {
      return directory + (across ? "/other/target" : "/target");
    }

    @Override
    public String toString() {
      String how =
          switch (flags) {
            case RENAME_NOREPLACE -> "NOREPLACE";
            case RENAME_EXCHANGE -> "EXCHANGE";
            case RENAME_WHITEOUT -> "WHITEOUT";
            default -> "plain";
          };
      return how + " " + source + " onto " + target + (across ? " in another directory" : "");
    }

    private Optional<Errno> expected() {
      boolean exchange = flags == RENAME_EXCHANGE;
      if (source == Thing.ABSENT) {
        return Optional.of(Errno.ENOENT);
      }
      if (target == Thing.ABSENT) {
        return exchange ? Optional.of(Errno.ENOENT) : Optional.empty();
      }
      if (flags == RENAME_NOREPLACE) {
        return Optional.of(Errno.EEXIST);
      }
      if (exchange) {
        return Optional.empty();
      }
      if (source.directory && !target.directory) {
        return Optional.of(Errno.ENOTDIR);
      }
      if (!source.directory && target.directory) {
        return Optional.of(Errno.EISDIR);
      }
      return target.directory && !target.empty ? Optional.of(Errno.ENOTEMPTY) : Optional.empty();
    }

    void run(Workspace workspace, Failing failing) {
      Optional<Errno> errno = expected();
      if (errno.isPresent()) {
        failing.with(errno.get(), () -> workspace.rename(from(), to(), flags));
      } else {
        workspace.rename(from(), to(), flags);
      }
      verify(workspace);
    }

    void verify(Workspace workspace) {
      if (expected().isPresent()) {
        verify(workspace, from(), source, from());
        verify(workspace, to(), target, to());
      } else {
        verify(workspace, to(), source, from());
        switch (flags) {
          case RENAME_EXCHANGE -> verify(workspace, from(), target, to());
          case RENAME_WHITEOUT ->
              assertThat(workspace.attributes(from()).kind()).isEqualTo(FileKind.CHARACTER_DEVICE);
          default -> assertThat(workspace.exists(from())).isFalse();
        }
      }
    }

    /** Checks that at {@code path} is what was made as {@code thing} at {@code origin}. */
    private static void verify(Workspace workspace, String path, Thing thing, String origin) {
      switch (thing) {
        case ABSENT -> assertThat(workspace.exists(path)).isFalse();
        case LOWER_FILE -> assertThat(workspace.text(path)).isEqualTo("file " + origin);
        case CHANGED_FILE -> assertThat(workspace.text(path)).isEqualTo("FILE " + origin);
        case NEW_FILE -> assertThat(workspace.text(path)).isEqualTo("new " + origin);
        case LOWER_SYMLINK -> assertThat(workspace.readlink(path)).isEqualTo(origin);
        case LOWER_EMPTY, EMPTIED, NEW_EMPTY -> assertThat(workspace.names(path)).isEmpty();
        case LOWER_FULL -> {
          assertThat(workspace.names(path)).containsExactly("below");
          assertThat(workspace.text(path + "/below")).isEqualTo(origin);
        }
        case NEW_FULL -> {
          assertThat(workspace.names(path)).containsExactly("new");
          assertThat(workspace.text(path + "/new")).isEqualTo(origin);
        }
        case MERGED -> assertThat(workspace.names(path)).containsExactlyInAnyOrder("below", "new");
      }
    }
  }
}
