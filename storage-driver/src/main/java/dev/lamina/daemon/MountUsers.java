package dev.lamina.daemon;

import java.util.List;
import java.util.Optional;

/** Says who uses a mount, to whoever is refused because of that. */
final class MountUsers {
  private MountUsers() {}

  /** Returns the processes that use a mount, such as {@code 42 (bash), 43 (vi)}. */
  static Optional<String> of(ActiveMount mount) {
    List<String> processes = BusyProcesses.of(mount.mount().connection());
    return processes.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", processes));
  }

  /** Says that a mount was detached and is still in use, and by whom where that can be told. */
  static String ofDetached(ActiveMount mount) {
    return mount.volume().map(name -> "volume " + name).orElse(mount.what())
        + ", detached from "
        + mount.directory()
        + ", is still in use"
        + of(mount).map(users -> " by " + users).orElse("");
  }

  /**
   * Says why something is not to be had.
   *
   * @param what is wanted
   * @param holder who has it
   * @param mount its mount, where it has one
   */
  static String refusal(
      String what, String holder, Optional<ActiveMount> mount, MountRegistry mounts) {
    return mount
            .filter(mounts::isDetached)
            .map(MountUsers::ofDetached)
            .or(
                () ->
                    mount
                        .map(mounts::where)
                        .map(where -> what + " is in use: mounted on " + where.place()))
            .orElse(what + " is in use: " + holder)
        + "; end that first";
  }
}
