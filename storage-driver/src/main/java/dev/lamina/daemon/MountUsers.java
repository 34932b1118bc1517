package dev.lamina.daemon;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Says who uses a mount, to whoever is refused because of that. */
final class MountUsers {
  private MountUsers() {}

  /** Returns the processes that use a mount, such as {@code 42 (bash), 43 (vi)}. */
  static Optional<String> of(ActiveMount mount) {
    return Optional.ofNullable(of(List.of(mount)).get(mount));
  }

  /** As {@link #of(ActiveMount)}, of several at once; those that nobody uses are left out. */
  static Map<ActiveMount, String> of(List<ActiveMount> mounts) {
    Map<Integer, List<String>> processes =
        BusyProcesses.of(
            mounts.stream().map(m -> m.mount().connection()).collect(Collectors.toSet()));
    Map<ActiveMount, String> users = new HashMap<>();
    for (ActiveMount mount : mounts) {
      List<String> own = processes.get(mount.mount().connection());
      if (own != null) {
        users.put(mount, String.join(", ", own));
      }
    }
    return users;
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
