package dev.lamina.control;

import java.io.IOException;

/** What a daemon does for its clients. Called from many threads at once. */
public interface ControlHandler {
  /**
   * Answers one request. The thread is interrupted when the client goes away: what is under way is
   * then undone.
   *
   * @throws ControlException where it cannot be done, with a message for the user
   * @throws IOException where the client went away
   */
  Answer handle(Request request, Conversation conversation) throws ControlException, IOException;
}
