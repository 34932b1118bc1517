package dev.lamina.image;

import dev.lamina.archive.Compression;

/** The media types of images: OCI's, and Docker's for the same things. */
final class MediaTypes {
  static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
  static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
  static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
  static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
  private static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";
  private static final String OCI_FOREIGN =
      "application/vnd.oci.image.layer.nondistributable.v1.tar";
  private static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";
  private static final String DOCKER_FOREIGN =
      "application/vnd.docker.image.rootfs.foreign.diff.tar";

  private MediaTypes() {}

  static boolean isIndex(String type) {
    return type.equals(OCI_INDEX) || type.equals(DOCKER_LIST);
  }

  static boolean isManifest(String type) {
    return type.equals(OCI_MANIFEST) || type.equals(DOCKER_MANIFEST);
  }

  static boolean isConfig(String type) {
    return type.equals(OCI_CONFIG) || type.equals(DOCKER_CONFIG);
  }

  /** Returns whether a layer of this type is a tar, compressed or not. */
  static boolean isLayer(String type) {
    for (String family : new String[] {OCI_LAYER, OCI_FOREIGN, DOCKER_LAYER, DOCKER_FOREIGN}) {
      if (type.equals(family)
          || type.equals(family + "+gzip")
          || type.equals(family + "+zstd")
          || type.equals(family + ".gzip")
          || type.equals(family + ".zstd")) {
        return true;
      }
    }
    return false;
  }

  /** Returns what a layer of this type says it is compressed with. */
  static Compression compression(String type) {
    if (type.endsWith("gzip")) {
      return Compression.GZIP;
    }
    return type.endsWith("zstd") ? Compression.ZSTD : Compression.NONE;
  }

  static String ociLayer(Compression compression) {
    return switch (compression) {
      case NONE -> OCI_LAYER;
      case GZIP -> OCI_LAYER + "+gzip";
      case ZSTD -> OCI_LAYER + "+zstd";
    };
  }
}
