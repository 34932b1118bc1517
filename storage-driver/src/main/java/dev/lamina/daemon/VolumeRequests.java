package dev.lamina.daemon;

import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Request;
import dev.lamina.snapshot.VolumeSnapshots;
import dev.lamina.store.SnapshotContent;
import dev.lamina.store.SnapshotKey;
import dev.lamina.store.SnapshotRecord;
import dev.lamina.store.VolumeId;
import dev.lamina.store.VolumeRecord;
import dev.lamina.volume.VolumeException;
import dev.lamina.volume.VolumeUsage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Lists volumes, forks them, saves what they have and rolls them back to it. */
final class VolumeRequests {
  private static final System.Logger LOG = System.getLogger(VolumeRequests.class.getName());

  private final DaemonContext context;
  private final VolumeSnapshots saved;

  VolumeRequests(DaemonContext context) {
    this.context = context;
    this.saved = new VolumeSnapshots(context.snapshots(), context.volumes());
  }

  Answer.Done fork(Request.Fork request) throws ControlException {
    VolumeNames.check(request.name());
    requireVolume(request.volume());
    VolumeId _ = saved.fork(key(request.volume()), key(request.name()));
    return new Answer.Done();
  }

  Answer.Done save(Request.Save request) throws ControlException {
    VolumeNames.check(request.name());
    requireVolume(request.volume());
    VolumeId _ =
        saved.save(key(request.volume()), key(VolumeNames.saved(request.volume(), request.name())));
    return new Answer.Done();
  }

  Answer.Done rollBack(Request.RollBack request) throws ControlException {
    String state = VolumeNames.saved(request.volume(), request.name());
    requireVolume(request.volume());
    requireVolume(state);
    saved.rollBack(key(request.volume()), key(state));
    return new Answer.Done();
  }

  private void requireVolume(String name) throws ControlException {
    VolumeId _ = NameResolver.requireVolume(context.store().state(), name);
  }

  private static SnapshotKey key(String name) {
    return new SnapshotKey(DaemonContext.NAMESPACE, name);
  }

  Answer.VolumeList list() {
    List<Answer.Volume> volumes = new ArrayList<>();
    for (Map.Entry<String, VolumeId> named : named().entrySet()) {
      Optional<VolumeRecord> record = context.store().state().volume(named.getValue());
      if (record.isEmpty()) {
        continue; // removed since it was listed
      }
      Optional<VolumeUsage> usage = usage(named.getValue());
      if (usage.isEmpty()) {
        continue;
      }
      Optional<MountRegistry.Where> where =
          context.mounts().ofVolume(named.getKey()).map(context.mounts()::where);
      volumes.add(
          new Answer.Volume(
              named.getKey(),
              record.get().origin(),
              Instant.ofEpochSecond(0, record.get().created()),
              where.map(w -> w.place().toString()),
              where.map(MountRegistry.Where::detached).orElse(false),
              usage.get().bytes(),
              usage.get().inodes()));
    }
    return new Answer.VolumeList(volumes);
  }

  /** Returns what each volume takes, by name. */
  SortedMap<String, VolumeUsage> usages() {
    SortedMap<String, VolumeUsage> usages = new TreeMap<>();
    named().forEach((name, id) -> usage(id).ifPresent(usage -> usages.put(name, usage)));
    return usages;
  }

  /** What a volume takes; nothing where it was removed since it was listed. */
  private Optional<VolumeUsage> usage(VolumeId id) {
    try {
      return Optional.of(context.volumes().usage(id));
    } catch (VolumeException e) {
      LOG.log(System.Logger.Level.DEBUG, "volume " + id + " went while volumes were listed", e);
      return Optional.empty();
    }
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
