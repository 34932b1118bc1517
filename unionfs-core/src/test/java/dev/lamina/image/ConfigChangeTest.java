package dev.lamina.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** What {@code --change} takes, and what becomes of it, as docker commit has it. */
final class ConfigChangeTest {
  private final ObjectNode runtime = Json.object();

  private String after(String... instructions) {
    for (String instruction : instructions) {
      ConfigChange.apply(instruction, runtime);
    }
    return runtime.toString().replace('"', '\'');
  }

  @Test
  void health_checks() {
    assertThat(after("HEALTHCHECK NONE")).isEqualTo("{'Healthcheck':{'Test':['NONE']}}");
    assertThat(after("healthcheck cmd curl -f http://localhost/ || exit 1"))
        .isEqualTo("{'Healthcheck':{'Test':['CMD-SHELL','curl -f http://localhost/ || exit 1']}}");
    assertThat(
            after(
                "HEALTHCHECK --interval=1m30s --timeout=500ms --start-period=0s --retries=5"
                    + " --start-interval=1.5s CMD [\"/check\", \"a b\"]"))
        .isEqualTo(
            "{'Healthcheck':{'Test':['CMD','/check','a b'],'Interval':90000000000,"
                + "'Timeout':500000000,'StartPeriod':0,'Retries':5,'StartInterval':1500000000}}");
  }

  @Test
  void a_shell_runs_the_commands_that_are_written_plainly() {
    assertThat(after("CMD a b")).isEqualTo("{'Cmd':['/bin/sh','-c','a b']}");
    assertThat(after("SHELL [\"/bin/bash\", \"-ec\"]", "CMD a b"))
        .isEqualTo("{'Cmd':['/bin/bash','-ec','a b'],'Shell':['/bin/bash','-ec']}");
  }

  @Test
  void the_other_instructions() {
    assertThat(after("ENV A=1 B=\"x y\"", "ENV A=2", "USER me", "WORKDIR /w", "STOPSIGNAL TERM"))
        .isEqualTo("{'Env':['B=x y','A=2'],'User':'me','WorkingDir':'/w','StopSignal':'TERM'}");
    assertThat(after("EXPOSE 80 53/udp", "VOLUME /a /b", "LABEL k=v", "ONBUILD RUN x"))
        .contains("'ExposedPorts':{'80/tcp':{},'53/udp':{}}")
        .contains("'Volumes':{'/a':{},'/b':{}}")
        .contains("'Labels':{'k':'v'}")
        .contains("'OnBuild':['RUN x']");
  }

  @Test
  void what_is_no_instruction() {
    for (String bad :
        new String[] {
          "RUN x",
          "CMD",
          "SHELL bash",
          "SHELL []",
          "HEALTHCHECK x",
          "HEALTHCHECK CMD",
          "HEALTHCHECK CMD []",
          "HEALTHCHECK --interval=1x CMD a",
          "HEALTHCHECK --interval=1ns CMD a",
          "HEALTHCHECK --interval=99999999999h CMD a",
          "HEALTHCHECK --retries=-1 CMD a",
          "HEALTHCHECK --other=1 CMD a",
          "CMD [1]",
          "CMD [",
          "ENV a"
        }) {
      assertThatThrownBy(() -> ConfigChange.apply(bad, runtime))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
