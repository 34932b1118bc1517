package dev.lamina.testing.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The list of differences holds to its rules. */
final class DifferencesTest {
  private static final Set<String> SUBJECTS = Set.of("overlayfs", "native", "jnr");

  private final Differences differences = Differences.load();

  @Test
  void all_are_of_a_subject_that_is_tested_and_have_a_reason() {
    assertThat(differences.all())
        .allSatisfy(
            difference -> {
              assertThat(SUBJECTS).contains(difference.subject());
              assertThat(difference.check()).isNotBlank();
              assertThat(difference.seen()).isNotBlank();
              assertThat(difference.reason()).hasSizeGreaterThan(20);
            });
  }

  @Test
  void none_is_listed_twice() {
    Set<String> seen = new HashSet<>();
    assertThat(differences.all())
        .allSatisfy(known -> assertThat(seen.add(known.subject() + known.check())).isTrue());
  }

  @Test
  void overlayfs_does_nothing_better_but_for_what_the_protocol_does_not_carry() {
    List<String> overlay = differences.of("overlayfs").stream().map(Difference::check).toList();
    assertThat(differences.of("native"))
        .allSatisfy(
            difference -> {
              switch (difference.cause()) {
                case UNION -> assertThat(overlay).contains(difference.check());
                case FUSE -> assertThat(difference.reason()).contains("kernel");
                case LIBFUSE -> throw new AssertionError("no libfuse is there: " + difference);
              }
            });
  }

  @Test
  void a_star_stands_for_any_characters() {
    Difference difference = Differences.parse("native | a*c: *x | m | FUSE | r").all().getFirst();
    assertThat(difference.covers("a.b.c: row x")).isTrue();
    assertThat(difference.covers("a.b.c: row x, from below")).isFalse();
    assertThat(difference.reason()).isEqualTo("r");
  }

  @Test
  void a_line_without_all_columns_is_refused() {
    assertThatThrownBy(() -> Differences.parse("native | a | m | FUSE"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("five columns");
  }
}
