package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** When a daemon's log stays. */
final class DaemonLogTest {
  @TempDir private Path directory;

  private Path file;
  private DaemonLog log;
  private Handler[] handlers;

  @BeforeEach
  void begin() throws IOException {
    handlers = Logger.getLogger("").getHandlers();
    file = Files.writeString(directory.resolve("a.log"), "said");
    log = new DaemonLog(file, Files.createSymbolicLink(directory.resolve("1"), file));
    log.watch();
  }

  @AfterEach
  void end() {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    for (Handler handler : handlers) {
      root.addHandler(handler);
    }
  }

  private void say(Level level) {
    Logger.getLogger(DaemonLogTest.class.getName()).log(level, "a test says so");
  }

  @Test
  void itGoesWhereThereWasNothingToComplainOf() throws IOException {
    say(Level.INFO);
    log.ending();
    assertThat(file).doesNotExist();
    Files.writeString(file, "the next daemon's");
    log.ended(true);
    log.ended(true);
    assertThat(file).hasContent("the next daemon's");
    assertThat(directory).isDirectoryNotContaining("glob:**.ended");
  }

  @Test
  void itStaysAfterAComplaint() throws IOException {
    say(Level.WARNING);
    log.ending();
    log.ended(true);
    assertThat(file).hasContent("said");
  }

  @Test
  void whatIsLeftOfADaemonThatWasKilledWhileItEndedIsInNobodysWay() throws IOException {
    log.ending();
    Files.writeString(file, "the next daemon's");
    log.ending();
    log.ended(true);
    assertThat(directory.toFile().list()).containsExactly("1");
  }

  @Test
  @Timeout(60)
  void aComplaintIsHeardAlsoWhenTheVirtualMachineEnds() throws Exception {
    List<String> written = new CopyOnWriteArrayList<>();
    Handler output =
        new Handler() {
          @Override
          public void publish(LogRecord message) {
            written.add(message.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger root = Logger.getLogger("");
    root.addHandler(output);
    log = new DaemonLog(file, directory.resolve("1"));
    log.watch();
    log.keepUntilEnded();
    // What java.util.logging does then.
    Thread hook = Thread.ofPlatform().daemon().start(LogManager.getLogManager()::reset);
    while (hook.getState() != Thread.State.WAITING) {
      assertThat(hook.isAlive()).isTrue();
      Thread.sleep(10);
    }
    log.ending();
    Logger.getLogger("of.nobody.who.logged.before").severe("data was lost");
    log.ended(true);
    hook.join();
    assertThat(written).containsExactly("data was lost");
    assertThat(file).hasContent("said");
  }

  @Test
  @Timeout(60)
  void theVirtualMachineEndsWhereADaemonDidNotEvenStart() {
    LogManager.getLogManager().reset();
    assertThat(Logger.getLogger("").getHandlers()).isEmpty();
  }

  @Test
  void itStaysAfterABadEnd() throws IOException {
    log.ending();
    log.ended(false);
    assertThat(file).hasContent("said");
  }

  @Test
  void oneThatIsNotWrittenToIsLeftAlone() throws IOException {
    DaemonLog other = new DaemonLog(file, Files.createFile(directory.resolve("terminal")));
    other.ending();
    other.ended(true);
    assertThat(file).hasContent("said");
  }
}
