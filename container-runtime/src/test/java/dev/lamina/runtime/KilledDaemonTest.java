package dev.lamina.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.testing.HazardImage;
import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the daemon with SIGKILL at random moments: {@code -Dlamina.kill.rounds=N} of them in each
 * test, {@code -Dlamina.kill.seed=N} repeats a run.
 */
@RequiresImage
@RequiresFuse
final class KilledDaemonTest {
  private static final int KILLS = Integer.getInteger("lamina.kill.rounds", 2);

  @TempDir Path directory;
  private Commands commands;
  private String source;
  private long seed;
  private Random random;

  @BeforeEach
  void begin() throws Exception {
    commands = new Commands(directory);
    source = "oci:" + HazardImage.get().oci() + ":hazards";
    seed = Long.getLong("lamina.kill.seed", System.nanoTime());
    random = new Random(seed);
  }

  @AfterEach
  void stop() throws Exception {
    commands.stop();
  }

  @Test
  void anImportIsWholeOrNotThere() throws Exception {
    long whole = measureOneImport();
    for (int kill = 0; kill < KILLS; kill++) {
      var daemon = commands.daemon();
      var name = "attempt-" + kill;
      var running = commands.start("import", source, name);
      Thread.sleep(random.nextLong(whole));
      daemon.destroyForcibly();
      daemon.onExit().get(30, TimeUnit.SECONDS);
      var imported = running.await();

      // whatever was acknowledged is there, and what is there is whole
      var images = commands.lamina("images").output();
      if (imported.status() == 0) {
        assertThat(images).as("seed %d, kill %d", seed, kill).contains(name);
      }
      commands.lamina("verify");
      if (images.contains(name)) {
        commands.lamina("rm", name);
      }
    }
    assertEverythingIsGivenBack();
  }

  @Test
  void whatAWriterSawDoneIsThere() throws Exception {
    commands.lamina("import", source, "base");
    var mount = Files.createDirectory(directory.resolve("mount"));
    commands.lamina("mount", "base", mount.toString(), "--volume", "work");
    var expected = new TreeMap<String, String>();
    for (int kill = 0; kill < KILLS; kill++) {
      var daemon = commands.daemon();
      var writer = new Writer(mount, "round-" + kill, new Random(random.nextLong()));
      var thread = Thread.ofPlatform().start(writer);
      Thread.sleep(50 + random.nextLong(1_500));
      daemon.destroyForcibly();
      daemon.onExit().get(30, TimeUnit.SECONDS);
      writer.stop.set(true);
      thread.join(30_000);
      assertThat(thread.isAlive()).as("the writer hangs").isFalse();
      assertThat(writer.end).matches(".*(not connected|connection abort).*");
      expected.putAll(writer.done);

      commands.lamina("umount", mount.toString());
      commands.lamina("mount", "work", mount.toString());
      for (var file : expected.entrySet()) {
        assertThat(mount.resolve(file.getKey()))
            .as("seed %d, kill %d", seed, kill)
            .content()
            .isEqualTo(file.getValue());
      }
      for (var name : writer.removed) {
        assertThat(mount.resolve(name)).as("seed %d, kill %d", seed, kill).doesNotExist();
      }
      commands.lamina("verify");
    }
    assertThat(expected).isNotEmpty();
    commands.lamina("commit", "work", "committed");
    commands.lamina("umount", mount.toString());
    commands.lamina("verify");
    commands.lamina("rm", "work");
    commands.lamina("rm", "committed");
    commands.lamina("rm", "base");
    assertEverythingIsGivenBack();
  }

  private long measureOneImport() throws IOException, InterruptedException {
    commands.daemon();
    long start = System.nanoTime();
    commands.lamina("import", source, "measured");
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    commands.lamina("rm", "measured");
    commands.lamina("gc");
    return millis;
  }

  private void assertEverythingIsGivenBack() throws IOException, InterruptedException {
    commands.lamina("gc");
    for (var place : new String[] {"objects", "tmp", "volumes"}) {
      var directory = commands.store().resolve(place);
      if (Files.exists(directory)) {
        try (var files = Files.walk(directory)) {
          assertThat(files.filter(Files::isRegularFile)).as("seed %d, %s", seed, place).isEmpty();
        }
      }
    }
  }

  /** Writes, replaces, renames and removes files, and notes what it saw done. */
  private static final class Writer implements Runnable {
    private final Path mount;
    private final String prefix;
    private final Random random;
    private volatile String end = "stopped";
    private final AtomicBoolean stop = new AtomicBoolean();
    private final SortedMap<String, String> done = new TreeMap<>();
    private final Set<String> removed = new TreeSet<>();

    Writer(Path mount, String prefix, Random random) {
      this.mount = mount;
      this.prefix = prefix;
      this.random = random;
    }

    @Override
    public void run() {
      try {
        Files.createDirectory(mount.resolve(prefix));
        for (int step = 0; !stop.get(); step++) {
          change(prefix + "/" + step);
        }
      } catch (IOException e) {
        end = e.toString(); // the daemon is dead: this step was not acknowledged
      }
    }

    private void change(String name) throws IOException {
      var content = name + " " + "x".repeat(random.nextInt(20_000));
      Files.writeString(mount.resolve(name), content);
      done.put(name, content);
      switch (random.nextInt(4)) {
        case 0 -> {
          // from here on neither state is known to be acknowledged
          done.remove(name);
          Files.delete(mount.resolve(name));
          removed.add(name);
        }
        case 1 -> {
          done.remove(name);
          Files.move(mount.resolve(name), mount.resolve(name + "-moved"));
          done.put(name + "-moved", content);
          removed.add(name);
        }
        default -> {}
      }
    }
  }
}
