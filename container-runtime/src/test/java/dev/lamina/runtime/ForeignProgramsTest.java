package dev.lamina.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.testing.RequiresFuse;
import dev.lamina.testing.RequiresPrograms;
import dev.lamina.testing.RequiresRoot;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs made to break file systems find nothing on a mounted volume. */
@RequiresFuse
@RequiresRoot
final class ForeignProgramsTest {
  /**
   * The stressors of stress-ng's class "filesystem" that pass on ext4: all but bind-mount and
   * binderfs, which want what most machines refuse.
   */
  private static final String STRESSORS =
      "access,chattr,chdir,chmod,chown,copy-file,dentry,dir,dirdeep,dirmany,dnotify,dup,eventfd,"
          + "fallocate,fanotify,fcntl,fiemap,file-ioctl,filename,flock,fpunch,fsize,fstat,getdent,"
          + "handle,hdd,inode-flags,inotify,io,iomix,ioprio,lease,link,locka,lockf,lockofd,mknod,"
          + "open,procfs,rename,symlink,sync-file,touch,utime,verity,xattr";

  @TempDir private Path directory;
  private MountedWork work;

  @BeforeEach
  void mount() throws Exception {
    work = new MountedWork(directory);
  }

  @AfterEach
  void stop() throws Exception {
    work.stop();
  }

  @Test
  @RequiresPrograms("fio")
  void fio_reads_what_it_has_written() throws Exception {
    work.shell(
        """
        cd "$1"
        while read -r engine direct block pattern; do
          fio --name=verify --directory=. --ioengine=$engine --direct=$direct --bs=$block \\
            --rw=$pattern --size=8m --numjobs=2 --invalidate=0 --fallocate=none --verify=crc32c \\
            --verify_fatal=1 --do_verify=1
          rm verify.*
        done <<END
        psync 0 4k randrw
        psync 0 512 write
        psync 1 4k randrw
        mmap 0 4k randwrite
        libaio 1 64k randrw
        io_uring 0 64k randrw
        sync 0 64k write
        END
        """);
  }

  @Test
  @RequiresPrograms("dbench")
  void dbench_does_what_file_servers_do() throws Exception {
    assertThat(work.shell("dbench -D \"$1\" -t 8 4 && dbench -D \"$1\" -t 4 -s 2").output())
        .contains("Throughput")
        .doesNotContain("failed");
  }

  @Test
  @RequiresPrograms("stress-ng")
  void stress_ng_finds_nothing() throws Exception {
    Commands.Result result =
        work.shell(
            """
            cd "$1"
            for stressor in $(echo "$2" | tr ',' ' '); do
              stress-ng --temp-path "$1" --$stressor 2 -t 1 --verify 2>&1 ||
                echo "FAILED: $stressor"
            done
            """,
            STRESSORS);
    assertThat(result.output()).doesNotContain("FAILED:").doesNotContain("fail:");
    assertThat(work.directory()).isEmptyDirectory();
  }
}
