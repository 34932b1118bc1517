package dev.lamina.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MountOptionsTest {
  @Test
  void anEmptyListMeansTheDefaults() {
    assertThat(MountOptions.parse("")).isEqualTo(MountOptions.defaults());
  }

  @Test
  void eachKnownOptionIsTaken() {
    MountOptions options =
        MountOptions.parse(
            "ro,allow_other,default_permissions,nosuid,nodev,noexec,noatime,nopassthrough,"
                + "fsname=web,max_threads=7");
    assertThat(options)
        .isEqualTo(new MountOptions(true, true, true, true, true, true, false, "web", 7));
  }

  @Test
  void theLastOfContradictingOptionsCounts() {
    assertThat(MountOptions.parse("ro,rw,nosuid,suid").readOnly()).isFalse();
    assertThat(MountOptions.parse("ro,rw,nosuid,suid").noSetUserId()).isFalse();
  }

  @Test
  void aBackslashKeepsACommaInAValue() {
    assertThat(MountOptions.parse("fsname=a\\,b\\\\c,ro").source()).isEqualTo("a,b\\c");
  }

  @Test
  void whatMountPassesOnForItselfIsPassedOver() {
    assertThat(MountOptions.parse("defaults,_netdev,nofail,x-systemd.automount,x-a=b"))
        .isEqualTo(MountOptions.defaults());
  }

  @Test
  void anUnknownOptionIsNamedWithTheKnownOnes() {
    assertThatThrownBy(() -> MountOptions.parse("ro,upperdir=/x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'upperdir=/x'")
        .hasMessageContaining("allow_other");
  }

  @ParameterizedTest
  @ValueSource(strings = {"max_threads=0", "max_threads=many", "max_threads=", "fsname="})
  void aValueThatCannotBeIsRefused(String option) {
    assertThatThrownBy(() -> MountOptions.parse(option))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(option.substring(0, option.indexOf('=')));
  }
}
