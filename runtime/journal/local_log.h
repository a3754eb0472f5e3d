// The journal of one node: all partitions share one log of preallocated, checksummed segments and one
// fdatasync.
#pragma once

#include "runtime/journal/disk.h"
#include "runtime/journal/journal.h"

namespace endcap {

struct LocalLogOptions {
  uint16_t partitions = 4;
  uint64_t segment_bytes = 16u << 20;
  uint64_t identity = 0;  // of a new log, part of every checksum; 0: drawn at random
  // For a disk that fills up: what is kept free in a file of its own until the log can't go on without, and
  // what else must be free, beside all that the log is to take next, for its room not to be low.
  uint64_t ballast_bytes = 0;
  uint64_t free_bytes_min = 0;
};

struct RecoveryReport {
  uint64_t records = 0;
  uint64_t torn_bytes_cut = 0;
  uint64_t stale_segments = 0;
  bool tail_rewritten = false;
};

// Scans the segments: an invalid record followed by a valid one whose `synced_up_to` covers it is corruption
// and refused; otherwise it is a torn tail and cut. The accepted tail is rewritten and synced before this
// returns. `disk` must outlive the log.
std::expected<std::unique_ptr<Journal>, JournalError> open_local_log(Disk& disk,
                                                                     const LocalLogOptions& options,
                                                                     RecoveryReport* report = nullptr);

}  // namespace endcap
