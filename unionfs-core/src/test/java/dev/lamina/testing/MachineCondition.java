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

  static final class Image extends MachineCondition {
    @Override
    @Nullable String missing() {
      var root = new Root().missing();
      if (root != null) {
        return root;
      }
      return absent("mmdebstrap", "umoci", "skopeo", "python3", "setcap", "setfattr");
    }
  }

  static final class Archivers extends MachineCondition {
    @Override
    @Nullable String missing() {
      return absent("tar", "gzip", "xz", "bzip2");
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
