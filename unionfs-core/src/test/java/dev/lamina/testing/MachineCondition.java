package dev.lamina.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Lets a test run only on a machine that has what it needs. */
abstract sealed class MachineCondition implements ExecutionCondition {
  /** What the machine lacks, or null. */
  abstract @Nullable String missing();

  @Override
  public final ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return evaluate(missing(), "1".equals(System.getenv("LAMINA_REQUIRE_MOUNTS")));
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
    @Nullable String missing() {
      try {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)
            ? null
            : "the test must be run by root";
      } catch (IOException e) {
        return "cannot tell who runs the test: " + e;
      }
    }
  }

  static final class Fuse extends MachineCondition {
    @Override
    @Nullable String missing() {
      return Files.isWritable(Path.of("/dev/fuse"))
          ? null
          : "/dev/fuse is absent or not writable: load the module fuse, or run as root";
    }
  }
}
