package dev.lamina.testing.fs;

import dev.lamina.fs.FsException;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Tries a file system with seeded random sequences of all operations and compares it with {@link
 * MemoryFileSystem}: what each step answers, and now and then everything it shows. A sequence that
 * finds a difference is made shorter by leaving out steps as long as there still is one; the error
 * has the seed and what is left.
 */
public final class RandomOperations {
  private static final int STEPS = 400;
  private static final int STEPS_BETWEEN_SNAPSHOTS = 50;
  private static final int MAX_REPLAYS = 150;

  private final RandomSubject subject;

  /** Tries this subject. */
  public RandomOperations(RandomSubject subject) {
    this.subject = subject;
  }

  /**
   * Runs sequences, each from a fresh tree, for a time; at least one.
   *
   * @param seed of the first sequence; the next have the numbers that follow
   * @return how many steps were made
   * @throws AssertionError where the subject differs
   */
  public long run(long seed, Duration duration) throws IOException {
    long end = System.nanoTime() + duration.toNanos();
    long steps = 0;
    long next = seed;
    do {
      sequence(next++);
      steps += STEPS;
    } while (System.nanoTime() < end);
    return steps;
  }

  /** Runs the sequence of one seed. */
  public void sequence(long seed) throws IOException {
    Random random = new Random(seed);
    RandomGenerator generator = new RandomGenerator(random, subject);
    LowerTree lower = generator.lower();
    List<RandomOperation> steps = new ArrayList<>();
    Optional<String> difference;
    try (Comparison comparison = new Comparison(lower)) {
      difference = Optional.empty();
      while (difference.isEmpty() && steps.size() < STEPS) {
        RandomOperation step = generator.next(comparison.model.workspace());
        steps.add(step);
        difference = comparison.step(step);
        if (difference.isEmpty() && steps.size() % STEPS_BETWEEN_SNAPSHOTS == 0) {
          difference = comparison.snapshots();
        }
      }
      if (difference.isEmpty() && subject.commits()) {
        RandomOperation last = RandomOperation.commit();
        steps.add(last);
        difference = comparison.step(last);
      }
      if (difference.isEmpty()) {
        difference = comparison.snapshots();
      }
    }
    if (difference.isPresent()) {
      List<RandomOperation> shorter = shorten(lower, steps);
      StringBuilder text = new StringBuilder("seed " + seed + ": " + difference.get());
      text.append("\nleft of ").append(steps.size()).append(" steps:");
      shorter.forEach(step -> text.append("\n  ").append(step));
      text.append("\nwhich end with: ").append(replay(lower, shorter).orElse("no difference"));
      throw new AssertionError(text.toString());
    }
  }

  /** Leaves out steps, first many at once, then fewer, as long as a difference remains. */
  private List<RandomOperation> shorten(LowerTree lower, List<RandomOperation> steps)
      throws IOException {
    List<RandomOperation> current = steps;
    int replays = 0;
    for (int size = steps.size() / 2; size > 0 && replays < MAX_REPLAYS; size = size / 2) {
      for (int at = 0; at < current.size() && replays < MAX_REPLAYS; ) {
        List<RandomOperation> candidate = new ArrayList<>(current);
        candidate.subList(at, Math.min(at + size, candidate.size())).clear();
        replays++;
        if (!candidate.isEmpty() && replay(lower, candidate).isPresent()) {
          current = candidate;
        } else {
          at += size;
        }
      }
    }
    return current;
  }

  private Optional<String> replay(LowerTree lower, List<RandomOperation> steps) throws IOException {
    try (Comparison comparison = new Comparison(lower)) {
      for (RandomOperation step : steps) {
        Optional<String> difference = comparison.step(step);
        if (difference.isPresent()) {
          return difference;
        }
      }
      return comparison.snapshots();
    }
  }

  /** The subject beside the model. */
  private final class Comparison implements AutoCloseable {
    private final RandomRun model;
    private final RandomRun run;
    private final boolean flags;
    private @Nullable RandomListing listing;

    Comparison(LowerTree lower) throws IOException {
      model = new RandomRun(new MemoryFileSystem(lower, InstantSource.system()));
      run = new RandomRun(subject.create(lower));
      flags = !subject.lacking().containsKey(Capability.INODE_FLAGS);
    }

    /** Makes a step on both; how they differ then. */
    Optional<String> step(RandomOperation step) throws IOException {
      try {
        return switch (step.kind()) {
          case LISTING_BEGIN -> beginListing(step);
          case LISTING_STEP -> stepListing();
          case REMOUNT -> remount(false);
          case COMMIT -> remount(true);
          default -> {
            String expected = model.apply(step);
            String actual = run.apply(step);
            yield expected.equals(actual)
                ? Optional.empty()
                : Optional.of(step + "\n  model:   " + expected + "\n  subject: " + actual);
          }
        };
      } catch (RuntimeException | AssertionError e) {
        return Optional.of(step + " threw " + e + trace(e));
      }
    }

    private static String trace(Throwable e) {
      StringBuilder out = new StringBuilder();
      for (StackTraceElement element : e.getStackTrace()) {
        out.append(out.length() < 1500 ? "\n    at " + element : "");
      }
      return e.getCause() == null ? out.toString() : out + "\n  because of " + e.getCause();
    }

    private Optional<String> beginListing(RandomOperation step) {
      if (listing == null) {
        try {
          listing = RandomListing.begin(model.workspace(), run.workspace(), step.path());
        } catch (FsException e) {
          // No directory: nothing to list in parts.
        }
      }
      return Optional.empty();
    }

    private Optional<String> stepListing() {
      if (listing != null && listing.step()) {
        endListing();
      }
      return Optional.empty();
    }

    private void endListing() {
      if (listing != null) {
        listing.close();
        listing = null;
      }
    }

    private Optional<String> remount(boolean commit) throws IOException {
      endListing();
      model.closeHandles();
      run.closeHandles();
      MemoryFileSystem memory = (MemoryFileSystem) model.workspace().fileSystem();
      MemoryFileSystem again = memory.remounted();
      if (commit) {
        again.clearFlags();
      }
      model.replace(again);
      run.replace(
          commit
              ? subject.commit(run.workspace().fileSystem())
              : subject.remount(run.workspace().fileSystem()));
      return snapshots();
    }

    Optional<String> snapshots() {
      String difference =
          TreeSnapshot.of(model.workspace(), flags)
              .differences(TreeSnapshot.of(run.workspace(), flags));
      return difference.isEmpty() ? Optional.empty() : Optional.of("trees differ:" + difference);
    }

    @Override
    public void close() throws IOException {
      endListing();
      run.closeHandles();
      subject.dispose(run.workspace().fileSystem());
    }
  }
}
