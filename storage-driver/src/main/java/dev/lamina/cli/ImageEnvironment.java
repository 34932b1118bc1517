package dev.lamina.cli;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The environment variables that an image's configuration sets. */
final class ImageEnvironment {
  private final GlobalOptions global;

  ImageEnvironment(GlobalOptions global) {
    this.global = global;
  }

  /**
   * Returns them, each {@code NAME=VALUE}, of an image or of the image that a volume is of; none
   * where that was removed since.
   *
   * @throws ControlException where there is no image or volume of that name
   */
  List<String> of(String name) throws ControlException, IOException {
    Answer.Inspected inspected = inspect(name);
    return inspected.kind().equals("volume")
        ? ofOrigin(String.valueOf(inspected.detail().get("image")))
        : variables(inspected);
  }

  private List<String> ofOrigin(String image) throws IOException {
    try {
      return variables(inspect(image));
    } catch (ControlException e) {
      return List.of(); // the volume outlives its image's name
    }
  }

  private Answer.Inspected inspect(String name) throws ControlException, IOException {
    return global.ask(new Request.Inspect(name), Answer.Inspected.class);
  }

  private static List<String> variables(Answer.Inspected image) {
    return member(image.detail(), "config")
        .flatMap(config -> member(config, "config"))
        .flatMap(config -> member(config, "Env"))
        .filter(List.class::isInstance)
        .map(List.class::cast)
        .map(ImageEnvironment::strings)
        .orElse(List.of());
  }

  private static Optional<Object> member(Object document, String key) {
    return document instanceof Map<?, ?> map ? Optional.ofNullable(map.get(key)) : Optional.empty();
  }

  private static List<String> strings(List<?> values) {
    return values.stream().map(String::valueOf).toList();
  }
}
