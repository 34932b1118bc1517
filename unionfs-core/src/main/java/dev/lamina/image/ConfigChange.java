package dev.lamina.image;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Changes how an image runs, by an instruction as a Dockerfile has it. */
final class ConfigChange {
  private ConfigChange() {}

  /**
   * Applies an instruction.
   *
   * @param runtime the part {@code config} of a configuration
   * @throws IllegalArgumentException where it is none that is known
   */
  static void apply(String instruction, ObjectNode runtime) {
    String trimmed = instruction.strip();
    int space = trimmed.indexOf(' ');
    if (space < 0) {
      throw new IllegalArgumentException("\"" + instruction + "\" says nothing to change");
    }
    String word = trimmed.substring(0, space).toUpperCase(Locale.ROOT);
    String rest = trimmed.substring(space + 1).strip();
    switch (word) {
      case "CMD" -> command(runtime, "Cmd", rest);
      case "ENTRYPOINT" -> command(runtime, "Entrypoint", rest);
      case "ENV" -> environment(runtime, rest);
      case "LABEL" -> labels(runtime, rest);
      case "USER" -> runtime.put("User", rest);
      case "WORKDIR" -> runtime.put("WorkingDir", rest);
      case "STOPSIGNAL" -> runtime.put("StopSignal", rest);
      case "EXPOSE" -> {
        for (String port : words(rest)) {
          ConfigEditor.object(runtime, "ExposedPorts")
              .putObject(port.contains("/") ? port : port + "/tcp");
        }
      }
      case "VOLUME" -> {
        for (String path : words(rest)) {
          ConfigEditor.object(runtime, "Volumes").putObject(path);
        }
      }
      case "HEALTHCHECK" -> runtime.set("Healthcheck", HealthCheck.parse(rest));
      case "SHELL" -> shell(runtime, rest);
      case "ONBUILD" -> ConfigEditor.array(runtime, "OnBuild").add(rest);
      default ->
          throw new IllegalArgumentException(
              "\""
                  + word
                  + "\" is not one of CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD,"
                  + " SHELL, STOPSIGNAL, USER, VOLUME, WORKDIR");
    }
  }

  private static void command(ObjectNode runtime, String field, String rest) {
    ArrayNode array = runtime.putArray(field);
    if (rest.startsWith("[")) {
      words(rest).forEach(array::add);
    } else {
      if (runtime.path("Shell") instanceof ArrayNode shell && !shell.isEmpty()) {
        array.addAll(shell);
      } else {
        array.add("/bin/sh").add("-c");
      }
      array.add(rest);
    }
  }

  private static void shell(ObjectNode runtime, String rest) {
    List<String> words = rest.startsWith("[") ? words(rest) : List.of();
    if (words.isEmpty()) {
      throw new IllegalArgumentException("SHELL takes a JSON array, as [\"/bin/sh\", \"-c\"]");
    }
    ArrayNode array = runtime.putArray("Shell");
    words.forEach(array::add);
  }

  /** Reads a JSON array, or words between blanks. */
  static List<String> words(String rest) {
    if (!rest.startsWith("[")) {
      return Splitter.on(CharMatcher.whitespace()).omitEmptyStrings().splitToList(rest);
    }
    List<String> words = new ArrayList<>();
    try {
      for (JsonNode word : Json.parse(rest)) {
        if (!word.isString()) {
          throw new IllegalArgumentException("not all of " + rest + " is text");
        }
        words.add(word.stringValue());
      }
    } catch (JacksonException e) {
      throw new IllegalArgumentException(rest + " is no JSON array", e);
    }
    return words;
  }

  private static void environment(ObjectNode runtime, String rest) {
    ArrayNode old = ConfigEditor.array(runtime, "Env");
    for (String pair : pairs(rest)) {
      String key = pair.substring(0, pair.indexOf('=') + 1);
      ArrayNode kept = Json.array();
      old.forEach(
          variable -> {
            if (!variable.asString("").startsWith(key)) {
              kept.add(variable);
            }
          });
      kept.add(pair);
      runtime.set("Env", kept);
      old = kept;
    }
  }

  private static void labels(ObjectNode runtime, String rest) {
    for (String pair : pairs(rest)) {
      int equals = pair.indexOf('=');
      ConfigEditor.object(runtime, "Labels")
          .put(pair.substring(0, equals), pair.substring(equals + 1));
    }
  }

  /** Reads {@code KEY=VALUE} pairs with quoted values, or {@code KEY VALUE}. */
  private static List<String> pairs(String rest) {
    int space = rest.indexOf(' ');
    int equals = rest.indexOf('=');
    if (equals < 0 || (space >= 0 && space < equals)) {
      if (space < 0) {
        throw new IllegalArgumentException("\"" + rest + "\" is no KEY=VALUE");
      }
      return List.of(rest.substring(0, space) + "=" + rest.substring(space + 1).strip());
    }
    List<String> pairs = new ArrayList<>();
    StringBuilder pair = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i <= rest.length(); i++) {
      char c = i < rest.length() ? rest.charAt(i) : ' ';
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\' && i + 1 < rest.length()) {
        i++;
        pair.append(rest.charAt(i));
      } else if (Character.isWhitespace(c) && !quoted) {
        if (!pair.isEmpty()) {
          pairs.add(pair.toString());
          pair.setLength(0);
        }
      } else {
        pair.append(c);
      }
    }
    if (quoted || pairs.stream().anyMatch(p -> p.indexOf('=') < 1)) {
      throw new IllegalArgumentException("\"" + rest + "\" is no list of KEY=VALUE");
    }
    return pairs;
  }
}
