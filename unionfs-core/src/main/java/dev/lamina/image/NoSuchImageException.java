package dev.lamina.image;

/** No image has the name or ID that was given, or several have. The message is for the user. */
public final class NoSuchImageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NoSuchImageException(String message) {
    super(message, null, false, false);
  }
}
