package dev.lamina.cli;

import java.lang.reflect.Constructor;
import java.util.List;
import picocli.CommandLine;

/** Makes commands, giving them what they read and write. */
final class CommandFactory implements CommandLine.IFactory {
  static final List<Class<?>> COMMANDS =
      List.of(
          ImportCommand.class,
          ImagesCommand.class,
          LayersCommand.class,
          HistoryCommand.class,
          InspectCommand.class,
          TagCommand.class,
          ForkCommand.class,
          SnapshotCommand.class,
          RollbackCommand.class,
          MountCommand.class,
          ShellCommand.class,
          UmountCommand.class,
          MountsCommand.class,
          VolumesCommand.class,
          DiffCommand.class,
          CommitCommand.class,
          ExportCommand.class,
          LsCommand.class,
          CatCommand.class,
          StatCommand.class,
          RmCommand.class,
          GcCommand.class,
          VerifyCommand.class,
          DuCommand.class,
          DaemonCommand.class,
          DoctorCommand.class,
          CompletionCommand.class,
          ManCommand.class);

  private final GlobalOptions global;

  CommandFactory(GlobalOptions global) {
    this.global = global;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    if (type == GlobalOptions.class) {
      return type.cast(global);
    }
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (constructor.getParameterCount() == 1
          && constructor.getParameterTypes()[0] == GlobalOptions.class) {
        return type.cast(constructor.newInstance(global));
      }
    }
    return CommandLine.defaultFactory().create(type);
  }
}
