package dev.lamina.daemon;

import dev.lamina.archive.ArchiveException;
import dev.lamina.archive.Limits;
import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Conversation;
import dev.lamina.control.Request;
import dev.lamina.daemon.NameResolver.Named;
import dev.lamina.image.ImageConfig;
import dev.lamina.image.ImageImporter;
import dev.lamina.image.ImageLocation;
import dev.lamina.image.ImageName;
import dev.lamina.image.ImageSummary;
import dev.lamina.image.Images;
import dev.lamina.image.ImportOptions;
import dev.lamina.image.ImportedImage;
import dev.lamina.image.PlatformChoice;
import dev.lamina.store.ImageLayer;
import dev.lamina.store.ImageRecord;
import dev.lamina.store.LayerKey;
import dev.lamina.store.LayerRecord;
import dev.lamina.store.Platform;
import dev.lamina.store.SnapshotKey;
import dev.lamina.store.StateTransaction;
import dev.lamina.store.VolumeId;
import dev.lamina.store.VolumeRecord;
import dev.lamina.volume.Volumes;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.json.JsonMapper;

/** Imports, lists, names and removes images. */
final class ImageRequests {
  private final DaemonContext context;
  private final Images images;

  ImageRequests(DaemonContext context) {
    this.context = context;
    this.images = new Images(context.store());
  }

  Answer.Imported importImage(Request.Import request, Conversation conversation)
      throws ControlException, IOException {
    ImageLocation source = ImageLocation.parse(request.source());
    if (source.place().isPresent()) {
      MountPoint.requireOutside(
          source.place().get(),
          context.mounts(),
          "copy it outside, or import an archive as \"lamina import - < FILE\"");
    }
    ImportOptions options =
        ImportOptions.defaults()
            .withKeepCompressed(request.keepCompressed())
            .withLimits(limits(request.limits()));
    if (request.platform().isPresent()) {
      options = options.withPlatform(PlatformChoice.parse(request.platform().get()));
    }
    ImportedImage image =
        new ImageImporter(
                context.store(),
                options,
                new TransferProgress(conversation, System::nanoTime),
                context.clock())
            .run(source, request.name().map(ImageName::parse), conversation.input());
    int layers = image.record().diffIds().size();
    return new Answer.Imported(
        image.name().toString(),
        image.id().toString(),
        layers,
        layers - image.newLayers(),
        image.bytesAdded());
  }

  private static Limits limits(Request.ImportLimits asked) {
    Limits limits = Limits.defaults();
    if (asked.layerBytes().isPresent()) {
      limits = limits.withBytes(asked.layerBytes().get());
    }
    if (asked.ratio().isPresent()) {
      limits = limits.withRatio(asked.ratio().get());
    }
    if (asked.entries().isPresent()) {
      limits = limits.withEntries(asked.entries().get());
    }
    if (asked.fileBytes().isPresent()) {
      limits = limits.withHoleBytes(asked.fileBytes().get());
    }
    if (asked.layers().isPresent()) {
      limits = limits.withLayers(asked.layers().get());
    }
    return limits;
  }

  Answer.ImageList list() throws ArchiveException {
    List<Answer.Image> list = new ArrayList<>();
    for (ImageSummary image : images.list()) {
      list.add(
          new Answer.Image(
              image.name(),
              image.id().toString(),
              time(image.created()),
              platform(image.record().platform()),
              image.record().diffIds().size(),
              image.bytes()));
    }
    return new Answer.ImageList(list);
  }

  private static String platform(Platform platform) {
    String variant = platform.variant().isEmpty() ? "" : "/" + platform.variant();
    return platform.os() + "/" + platform.architecture() + variant;
  }

  /** A time as a configuration writes it; one that is none is as good as absent. */
  private static Optional<Instant> time(Optional<String> text) {
    try {
      return text.map(OffsetDateTime::parse).map(OffsetDateTime::toInstant);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  Answer.LayerList layers(Request.Layers request) throws ControlException {
    return new Answer.LayerList(
        layers(NameResolver.image(context.store(), request.image()).record()));
  }

  private List<Answer.Layer> layers(ImageRecord image) {
    List<LayerKey> keys = LayerKey.chain(image.diffIds());
    List<LayerRecord> records = images.layers(image);
    List<Answer.Layer> layers = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      ImageLayer layer = image.layers().get(i);
      layers.add(
          new Answer.Layer(
              keys.get(i).diffId().toString(),
              keys.get(i).chainId().toString(),
              layer.digest().toString(),
              layer.mediaType(),
              records.get(i).tarBytes(),
              layer.size(),
              layer.kept()));
    }
    return layers;
  }

  Answer.HistoryList history(Request.History request) throws ControlException, ArchiveException {
    ImageRecord image = NameResolver.image(context.store(), request.image()).record();
    List<LayerRecord> records = images.layers(image);
    List<Answer.HistoryEntry> entries = new ArrayList<>();
    int layer = 0;
    for (ImageConfig.HistoryEntry entry : images.config(image).history()) {
      boolean has = !entry.emptyLayer() && layer < records.size();
      entries.addFirst(
          new Answer.HistoryEntry(
              time(entry.created()),
              entry.createdBy().orElse(""),
              entry.comment().orElse(""),
              entry.emptyLayer(),
              has ? Optional.of(image.diffIds().get(layer).toString()) : Optional.empty(),
              has ? records.get(layer).contentBytes() : 0));
      layer += entry.emptyLayer() ? 0 : 1;
    }
    return new Answer.HistoryList(entries);
  }

  Answer.Inspected inspect(Request.Inspect request) throws ControlException {
    return switch (NameResolver.find(context.store(), request.name())) {
      case Named.Image(String name, ImageRecord record) ->
          new Answer.Inspected("image", name, imageDetail(record));
      case Named.Volume(String name, VolumeId id) ->
          new Answer.Inspected("volume", name, volumeDetail(name, id));
    };
  }

  private Map<String, Object> imageDetail(ImageRecord record) {
    var content = images.content(record);
    Map<String, Object> detail = new LinkedHashMap<>();
    detail.put("id", record.config().toString());
    detail.put("manifestDigest", record.manifest().toString());
    detail.put("manifestMediaType", record.manifestMediaType());
    record.index().ifPresent(index -> detail.put("indexDigest", index.toString()));
    detail.put("platform", platform(record.platform()));
    detail.put("layers", layers(record));
    images.tree(record).ifPresent(tree -> detail.put("tree", tree.digest().toString()));
    JsonMapper json = JsonMapper.builder().build();
    detail.put("manifest", json.readValue(content.manifest(), Object.class));
    detail.put("config", json.readValue(content.config(), Object.class));
    return detail;
  }

  private Map<String, Object> volumeDetail(String name, VolumeId id) throws ControlException {
    VolumeRecord record =
        context
            .store()
            .state()
            .volume(id)
            .orElseThrow(
                () -> new ControlException("volume " + name + " was removed just now", false));
    Map<String, Object> detail = new LinkedHashMap<>();
    detail.put("image", record.origin());
    detail.put("baseTree", record.baseTree().toString());
    detail.put("basePositions", record.basePositions());
    detail.put("diffIds", record.diffIds().stream().map(Object::toString).toList());
    record.config().ifPresent(config -> detail.put("config", config.toString()));
    detail.put("created", Instant.ofEpochSecond(0, record.created()).toString());
    detail.put("data", context.store().layout().volume(id).toString());
    context
        .mounts()
        .ofVolume(name)
        .map(context.mounts()::where)
        .ifPresent(
            where ->
                detail.put(
                    where.detached() ? "detachedFrom" : "mountedOn", where.place().toString()));
    return detail;
  }

  Answer.Done tag(Request.Tag request) {
    ImageRecord _ = images.tag(request.image(), ImageName.parse(request.name()));
    return new Answer.Done();
  }

  /** One transaction removes all of them, so either all go or none. */
  Answer.Removed remove(Request.Remove request) throws ControlException {
    SortedMap<String, VolumeId> volumes = new TreeMap<>();
    SortedSet<String> names = new TreeSet<>();
    for (String name : request.names()) {
      Named named = NameResolver.find(context.store(), name);
      requireUnused(named);
      switch (named) {
        // By its ID only where that has one name: removing it asks again.
        case Named.Image(String full, ImageRecord _) ->
            names.add(isNameOf(name, full) ? full : name);
        case Named.Volume(String full, VolumeId id) -> volumes.put(full, id);
      }
    }
    List<Volumes.Claim> claims = new ArrayList<>();
    try {
      // Claimed first, so nobody opens a volume between looking and removing.
      volumes.values().forEach(id -> claims.add(context.volumes().claim(id, "being removed")));
      List<String> removed =
          context.store().state().transact(transaction -> remove(transaction, names, volumes));
      volumes.values().forEach(context.volumes()::finishRemoval);
      return new Answer.Removed(removed);
    } finally {
      claims.forEach(Volumes.Claim::close);
    }
  }

  private static boolean isNameOf(String given, String full) {
    try {
      return ImageName.parse(given).toString().equals(full);
    } catch (IllegalArgumentException e) {
      return false; // an ID with its algorithm is no name
    }
  }

  private List<String> remove(
      StateTransaction transaction, SortedSet<String> names, SortedMap<String, VolumeId> volumes) {
    List<String> removed = new ArrayList<>();
    for (String name : names) {
      removed.add(images.remove(transaction, name));
    }
    Map<SnapshotKey, VolumeId> named = new HashMap<>();
    volumes.forEach((name, id) -> named.put(new SnapshotKey(DaemonContext.NAMESPACE, name), id));
    context.snapshots().removeVolumes(transaction, named);
    removed.addAll(volumes.keySet());
    return removed;
  }

  private void requireUnused(Named named) throws ControlException {
    Optional<ActiveMount> mount =
        switch (named) {
          case Named.Volume(String name, VolumeId _) -> context.mounts().ofVolume(name);
          case Named.Image(String name, ImageRecord _) -> context.mounts().ofImage(name);
        };
    Optional<String> user =
        switch (named) {
          case Named.Volume(String _, VolumeId id) -> context.volumes().holder(id);
          case Named.Image _ -> mount.map(m -> "mounted on " + m.directory());
        };
    if (user.isPresent()) {
      throw new ControlException(
          MountUsers.refusal(named.name(), user.get(), mount, context.mounts()), false);
    }
  }
}
