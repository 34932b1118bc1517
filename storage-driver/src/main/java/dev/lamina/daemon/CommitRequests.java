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
import dev.lamina.store.ImageRecord;
import dev.lamina.store.VolumeId;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;

/** Tells what volumes changed, makes images of them, and exports both. */
final class CommitRequests {
  private final DaemonContext context;

  CommitRequests(DaemonContext context) {
    this.context = context;
  }

  Answer.ChangeList diff(Request.Diff request) throws ControlException {
    VolumeId id = NameResolver.requireVolume(context.store().state(), request.volume());
    throw new ControlException("volume " + id + " cannot be compared yet", false);
  }

  Answer.Committed commit(Request.Commit request, Conversation conversation)
      throws ControlException {
    VolumeId id = NameResolver.requireVolume(context.store().state(), request.volume());
    throw new ControlException("volume " + id + " cannot be committed yet", false);
  }

  Answer.Exported export(Request.Export request, Conversation conversation)
      throws ControlException, IOException {
    ExportOptions options = ExportOptions.defaults();
    if (request.compression().isPresent()) {
      options = options.withCompression(compression(request.compression().get()));
    }
    TransferProgress progress = new TransferProgress(conversation, System::nanoTime);
    ImageExporter exporter = new ImageExporter(context.store(), options, progress);
    ImageLocation target = ImageLocation.parse(request.target());
    return switch (NameResolver.find(context.store(), request.what())) {
      case Named.Image(String name, ImageRecord record) -> {
        ImageContent content = new Images(context.store()).content(record);
        try (OutputStream out = conversation.output()) {
          exporter.run(content, Optional.of(ImageName.parse(name)), target, out);
        }
        yield new Answer.Exported(target.toString(), record.config().toString(), progress.bytes());
      }
      case Named.Volume(String name, VolumeId _) ->
          throw new ControlException("volume " + name + " cannot be exported yet", false);
    };
  }

  private static Compression compression(String word) throws ControlException {
    return Arrays.stream(Compression.values())
        .filter(form -> form.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new ControlException(
                    "\"" + word + "\" is no compression: none, gzip or zstd", true));
  }
}
