package dev.lamina.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MachineConditionTest {
  @Test
  void runsWhereNothingIsMissing() {
    assertThat(MachineCondition.evaluate(null, false).isDisabled()).isFalse();
  }

  @Test
  void skipsWithTheReasonWhereSomethingIsMissing() {
    var result = MachineCondition.evaluate("no such device", false);
    assertThat(result.isDisabled()).isTrue();
    assertThat(result.getReason()).hasValue("no such device");
  }

  @Test
  void failsRatherThanSkipsWhereMountsAreRequired() {
    assertThat(MachineCondition.evaluate("no such device", true).isDisabled()).isFalse();
  }
}
