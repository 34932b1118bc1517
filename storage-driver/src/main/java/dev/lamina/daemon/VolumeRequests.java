package dev.lamina.daemon;

import dev.lamina.control.Answer;
import dev.lamina.store.SnapshotContent;
import dev.lamina.store.SnapshotKey;
import dev.lamina.store.SnapshotRecord;
import dev.lamina.store.VolumeId;
import dev.lamina.store.VolumeRecord;
import dev.lamina.volume.VolumeUsage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Lists volumes. */
final class VolumeRequests {
  private final DaemonContext context;

  VolumeRequests(DaemonContext context) {
    this.context = context;
  }

  Answer.VolumeList list() {
    List<Answer.Volume> volumes = new ArrayList<>();
    for (Map.Entry<String, VolumeId> named : named().entrySet()) {
      Optional<VolumeRecord> record = context.store().state().volume(named.getValue());
      if (record.isEmpty()) {
        continue; // removed since it was listed
      }
      VolumeUsage usage = context.volumes().usage(named.getValue());
      volumes.add(
          new Answer.Volume(
              named.getKey(),
              record.get().origin(),
              Instant.ofEpochSecond(0, record.get().created()),
              context.mounts().ofVolume(named.getKey()).map(m -> m.directory().toString()),
              usage.bytes(),
              usage.inodes()));
    }
    return new Answer.VolumeList(volumes);
  }

  /** Returns what each volume takes, by name. */
  SortedMap<String, VolumeUsage> usages() {
    SortedMap<String, VolumeUsage> usages = new TreeMap<>();
    named().forEach((name, id) -> usages.put(name, context.volumes().usage(id)));
    return usages;
  }

  private SortedMap<String, VolumeId> named() {
    SortedMap<String, VolumeId> named = new TreeMap<>();
    for (Map.Entry<SnapshotKey, SnapshotRecord> snapshot :
        context.snapshots().list(DaemonContext.NAMESPACE).entrySet()) {
      if (snapshot.getValue().content() instanceof SnapshotContent.OfVolume(VolumeId id)) {
        named.put(snapshot.getKey().name(), id);
      }
    }
    return named;
  }
}
