package dev.lamina.daemon;

import dev.lamina.archive.LayerExporter;
import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Conversation;
import dev.lamina.control.Reply;
import dev.lamina.control.Request;
import dev.lamina.image.ImageLocation;
import dev.lamina.image.ImageRepair;
import dev.lamina.image.ImportOptions;
import dev.lamina.store.Collection;
import dev.lamina.store.Damage;
import dev.lamina.store.ImageUsage;
import dev.lamina.store.StoreUsage;
import dev.lamina.store.Verification;
import dev.lamina.store.VerifyOptions;
import dev.lamina.volume.VolumeUsage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Collects, verifies and measures the store. */
final class StoreRequests {
  private static final long PERIOD_NANOS = 150_000_000L;

  private final DaemonContext context;

  StoreRequests(DaemonContext context) {
    this.context = context;
  }

  Answer.Collected collect() {
    Collection done = context.store().collect();
    return new Answer.Collected(
        done.layers(), done.records(), done.blobs(), done.objects(), done.bytes());
  }

  Answer.Verified verify(Request.Verify request, Conversation conversation)
      throws ControlException, IOException {
    Optional<ImageLocation> source = request.repair().map(ImageLocation::parse);
    if (source.isPresent() && source.get().place().isPresent()) {
      MountPoint.requireOutside(
          source.get().place().get(), context.mounts(), "copy it outside, or give it as \"-\"");
    }
    // What was found is not to be lost to a slip in the source's name.
    Optional<Path> place = source.flatMap(ImageLocation::place);
    if (place.isPresent() && Files.notExists(place.get())) {
      throw ControlException.failed(place.get() + " is not there, so nothing can be taken from it");
    }
    Verification found = verification(request.deep(), conversation);
    if (source.isEmpty() || found.isSound()) {
      return verified(found, Optional.empty());
    }
    ImageRepair.Repaired repaired =
        new ImageRepair(
                context.store(),
                ImportOptions.defaults(),
                new TransferProgress(conversation, System::nanoTime))
            .run(source.get(), conversation.input());
    return verified(
        verification(request.deep(), conversation),
        Optional.of(
            new Answer.Repair(
                found.damages().stream().map(StoreRequests::damage).toList(),
                repaired.layers(),
                repaired.contents(),
                repaired.blobs())));
  }

  private Verification verification(boolean deep, Conversation conversation) {
    AtomicLong told = new AtomicLong(System.nanoTime());
    VerifyOptions options =
        deep
            ? VerifyOptions.thorough(new LayerExporter(context.store())::check)
            : VerifyOptions.everything();
    return context
        .store()
        .verify(options.withProgress(bytes -> tellNowAndThen(told, conversation, bytes)));
  }

  private static Answer.Verified verified(Verification found, Optional<Answer.Repair> repair) {
    return new Answer.Verified(
        found.records(),
        found.blobs(),
        found.bytes(),
        found.damages().stream().map(StoreRequests::damage).toList(),
        repair);
  }

  /** It is called for each blob; a client hears of it a few times a second. */
  private static void tellNowAndThen(AtomicLong told, Conversation conversation, long bytes) {
    long last = told.get();
    long now = System.nanoTime();
    if (now - last >= PERIOD_NANOS && told.compareAndSet(last, now)) {
      conversation.progress(new Reply.Progress("store", "verifying", bytes, 0, false));
    }
  }

  private static Answer.Damage damage(Damage damage) {
    return new Answer.Damage(
        damage.kind().name().toLowerCase(java.util.Locale.ROOT)
            + damage.digest().map(digest -> " " + digest).orElse(""),
        damage.message(),
        damage.touched().stream().map(Damage.Touched::root).distinct().toList(),
        damage.touched().stream().map(Damage.Touched::path).findFirst());
  }

  Answer.UsageList usage() {
    StoreUsage usage = context.store().usage();
    List<Answer.UsageEntry> entries = new ArrayList<>();
    long apparent = 0;
    for (ImageUsage image : usage.images()) {
      apparent += image.apparent();
      entries.add(
          new Answer.UsageEntry(
              "image",
              String.join(", ", image.names()),
              image.apparent(),
              image.unique(),
              image.shared(),
              image.onDisk()));
    }
    for (Map.Entry<String, VolumeUsage> volume : new VolumeRequests(context).usages().entrySet()) {
      long bytes = volume.getValue().bytes();
      entries.add(new Answer.UsageEntry("volume", volume.getKey(), bytes, bytes, 0, bytes));
    }
    return new Answer.UsageList(
        entries,
        new Answer.UsageTotal(
            apparent,
            usage.objectBytes() + usage.databaseBytes(),
            usage.unreferencedBytes(),
            usage.totalBytes()));
  }
}
