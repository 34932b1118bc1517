package dev.lamina.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test runs other programs: skipped where one of them is missing, except where {@code
 * LAMINA_REQUIRE_MOUNTS=1} says that nothing may be skipped; there it runs, and fails.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(MachineCondition.Programs.class)
public @interface RequiresPrograms {
  /** Names of programs, each of which must be in one of the directories of PATH. */
  String[] value();
}
