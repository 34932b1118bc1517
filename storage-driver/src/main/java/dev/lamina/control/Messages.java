package dev.lamina.control;

import java.io.IOException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Requests and replies as JSON, and back. */
public final class Messages {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Messages() {}

  /** Returns a request's bytes. */
  public static byte[] encode(Request request) {
    return JSON.writeValueAsBytes(request);
  }

  /** Returns a reply's bytes. */
  public static byte[] encode(Reply reply) {
    return JSON.writeValueAsBytes(reply);
  }

  /** Returns an answer for {@code --json}, indented. */
  public static String print(Answer answer) {
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(answer);
  }

  /**
   * Reads a request.
   *
   * @throws IOException where the bytes are none
   */
  public static Request request(byte[] bytes) throws IOException {
    return read(bytes, Request.class);
  }

  /**
   * Reads a reply.
   *
   * @throws IOException where the bytes are none
   */
  public static Reply reply(byte[] bytes) throws IOException {
    return read(bytes, Reply.class);
  }

  private static <T> T read(byte[] bytes, Class<T> type) throws IOException {
    try {
      return JSON.readValue(bytes, type);
    } catch (JacksonException e) {
      throw new IOException("not a " + type.getSimpleName() + ": " + e.getOriginalMessage(), e);
    }
  }
}
