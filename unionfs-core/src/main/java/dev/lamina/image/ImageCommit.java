package dev.lamina.image;

import dev.lamina.archive.ArchiveException;
import dev.lamina.store.ImageLayer;
import dev.lamina.store.ImageRecord;
import dev.lamina.store.LayerKey;
import dev.lamina.store.LayerRecord;
import dev.lamina.store.State;
import dev.lamina.store.StoreWriter;
import dev.lamina.tree.Digest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * An image to be made of another one and a layer that is in the store now.
 *
 * @param baseConfig the exact bytes of the other's configuration; empty where there was none
 * @param diffIds all layers, the new one last
 * @param layer the new layer's record
 * @param createdBy the new layer's line of history
 * @param message a comment for that line
 * @param author who made it
 * @param changes instructions as {@code docker commit --change} has them: {@code CMD ["sh"]}
 * @param created when
 */
public record ImageCommit(
    Optional<byte[]> baseConfig,
    List<Digest> diffIds,
    LayerRecord layer,
    String createdBy,
    Optional<String> message,
    Optional<String> author,
    List<String> changes,
    Instant created) {

  /**
   * Refuses instructions that {@link #make} would refuse, before anything is done.
   *
   * @throws IllegalArgumentException where a change is no instruction, saying why
   */
  public static void requireValid(List<String> changes) {
    ObjectNode scratch = Json.object();
    changes.forEach(change -> ConfigChange.apply(change, scratch));
  }

  /**
   * Makes the image without giving it a name: configuration, manifest and record, for export or for
   * {@link #put}.
   *
   * @param state where an image with the same lower layers may say how these were distributed
   * @throws ArchiveException where the base's configuration is none
   * @throws IllegalArgumentException where a change is no instruction
   */
  public ImageContent make(State state) throws ArchiveException {
    ConfigEditor editor =
        baseConfig.isPresent()
            ? ConfigEditor.of(ImageConfig.parse("the image's configuration", baseConfig.get()))
            : ConfigEditor.create(PlatformChoice.host(), created);
    editor.layer(diffIds.getLast(), createdBy, message, created);
    author.ifPresent(editor::author);
    for (String change : changes) {
      ConfigChange.apply(change, editor.runtime());
    }
    ImageConfig config = editor.build();
    if (!config.diffIds().equals(diffIds)) {
      throw new ArchiveException(
          "the image's configuration", "names other layers than the volume has below it");
    }
    List<Descriptor> descriptors = new ArrayList<>();
    List<Boolean> kept = new ArrayList<>();
    for (ImageLayer lower : lower(state)) {
      descriptors.add(
          new Descriptor(
              MediaTypes.ociLayer(MediaTypes.compression(lower.mediaType())),
              lower.digest(),
              lower.size(),
              lower.annotations(),
              Optional.empty()));
      kept.add(lower.kept());
    }
    descriptors.addAll(
        ImageRecords.tarLayers(List.of(diffIds.getLast()), List.of(layer.tarBytes())));
    kept.add(false);
    Manifest manifest =
        Manifest.of(ImageRecords.configDescriptor(config), descriptors, Json.object());
    ImageRecord record = ImageRecords.of(manifest, config, Optional.empty(), kept);
    return new ImageContent(record, manifest.bytes(), config.bytes());
  }

  /** Returns how the layers below were distributed, as far as an image still says so. */
  private List<ImageLayer> lower(State state) throws ArchiveException {
    List<Digest> below = diffIds.subList(0, diffIds.size() - 1);
    for (ImageRecord image : state.images().values()) {
      if (image.diffIds().size() >= below.size()
          && image.diffIds().subList(0, below.size()).equals(below)) {
        return image.layers().subList(0, below.size());
      }
    }
    List<ImageLayer> plain = new ArrayList<>();
    List<LayerKey> keys = LayerKey.chain(below);
    for (int i = 0; i < below.size(); i++) {
      LayerRecord record =
          state
              .layer(keys.get(i))
              .orElseThrow(
                  () -> new ArchiveException("the image", "a layer below is not in the store"));
      Descriptor descriptor =
          ImageRecords.tarLayers(List.of(below.get(i)), List.of(record.tarBytes())).getFirst();
      plain.add(
          new ImageLayer(
              descriptor.mediaType(),
              descriptor.digest(),
              descriptor.size(),
              descriptor.annotations(),
              false));
    }
    return plain;
  }

  /** Names an image that {@link #make} made, in one batch with what the session has pinned. */
  public static void put(StoreWriter writer, ImageName name, ImageContent image) {
    boolean done =
        writer.commit(
            transaction -> {
              transaction.putContent(image.config());
              transaction.putContent(image.manifest());
              transaction.putImage(name.toString(), image.record());
              return true;
            });
    if (!done) {
      throw new IllegalStateException("a commit returns what its function returned");
    }
  }
}
