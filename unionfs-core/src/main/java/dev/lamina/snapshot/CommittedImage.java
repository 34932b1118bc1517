package dev.lamina.snapshot;

import dev.lamina.image.ImageContent;
import dev.lamina.tree.Digest;

/**
 * An image made of a volume.
 *
 * @param content the image
 * @param diffId the layer that has the volume's changes
 * @param layerBytes size of that layer's tar
 * @param changes how many changes it says
 */
public record CommittedImage(ImageContent content, Digest diffId, long layerBytes, int changes) {
  /** Returns the digest of the image's configuration: its ID. */
  public Digest id() {
    return content.record().config();
  }
}
