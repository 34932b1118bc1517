package dev.lamina.volume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.fs.FsException;
import dev.lamina.linux.Errno;
import dev.lamina.store.MalformedRecordException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What of the failures of a volume is logged. */
final class FailuresTest {
  private final Logger logger = Logger.getLogger(Failures.class.getName());
  private final Said said = new Said();
  private final Failures failures = new Failures();

  /** Keeps what is logged. */
  private static final class Said extends Handler {
    final List<String> messages = new ArrayList<>();

    @Override
    public void publish(LogRecord message) {
      messages.add(message.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @BeforeEach
  void listen() {
    logger.addHandler(said);
    logger.setUseParentHandlers(false);
  }

  @AfterEach
  void leave() {
    logger.removeHandler(said);
    logger.setUseParentHandlers(true);
  }

  private void fail(RuntimeException e) {
    assertThat(failures.answer(e))
        .isInstanceOfSatisfying(
            FsException.class, told -> assertThat(told.errno()).isEqualTo(Errno.EIO));
  }

  @Test
  void a_piece_of_damage_is_logged_once() {
    fail(new MalformedRecordException("a"));
    fail(new MalformedRecordException("b"));
    fail(new MalformedRecordException("a"));
    assertThat(said.messages).hasSize(2);
  }

  @Test
  void many_damaged_records_neither_fill_the_log_nor_keep_another_cause_out() {
    for (int i = 0; i < 2 * Failures.MOST_LOGGED; i++) {
      fail(new MalformedRecordException("name " + i));
    }
    assertThat(said.messages).hasSize(Failures.MOST_LOGGED + 1);
    assertThat(said.messages.getLast()).contains("not logged any more");
    fail(FsException.of(Errno.EIO, "the disk", new IllegalStateException("broken")));
    assertThat(said.messages).hasSize(Failures.MOST_LOGGED + 2);
    assertThat(said.messages.getLast()).contains("the disk");
  }
}
