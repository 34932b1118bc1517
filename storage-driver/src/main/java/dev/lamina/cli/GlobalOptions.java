package dev.lamina.cli;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import dev.lamina.control.StoreLocation;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What all commands share: which store, and how to ask its daemon. */
final class GlobalOptions {
  private final Console console;
  private final Supplier<Optional<Path>> store;

  /**
   * @param store what {@code --store} says, once the command line is parsed
   */
  GlobalOptions(Console console, Supplier<Optional<Path>> store) {
    this.console = console;
    this.store = store;
  }

  Console console() {
    return console;
  }

  /** Returns the way to the daemon. */
  DaemonConnection connection() throws IOException {
    Map<String, String> environment = console.environment();
    boolean root = "root".equals(System.getProperty("user.name"));
    return new DaemonConnection(
        StoreLocation.of(store.get(), root, environment), root, environment);
  }

  /** Asks the daemon, showing progress; starts it where none is running. */
  Answer ask(Request request) throws ControlException, IOException {
    return ask(request, InputStream.nullInputStream(), OutputStream.nullOutputStream());
  }

  /** Asks the daemon with streams. */
  @CanIgnoreReturnValue
  Answer ask(Request request, InputStream input, OutputStream output)
      throws ControlException, IOException {
    try (ProgressDisplay progress =
        new ProgressDisplay(console.error(), console.terminal(), System::nanoTime)) {
      return connection().ask(request, input, output, progress);
    }
  }

  /** Asks the daemon and returns the answer as the request's own type. */
  @CanIgnoreReturnValue
  <A extends Answer> A ask(Request request, Class<A> type) throws ControlException, IOException {
    return type.cast(ask(request));
  }

  /** Asks the daemon for what has nothing to answer. */
  void tell(Request request) throws ControlException, IOException {
    ask(request, Answer.Done.class);
  }
}
