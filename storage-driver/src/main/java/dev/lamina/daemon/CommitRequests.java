package dev.lamina.daemon;

import dev.lamina.archive.Compression;
import dev.lamina.control.Answer;
import dev.lamina.control.ControlException;
import dev.lamina.control.Conversation;
import dev.lamina.control.Request;
import dev.lamina.daemon.NameResolver.Named;
import dev.lamina.image.ExportOptions;
import dev.lamina.image.ImageContent;
import dev.lamina.image.ImageExporter;
import dev.lamina.image.ImageLocation;
import dev.lamina.image.ImageName;
import dev.lamina.image.Images;
import dev.lamina.snapshot.CommitRequest;
import dev.lamina.snapshot.CommittedImage;
import dev.lamina.snapshot.VolumeImages;
import dev.lamina.store.ImageRecord;
import dev.lamina.store.VolumeId;
import dev.lamina.volume.VolumeDiff;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Tells what volumes changed, makes images of them, and exports both. */
final class CommitRequests {
  private final DaemonContext context;
  private final VolumeImages volumeImages;

  CommitRequests(DaemonContext context) {
    this.context = context;
    this.volumeImages = new VolumeImages(context.store(), context.volumes(), context.clock());
  }

  Answer.ChangeList diff(Request.Diff request) throws ControlException {
    VolumeId id = NameResolver.requireVolume(context.store().state(), request.volume());
    return new Answer.ChangeList(
        VolumeDiff.of(context.store(), id).stream()
            .map(
                change ->
                    new Answer.Change(
                        String.valueOf(change.kind().letter()), change.path().toString()))
            .toList());
  }

  Answer.Committed commit(Request.Commit request, Conversation conversation)
      throws ControlException, IOException {
    VolumeId id = NameResolver.requireVolume(context.store().state(), request.volume());
    ImageName name = ImageName.parse(request.name());
    CommittedImage image =
        volumeImages.commit(
            id,
            name,
            request(
                "commit " + request.volume(), request.message(), request.changes(), conversation));
    return new Answer.Committed(
        name.toString(),
        image.id().toString(),
        image.diffId().toString(),
        image.layerBytes(),
        image.changes());
  }

  private static CommitRequest request(
      String createdBy, Optional<String> message, List<String> changes, Conversation conversation) {
    return new CommitRequest(
        "lamina " + createdBy, message, Optional.empty(), changes, conversation::warn);
  }

  Answer.Exported export(Request.Export request, Conversation conversation)
      throws ControlException, IOException {
    ImageLocation target = ImageLocation.parse(request.target());
    if (target.place().isPresent()) {
      MountPoint.requireOutside(
          target.place().get(),
          context.mounts(),
          "choose a target outside, or write an archive with \"lamina export "
              + request.what()
              + " - > FILE\"");
    }
    ExportOptions options = ExportOptions.defaults();
    if (request.compression().isPresent()) {
      options = options.withCompression(compression(request.compression().get()));
    }
    TransferProgress progress = new TransferProgress(conversation, System::nanoTime);
    ImageExporter exporter = new ImageExporter(context.store(), options, progress);
    ImageContent exported =
        switch (NameResolver.find(context.store(), request.what())) {
          case Named.Image(String name, ImageRecord record) ->
              export(
                  exporter,
                  new Images(context.store()).content(record),
                  ImageName.parse(name),
                  target,
                  conversation);
          case Named.Volume(String name, VolumeId id) ->
              volumeImages.with(
                  id,
                  request("export " + name, Optional.empty(), List.of(), conversation),
                  image ->
                      export(
                          exporter,
                          image.content(),
                          ImageName.parse(name.toLowerCase(Locale.ROOT).replace('@', '-')),
                          target,
                          conversation));
        };
    return new Answer.Exported(
        target.toString(), exported.record().config().toString(), progress.bytes());
  }

  private static ImageContent export(
      ImageExporter exporter,
      ImageContent image,
      ImageName name,
      ImageLocation target,
      Conversation conversation)
      throws IOException {
    OutputStream out = conversation.output();
    exporter.run(image, Optional.of(name), target, out);
    out.close();
    return image;
  }

  private static Compression compression(String word) throws ControlException {
    return Arrays.stream(Compression.values())
        .filter(form -> form.isWritten() && form.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new ControlException(
                    "\"" + word + "\" is no compression: none, gzip or zstd", true));
  }
}
