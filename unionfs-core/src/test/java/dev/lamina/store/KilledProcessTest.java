package dev.lamina.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that imports, removes and collects is killed at a random moment, again and again. */
final class KilledProcessTest {
  private static final int ROUNDS = 4;

  @TempDir Path directory;

  /** What runs in the process that is killed. */
  static final class Child {
    private Child() {}

    /** Works on the store of that path until killed, and says what it has finished. */
    @SuppressWarnings("SystemOut") // how it talks to the test
    public static void main(String[] arguments) {
      Path path = Path.of(arguments[0]);
      Random random = new Random(Long.parseLong(arguments[1]));
      try (Store store = Imports.open(path)) {
        System.out.println("open");
        while (!Thread.interrupted()) {
          int which = random.nextInt(5);
          if (store.state().image(name(which)).isPresent() && random.nextInt(3) == 0) {
            Imports.remove(store, name(which));
            System.out.println("removed " + which);
            store.collect();
          } else {
            Imports.image(store, name(which), layers(which));
            System.out.println("imported " + which);
          }
        }
      }
    }
  }

  static String name(int which) {
    return "image:" + which;
  }

  static List<Map<String, byte[]>> layers(int which) {
    return List.of(
        Imports.layer(
            "base/large",
            Imports.bytes(which % 2, 40_000),
            "base/small",
            Imports.text("base " + which % 2)),
        Imports.layer(
            "top/large",
            Imports.bytes(10 + which, 50_000),
            "top/small",
            Imports.text("top " + which)));
  }

  private Process start(long seed) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName(),
            directory.toString(),
            Long.toString(seed))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  @Test
  void whatWasAcknowledgedIsThereAndTheRestIsReclaimed() throws Exception {
    boolean[] present = new boolean[5];
    Random random = new Random(42);
    for (int round = 0; round < ROUNDS; round++) {
      Process child = start(round);
      int last = -1;
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
        assertThat(out.readLine()).isEqualTo("open");
        assertThatThrownBy(() -> Imports.open(directory))
            .isInstanceOf(StoreException.class)
            .hasMessageContaining("process " + child.pid());
        TimeUnit.MILLISECONDS.sleep(100 + random.nextInt(500));
        // Not Process.destroyForcibly: that would close the pipe with what the child has said.
        child.toHandle().destroyForcibly();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          last = apply(line, present, last);
        }
      } finally {
        child.destroyForcibly().waitFor();
      }
      try (Store store = Imports.open(directory)) {
        requireAcknowledged(store, present);
      }
    }
  }

  private static int apply(String line, boolean[] present, int last) {
    String[] words = line.split(" ", -1);
    if (words.length != 2 || words[1].isEmpty()) {
      return last; // cut off by the kill
    }
    int which = Integer.parseInt(words[1]);
    present[which] = words[0].equals("imported");
    return which;
  }

  /** The child may have finished one more operation than it could say. */
  private static void requireAcknowledged(Store store, boolean[] present) {
    assertThat(store.verify(VerifyOptions.everything()).damages()).isEmpty();
    int unsaid = 0;
    for (int which = 0; which < present.length; which++) {
      boolean there = store.state().image(name(which)).isPresent();
      if (there != present[which]) {
        unsaid++;
        present[which] = there;
      }
      if (there) {
        assertThat(Imports.read(store, name(which), "top/large"))
            .isEqualTo(Imports.bytes(10 + which, 50_000));
      }
    }
    assertThat(unsaid).isLessThanOrEqualTo(1);
    store.collect();
    assertThat(store.usage().unreferencedBytes()).isZero();
    assertThat(store.verify(VerifyOptions.everything()).damages()).isEmpty();
  }
}
