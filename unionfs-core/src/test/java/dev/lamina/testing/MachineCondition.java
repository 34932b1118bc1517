package dev.lamina.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Lets a test run only on a machine that has what it needs. */
abstract sealed class MachineCondition implements ExecutionCondition {
  /** What the machine lacks for a test, or null. */
  abstract @Nullable String missing(ExtensionContext context);

  @Override
  public final ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return evaluate(missing(context), "1".equals(System.getenv("LAMINA_REQUIRE_MOUNTS")));
  }

  static ConditionEvaluationResult evaluate(@Nullable String missing, boolean required) {
    if (missing == null) {
      return ConditionEvaluationResult.enabled("the machine has what the test needs");
    }
    return required
        ? ConditionEvaluationResult.enabled("LAMINA_REQUIRE_MOUNTS is set, although " + missing)
        : ConditionEvaluationResult.disabled(missing);
  }

  static final class Root extends MachineCondition {
    @Override
    @Nullable String missing(ExtensionContext context) {
      return rootMissing();
    }
  }

  static final class Fuse extends MachineCondition {
    @Override
    @Nullable String missing(ExtensionContext context) {
      return Files.isWritable(Path.of("/dev/fuse"))
          ? null
          : "/dev/fuse is absent or not writable: load the module fuse, or run as root";
    }
  }

  static final class Image extends MachineCondition {
    @Override
    @Nullable String missing(ExtensionContext context) {
      var root = rootMissing();
      return root != null
          ? root
          : absent("mmdebstrap", "umoci", "skopeo", "python3", "setcap", "setfattr");
    }
  }

  static final class Programs extends MachineCondition {
    @Override
    @Nullable String missing(ExtensionContext context) {
      return AnnotationSupport.findAnnotation(context.getElement(), RequiresPrograms.class)
          .map(required -> absent(required.value()))
          .orElse(null);
    }
  }

  private static @Nullable String rootMissing() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)
          ? null
          : "the test must be run by root";
    } catch (IOException e) {
      return "cannot tell who runs the test: " + e;
    }
  }

  private static @Nullable String absent(String... tools) {
    var path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.of(tools)
        .filter(
            tool -> Stream.of(path.split(":")).noneMatch(d -> Files.isExecutable(Path.of(d, tool))))
        .findFirst()
        .map(tool -> tool + " is not installed; ./test.sh installs it, run by root")
        .orElse(null);
  }
}
